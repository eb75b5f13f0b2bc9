package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.weight.SiteStep;
import java.util.List;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** One batch through the runtimes of a stock DL4J network. */
class BatchThroughLayersTest {

    private static final int BATCH = 8;
    private static final int INPUTS = 4;
    private static final int CLASSES = 3;
    private static final SiteStep STEP = new SiteStep(1, 1, 1);
    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);

    private INDArray features;
    private INDArray labels;

    @BeforeEach
    void data() {
        Nd4j.getRandom().setSeed(71);
        features = Nd4j.randn(DataType.FLOAT, BATCH, INPUTS);
        labels = Nd4j.create(DataType.FLOAT, BATCH, CLASSES);
        for (int n = 0; n < BATCH; n++) {
            labels.putScalar(n, n % CLASSES, 1);
        }
    }

    private static EpDenseLayer hidden(Activation activation) {
        return new EpDenseLayer.Builder()
                .name("hidden")
                .nIn(INPUTS)
                .nOut(6)
                .activation(activation)
                .build();
    }

    private static MultiLayerNetwork network(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(9).list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        MultiLayerNetwork network = new MultiLayerNetwork(list.build());
        network.init();
        return network;
    }

    private static MultiLayerNetwork classifier() {
        return network(
                hidden(Activation.RELU),
                new EpOutputLayer.Builder().name("out").nIn(6).nOut(CLASSES).build());
    }

    static Stream<MultiLayerNetwork> networks() {
        EpLossLayer loss = new EpLossLayer(
                new LossLayer.Builder(LossFunction.MCXENT)
                        .activation(Activation.SOFTMAX)
                        .build(),
                CLASSES,
                null,
                new TrainingSchedule(),
                new PassCounter());
        return Stream.of(
                classifier(),
                network(
                        hidden(Activation.IDENTITY),
                        new EpActivationLayer("act", new ActivationTanH()),
                        new EpOutputLayer.Builder().nIn(6).nOut(CLASSES).build()),
                network(
                        hidden(Activation.ELU),
                        new EpDenseLayer.Builder()
                                .nIn(6)
                                .nOut(CLASSES)
                                .activation(Activation.IDENTITY)
                                .hasBias(false)
                                .build(),
                        loss));
    }

    @ParameterizedTest
    @MethodSource("networks")
    void aBatchThatIsNotCommittedLeavesEveryParameterAsItWas(MultiLayerNetwork network) {
        INDArray before = network.params().dup();
        OneBatch batch = new OneBatch(network, features, labels);
        assertThat(batch.sites().areFinite()).isTrue();
        assertThat(batch.sites().keys()).isNotEmpty();
        assertThat(batch.potentials().moments().mean().rows()).isEqualTo(BATCH);
        assertThat(batch.answer().toInputs())
                .as("observed features need no message")
                .containsOnlyNulls();
        assertThat(network.params()).isEqualTo(before);
    }

    /** Nothing is kept between two ways through a network. */
    @ParameterizedTest
    @MethodSource("networks")
    void predictionsBetweenTheWaysChangeNothing(MultiLayerNetwork network) {
        OneBatch undisturbed = new OneBatch(network, features, labels);
        ForwardMessage input = ForwardMessage.observed(features);
        VertexGraph graph = OneBatch.graph(network);
        VertexGraph.Sweep sweep = graph.forward(List.of(input), Sites.NONE);
        OneBatch.predict(network, features.getRows(0, 1));
        graph.sample(List.of(Moments.pointMass(features.getRows(2))));
        graph.forward(List.of(ForwardMessage.observed(features.mul(3))), Sites.NONE);
        Sites sites = sweep.answer(java.util.Map.of(network.getnLayers(), undisturbed.observed()))
                .sites();
        for (ParameterKey key : sites.keys()) {
            if (sites.site(key) != null) {
                assertThat(sites.site(key).shift())
                        .isEqualTo(undisturbed.sites().site(key).shift());
                assertThat(sites.site(key).precision())
                        .isEqualTo(undisturbed.sites().site(key).precision());
            }
        }
        assertThat(sites.keys()).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void committingTeachesTheBatch(MultiLayerNetwork network) {
        INDArray before = network.params().dup();
        double untrained = loss(network);
        for (int step = 1; step <= 15; step++) {
            new OneBatch(network, features, labels).commit(STEP, PHASE);
        }
        assertThat(network.params()).isNotEqualTo(before);
        assertThat(network.params().sumNumber().doubleValue()).isFinite();
        assertThat(loss(network)).isLessThan(untrained);
    }

    private double loss(MultiLayerNetwork network) {
        return OneBatch.output(network)
                .likelihood()
                .negativeLogLikelihood(OneBatch.predict(network, features), labels, null)
                .meanNumber()
                .doubleValue();
    }

    @ParameterizedTest
    @MethodSource("networks")
    void theOrderOfTheRowsDoesNotMatter(MultiLayerNetwork network) {
        MultiLayerNetwork same = network.clone();
        int[] order = {5, 2, 7, 0, 1, 6, 3, 4};
        INDArray x = features.dup();
        INDArray y = labels.dup();
        for (int n = 0; n < BATCH; n++) {
            x.putRow(n, features.getRow(order[n]));
            y.putRow(n, labels.getRow(order[n]));
        }
        OneBatch batch = new OneBatch(network, features, labels);
        OneBatch permutedBatch = new OneBatch(same, x, y);
        BackwardMessage message = batch.observed();
        BackwardMessage permuted = permutedBatch.observed();
        for (int n = 0; n < BATCH; n++) {
            assertThat(permuted.shift()
                            .getRow(n)
                            .sub(message.shift().getRow(order[n]))
                            .amaxNumber()
                            .doubleValue())
                    .isLessThan(1e-4);
        }
        batch.commit(STEP, PHASE);
        permutedBatch.commit(STEP, PHASE);
        INDArray scale = org.nd4j.linalg.ops.transforms.Transforms.abs(network.params(), true)
                .addi(1);
        assertThat(network.params().sub(same.params()).divi(scale).amaxNumber().doubleValue())
                .isLessThan(1e-5);
    }

    @ParameterizedTest
    @MethodSource("networks")
    void predictionIsTheForwardSweepWhenMeansAreNotAveraged(MultiLayerNetwork network) {
        ForwardMessage forward = new OneBatch(network, features, labels).potentials();
        Moments moments = OneBatch.predict(network, features);
        assertThat(moments.mean().equalsWithEps(forward.moments().mean(), 1e-5)).isTrue();
        assertThat(moments.variance().equalsWithEps(forward.moments().variance(), 1e-5))
                .isTrue();
        Prediction prediction = OneBatch.output(network).likelihood().prediction(moments);
        assertThat(prediction.probabilities().shape()).containsExactly(BATCH, CLASSES);
    }

    /** Averages over draws of the weights tend to the moments of a linear layer. */
    @Test
    void samplesAverageToTheMoments() {
        MultiLayerNetwork network =
                network(new EpOutputLayer.Builder().nIn(INPUTS).nOut(CLASSES).build());
        Moments moments = OneBatch.predict(network, features);
        int draws = 4000;
        INDArray sum = Nd4j.create(DataType.FLOAT, BATCH, CLASSES);
        INDArray squares = sum.ulike();
        for (int draw = 0; draw < draws; draw++) {
            INDArray sample = OneBatch.graph(network)
                    .sample(List.of(Moments.pointMass(features)))
                    .get(1)
                    .mean();
            sum.addi(sample);
            squares.addi(sample.mul(sample));
        }
        INDArray mean = sum.div(draws);
        INDArray variance = squares.div(draws).subi(mean.mul(mean));
        for (int n = 0; n < BATCH; n++) {
            for (int c = 0; c < CLASSES; c++) {
                double v = moments.variance().getDouble(n, c);
                assertThat(mean.getDouble(n, c))
                        .isCloseTo(moments.mean().getDouble(n, c), within(5 * Math.sqrt(v / draws)));
                assertThat(variance.getDouble(n, c)).isCloseTo(v, within(5 * v * Math.sqrt(2.0 / draws)));
            }
        }
    }

    /** DL4J's own forward pass is that of a network with the averaged means as weights. */
    @Test
    void dl4jOutputIsThePointNetwork() {
        MultiLayerNetwork network = classifier();
        new OneBatch(network, features, labels).commit(STEP, PHASE);
        INDArray output = network.output(features);
        INDArray hidden =
                features.mmul(network.getParam("0_WAveragedMean")).addiRowVector(network.getParam("0_bAveragedMean"));
        for (int i = 0; i < hidden.length(); i++) {
            hidden.putScalar(i, Math.max(0, hidden.getDouble(i)));
        }
        // The teacher's weights and those that are added to them.
        INDArray weights = network.getParam("1_WAveragedMean").add(network.getParam("1_readoutWAveragedMean"));
        INDArray biases = network.getParam("1_bAveragedMean").add(network.getParam("1_readoutbAveragedMean"));
        INDArray potentials = hidden.mmul(weights).addiRowVector(biases);
        double scale = Math.exp(mean(network, "1_logPointScale")
                - (mean(network, "1_logFreshWithheldScale") - mean(network, "1_logFreshScale")) / 2);
        INDArray frequency = network.getParam("1_classFrequency");
        for (int n = 0; n < BATCH; n++) {
            double sum = 0;
            double[] e = new double[CLASSES];
            for (int c = 0; c < CLASSES; c++) {
                double base = Math.log(frequency.getDouble(c) * CLASSES);
                e[c] = Math.exp(base + scale * (potentials.getDouble(n, c) - base));
                sum += e[c];
            }
            for (int c = 0; c < CLASSES; c++) {
                assertThat(output.getDouble(n, c)).isCloseTo(e[c] / sum, within(1e-5));
            }
        }
    }

    private static double mean(MultiLayerNetwork network, String number) {
        return network.getParam(number + "MeanTimesPrecision").getDouble(0)
                / network.getParam(number + "Precision").getDouble(0);
    }

    @Test
    void secondSweepStartsFromThePendingSites() {
        MultiLayerNetwork network = classifier();
        OneBatch first = new OneBatch(network, features, labels);
        INDArray before = first.potentials().moments().mean();
        OneBatch second = new OneBatch(network, features, labels, first);
        INDArray after = second.potentials().moments().mean();
        assertThat(after).isNotEqualTo(before);
        LikelihoodVertex output = OneBatch.output(network).likelihood();
        assertThat(output.negativeLogLikelihood(second.potentials().moments(), labels, null)
                        .sumNumber()
                        .doubleValue())
                .isLessThan(output.negativeLogLikelihood(first.potentials().moments(), labels, null)
                        .sumNumber()
                        .doubleValue());
    }

    @Test
    void aNanIsSeenBeforeItIsCommitted() {
        MultiLayerNetwork network = classifier();
        features.putScalar(2, 1, Float.NaN);
        boolean finite = true;
        try {
            finite = new OneBatch(network, features, labels).sites().areFinite();
        } catch (ArithmeticException e) {
            finite = false;
        }
        assertThat(finite).isFalse();
    }

    @Test
    void backPropagationNamesTheWayOut() {
        MultiLayerNetwork network = classifier();
        for (int i = 0; i < 2; i++) {
            org.deeplearning4j.nn.api.Layer layer = network.getLayer(i);
            assertThatThrownBy(() -> layer.backpropGradient(null, LayerWorkspaceMgr.noWorkspaces()))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessage("An EP layer has no gradient, at layer \"" + (i == 0 ? "hidden" : "out") + "\" (index "
                            + i + "): this network was restored or copied as a plain DL4J network. Load it with"
                            + " EpNetworks.load(file), or copy it with the EP network's own"
                            + " clone(), to go on training it. ParallelWrapper and the training masters of"
                            + " DL4J copy networks so, too: train with fit(...) on one machine, or on Spark with"
                            + " EpTrainingMaster of dl4j-ep-spark");
        }
        assertThatThrownBy(() -> network.fit(features, labels))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("EpNetworks.load");
    }

    @Test
    void labelsOfAnotherShapeAreRejected() {
        EpOutput runtime = OneBatch.output(classifier());
        LikelihoodVertex output = runtime.likelihood();
        assertThatThrownBy(() -> output.validate(Nd4j.create(BATCH, 5), null))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Labels have shape [8, 5], allowed is [minibatch, 3] at layer \"out\" (index 1); check the"
                        + " number of classes of the iterator or nOut of the layer");
        assertThatThrownBy(() -> output.validate(labels, Nd4j.ones(5, 1)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("Label mask has shape [5, 1], allowed are [8, 1] and [8, 3] at layer \"out\" (index 1)");
        assertThatThrownBy(() -> output.validate(labels.mul(0.5), null))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageStartingWith("Invalid labels at layer \"out\" (index 1): label row 0 sums to 0.5");
        output.validate(labels, Nd4j.ones(BATCH, 1));
        output.validate(labels, Nd4j.ones(BATCH, CLASSES));
        assertThat(runtime.outputs()).isEqualTo(CLASSES);
    }

    @Test
    void aPassIsAnsweredOnce() {
        Vertex vertex = OneBatch.output(classifier()).vertex();
        Vertex.Pass pass = vertex.forward(List.of(ForwardMessage.observed(Nd4j.ones(BATCH, 6))), Sites.NONE);
        BackwardMessage message = new BackwardMessage(labels, labels);
        pass.back().answer(message);
        assertThatThrownBy(() -> pass.back().answer(message))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("The pass through layer \"out\" (index 1) was answered before; call forward again");
    }
}
