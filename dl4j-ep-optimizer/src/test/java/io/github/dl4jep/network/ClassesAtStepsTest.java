package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.IndependentClassLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Classes at every step: a softmax beside its teacher, joint over all pairs of an example and a step. */
class ClassesAtStepsTest {

    private static final int INPUTS = 3;
    private static final int CLASSES = 3;
    private static final int EXAMPLES = 6;
    private static final int STEPS = 5;

    private static EpMultiLayerNetwork network(Layer layer, Likelihood likelihood) {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(3)
                .dataType(DataType.DOUBLE)
                .list()
                .layer(layer)
                .build();
        return EpNetworks.from(
                definition, EpOptions.builder().likelihood(likelihood).build());
    }

    /** Without a layer before, steps are examples: the same weights see each of them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLayerOfAllStepsIsOneOfAllRows(boolean softmax) {
        Activation activation = softmax ? Activation.SOFTMAX : Activation.SIGMOID;
        LossFunction loss = softmax ? LossFunction.MCXENT : LossFunction.XENT;
        Likelihood likelihood = softmax ? new ClassLikelihood(0) : new IndependentClassLikelihood(0);
        EpMultiLayerNetwork ofSteps = network(
                new RnnOutputLayer.Builder(loss)
                        .nIn(INPUTS)
                        .nOut(CLASSES)
                        .activation(activation)
                        .build(),
                likelihood);
        EpMultiLayerNetwork ofRows = network(
                new OutputLayer.Builder(loss)
                        .nIn(INPUTS)
                        .nOut(CLASSES)
                        .activation(activation)
                        .build(),
                likelihood);
        Nd4j.getRandom().setSeed(8);
        for (int batch = 0; batch < 4; batch++) {
            INDArray x = Nd4j.randn(DataType.DOUBLE, EXAMPLES, INPUTS, STEPS);
            INDArray y = Nd4j.zeros(DataType.DOUBLE, EXAMPLES, CLASSES, STEPS);
            for (int n = 0; n < EXAMPLES; n++) {
                for (int t = 0; t < STEPS; t++) {
                    y.putScalar(new int[] {n, x.getDouble(n, 0, t) > 0 ? 1 : 2, t}, 1);
                }
            }
            ofSteps.fit(new DataSet(x, y));
            ofRows.fit(new DataSet(rows(x), rows(y)));
        }
        for (String name : ofRows.paramTable().keySet()) {
            INDArray expected = ofRows.getParam(name);
            assertThat(ofSteps.getParam(name).distance2(expected))
                    .as(name)
                    .isLessThan(1e-6 * (1 + expected.norm2Number().doubleValue()));
        }
        assertThat(ofSteps.getParam("0_readoutWMeanTimesPrecision")
                        .norm2Number()
                        .doubleValue())
                .isPositive();
    }

    private static INDArray rows(INDArray sequences) {
        return sequences.permute(2, 0, 1).dup('c').reshape('c', EXAMPLES * STEPS, sequences.size(1));
    }

    /** A chain in which the next symbol is the sum of the last two in four of five steps, and any in the others. */
    private static DataSet chain(int sequences, int steps, SplittableRandom random) {
        INDArray x = Nd4j.zeros(sequences, INPUTS, steps);
        INDArray y = Nd4j.zeros(sequences, INPUTS, steps);
        for (int n = 0; n < sequences; n++) {
            int before = random.nextInt(INPUTS);
            int now = random.nextInt(INPUTS);
            for (int t = 0; t < steps; t++) {
                x.putScalar(new int[] {n, now, t}, 1);
                int next = random.nextInt(5) > 0 ? (before + now) % INPUTS : random.nextInt(INPUTS);
                y.putScalar(new int[] {n, next, t}, 1);
                before = now;
                now = next;
            }
        }
        return new DataSet(x, y);
    }

    @Test
    void probabilitiesOfAChainAreItsOwn() {
        double likely = 0.8 + 0.2 / INPUTS;
        double entropy = -likely * Math.log(likely) - (1 - likely) * Math.log((1 - likely) / (INPUTS - 1));
        for (Layer cell : List.of(
                new LSTM.Builder()
                        .nIn(INPUTS)
                        .nOut(24)
                        .activation(Activation.TANH)
                        .build(),
                new SimpleRnn.Builder()
                        .nIn(INPUTS)
                        .nOut(24)
                        .activation(Activation.TANH)
                        .build())) {
            EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                    .seed(3)
                    .list()
                    .layer(cell)
                    .layer(new RnnOutputLayer.Builder(LossFunction.MCXENT)
                            .nIn(24)
                            .nOut(INPUTS)
                            .activation(Activation.SOFTMAX)
                            .build())
                    .build());
            SplittableRandom random = new SplittableRandom(12);
            List<DataSet> batches = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                batches.add(chain(16, 20, random));
            }
            network.fit(new ExistingDataSetIterator(batches), 4);
            DataSet test = chain(200, 20, random);
            double perStep = network.score(test) / 20;
            // What came before the first step is not known: it costs some thirtieth of a nat a step.
            assertThat(perStep).as(cell.getClass().getSimpleName()).isCloseTo(entropy, within(0.08));
        }
    }
}
