package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.FloatRows;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.LayerChain.Block;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Trainers that go layer by layer: cafo, local-critic and lr. */
class LocalTrainersTest {
    /** Rows whose first half is brighter on the left, the others on the right. */
    private static final DataSet IMAGES = images(60);

    private static DataSet images(int rows) {
        Nd4j.getRandom().setSeed(5);
        INDArray pixels = Nd4j.randn(DataType.FLOAT, rows, 1, 6, 6).muli(0.5);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 2);
        for (int row = 0; row < rows; row++) {
            labels.putScalar(row, row % 2, 1);
            for (int line = 0; line < 6; line++) {
                for (int column = 0; column < 3; column++) {
                    int at = column + 3 * (row % 2);
                    pixels.putScalar(new int[] {row, 0, line, at}, 1 + pixels.getDouble(row, 0, line, at));
                }
            }
        }
        return new DataSet(pixels, labels);
    }

    private static Definition convolutions() {
        return Definition.of(new NeuralNetConfiguration.Builder()
                .seed(3)
                .activation(Activation.RELU)
                .updater(new Sgd(0.1))
                .list(
                        new ConvolutionLayer.Builder(3, 3).nOut(4).build(),
                        new SubsamplingLayer.Builder(2, 2).stride(2, 2).build(),
                        new DenseLayer.Builder()
                                .nOut(8)
                                .activation(Activation.TANH)
                                .build(),
                        new OutputLayer.Builder()
                                .nOut(2)
                                .activation(Activation.SOFTMAX)
                                .build())
                .setInputType(InputType.convolutional(6, 6, 1))
                .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"cafo", "cafo:ce", "cafo:local", "local-critic", "lr", "lr:sign", "lr:2"})
    void everyTrainerLearnsConvolutionAndDenseLayers(String trainer) {
        TrainingSession session = Trainers.named(trainer).start(job(convolutions(), IMAGES, 20));
        for (int pass = 0; pass < 20; pass++) {
            session.trainPass(new ViewIterator(IMAGES, 20));
        }

        INDArray probabilities = ((Predictive.Classes) session.predict(IMAGES.getFeatures())).probabilities();
        assertThat(probabilities.sum(1).castTo(DataType.DOUBLE).toDoubleVector())
                .containsOnly(new double[] {1}, within(1e-4));
        long right = probabilities
                .argMax(1)
                .eq(IMAGES.getLabels().argMax(1))
                .castTo(DataType.INT64)
                .sumNumber()
                .longValue();
        assertThat(right).isGreaterThan(54);
        assertThat(session.options()).isNotEmpty();
    }

    /** All blocks together, with the loss of the last, are what DL4J does at once. */
    @Test
    void aChainStepsAsDl4jDoes() {
        Definition definition = convolutions();
        MultiLayerConfiguration list = LayerChain.checked("test", definition);
        MultiLayerNetwork network = new MultiLayerNetwork(list.clone());
        network.init();
        LayerChain chain = new LayerChain(list);
        for (int step = 0; step < 3; step++) {
            network.fit(IMAGES.copy());
            INDArray last = chain.forward(chain.hidden(), IMAGES.getFeatures());
            chain.backward(chain.hidden(), chain.loss(last, IMAGES.getLabels()).epsilon());
            chain.step(60, 1);
        }

        float[] expected =
                Nd4j.toFlattened(network.output(IMAGES.getFeatures())).toFloatVector();
        assertThat(Nd4j.toFlattened(chain.output(IMAGES.getFeatures())).toFloatVector())
                .containsExactly(expected, within(1e-5f));
        assertThat(LayerChain.blocks(list)).containsExactly(new Block(0, 2), new Block(2, 3));
    }

    @Test
    void withOneHiddenLayerLocalCriticsAreAdam() {
        INDArray inputs = Nd4j.linspace(-1, 1, 12).castTo(DataType.FLOAT).reshape(12, 1);
        DataSet line = new DataSet(inputs, inputs.mul(2));
        TrainingSession critic = Trainers.named("local-critic").start(job(network("mlp:8", 1), line, 2));
        TrainingSession adam = Trainers.named("adam").start(job(network("mlp:8", 1), line, 2));
        for (TrainingSession session : List.of(critic, adam)) {
            session.trainPass(new ViewIterator(line, 4));
            session.trainPass(new ViewIterator(line, 4));
        }

        assertThat(mean(critic, inputs)).containsExactly(mean(adam, inputs), within(1e-6));
    }

    @Test
    void criticsLearnTheLossOfTheNextOne() {
        Definition definition = convolutions();
        MultiLayerConfiguration list = LayerChain.checked("test", definition);
        BlockSession session =
                new BlockSession(job(definition, IMAGES, 1), list, BlockSession.Learning.CRITICS, Map.of());
        double[] first = session.learn(IMAGES);
        double[] last = first;
        for (int step = 0; step < 200; step++) {
            last = session.learn(IMAGES);
        }

        assertThat(first).hasSize(2);
        assertThat(last[1]).isLessThan(first[1] / 2);
        assertThat(Math.abs(last[0] - last[1])).isLessThan(0.1 * first[1]);
    }

    /** Against differences of the loss itself. */
    @ParameterizedTest
    @ValueSource(strings = {"lr:1000", "lr:sign"})
    void noiseFindsTheGradientInTheMean(String name) {
        Nd4j.getRandom().setSeed(1);
        MultiLayerConfiguration list = LayerChain.checked("lr", convolutions());
        LayerChain chain = new LayerChain(LikelihoodRatioTrainer.withUnitsApart(list));
        INDArray input = Nd4j.randn(DataType.FLOAT, 2, 8);
        INDArray labels = Nd4j.create(new float[][] {{1, 0}, {0, 1}});
        INDArray twice = Nd4j.concat(0, labels, labels);
        Block unit = new Block(4, 5);
        double[] exact = new double[16];
        for (int i = 0; i < 16; i++) {
            double[] ends = new double[2];
            for (int side = 0; side < 2; side++) {
                INDArray moved = input.dup('c');
                moved.putScalar(i, moved.getDouble(i) + (side == 0 ? 0.01 : -0.01));
                ends[side] =
                        chain.lossOfEach(chain.forward(unit, moved), labels).getDouble(i / 8);
            }
            exact[i] = (ends[0] - ends[1]) / 0.02;
        }

        LikelihoodRatioTrainer trainer = (LikelihoodRatioTrainer) Trainers.named(name);
        int repeats = 1000 / trainer.draws();
        INDArray sum = Nd4j.zeros(DataType.FLOAT, 2, 8);
        for (int repeat = 0; repeat < repeats; repeat++) {
            sum.addi(trainer.gradient(chain, unit, input, twice));
        }

        double norm = Math.sqrt(Arrays.stream(exact).map(g -> g * g).sum());
        float[] found = Nd4j.toFlattened('c', sum.divi(repeats)).toFloatVector();
        for (int i = 0; i < 16; i++) {
            assertThat((double) found[i]).as("gradient %s", i).isCloseTo(exact[i], within(0.16 * norm));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cafo:x | --trainers cafo:x: \"x\" is no kind of predictor: there are ridge, ce and local.",
                "lr:0 | --trainers lr:0: \"0\" is neither sign nor a number of draws from 1 to 9999.",
                "local-critic:2 | The trainer local-critic takes no value, but --trainers names local-critic:2.",
            })
    void valuesThatMakeNoSenseAreRefused(String name, String message) {
        assertThatThrownBy(() -> Trainers.named(name))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"cafo", "cafo:ce", "local-critic", "lr"})
    void networksThatCannotBeTrainedSayWhichLayerAndWhy(String name) {
        String word = name.split(":")[0];
        String why =
                ", but " + word + " trains dense and convolution layers, with layers without weights between them and"
                        + " an output layer at the end.";
        refused(
                        name,
                        list(new DenseLayer.Builder()
                                .nIn(1)
                                .nOut(3)
                                .hasLayerNorm(true)
                                .build()))
                .hasMessage(
                        word + " cannot train this network: layer 0 (layer0) is a DenseLayer with layer normalization"
                                + why);
        refused(
                        name,
                        Definition.of(new NeuralNetConfiguration.Builder()
                                .list(
                                        new LSTM.Builder().nIn(1).nOut(3).build(),
                                        new RnnOutputLayer.Builder()
                                                .nIn(3)
                                                .nOut(2)
                                                .build())
                                .build()))
                .hasMessage(word + " cannot train this network: layer 0 (layer0) is a LSTM" + why);
        refused(name, list())
                .hasMessage(word + " cannot train this network: layer 0 (layer0) is its only layer with weights, but "
                        + word + " is for hidden layers: choose the trainer adam.");
        ComputationGraphConfiguration graph = new NeuralNetConfiguration.Builder()
                .graphBuilder()
                .addInputs("in")
                .addLayer("out", new OutputLayer.Builder().nIn(1).nOut(2).build(), "in")
                .setOutputs("out")
                .build();
        refused(name, Definition.of(graph))
                .hasMessage(word + " cannot train this network: it is a graph, but " + word
                        + " trains lists of layers, from the first to the last.");
    }

    @Test
    void moreFeaturesThanARidgeRegressionTakesAreRefused() {
        refused("cafo", list(new DenseLayer.Builder().nIn(1).nOut(7_001).build()))
                .hasMessage("cafo cannot train this network: layer 0 (layer0) puts out 7,001 numbers a row, but a ridge"
                        + " regression takes at most 7,000: choose the trainer cafo:ce, or pool more.");
    }

    private static org.assertj.core.api.AbstractThrowableAssert<?, ? extends Throwable> refused(
            String trainer, Definition definition) {
        DataSet rows = new DataSet(Nd4j.ones(4, 1), Nd4j.ones(4, 2));
        return assertThatThrownBy(() -> Trainers.named(trainer).start(job(definition, rows, 1)))
                .isInstanceOf(UserException.class);
    }

    /** An output layer after other layers of three outputs. */
    private static Definition list(Layer... hidden) {
        Layer[] all = Arrays.copyOf(hidden, hidden.length + 1);
        long before = hidden.length == 0 ? 1 : ((DenseLayer) hidden[hidden.length - 1]).getNOut();
        all[hidden.length] = new OutputLayer.Builder().nIn(before).nOut(2).build();
        return Definition.of(new NeuralNetConfiguration.Builder().list(all).build());
    }

    private static double[] mean(TrainingSession session, INDArray inputs) {
        return Nd4j.toFlattened(
                        ((Predictive.Gaussian) session.predict(inputs)).mean().castTo(DataType.DOUBLE))
                .toDoubleVector();
    }

    private static Definition network(String spec, int outputs) {
        return NetworkDefinition.of(spec, new DataShape(1, outputs, Task.REGRESSION), 1)
                .definition();
    }

    private static TrainingJob job(Definition definition, DataSet train, int passes) {
        Task task = train.getLabels().size(1) == 1 ? Task.REGRESSION : Task.CLASSIFICATION;
        return new TrainingJob(
                definition, task, new FloatRows(train), LearningRates.of(0.01), NetworkVariant.NONE, 4, passes);
    }
}
