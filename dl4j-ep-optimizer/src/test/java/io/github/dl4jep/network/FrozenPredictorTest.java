package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.BinaryPrior;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** A frozen predictor against the network's own, to the bit. */
class FrozenPredictorTest {

    private enum Kind {
        /** More than a hundred inputs and units: sums see means. */
        WIDE(InputType.feedForward(110), dense(120), dense(105)),
        NARROW(InputType.feedForward(6), dense(5)),
        IMAGES(
                InputType.convolutional(8, 8, 1),
                new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .activation(Activation.RELU)
                        .build(),
                new BatchNormalization(),
                new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
                new PReLULayer.Builder().inputShape(4, 3, 3).build(),
                new LocallyConnected2D.Builder()
                        .kernelSize(2, 2)
                        .nOut(3)
                        .activation(Activation.RELU)
                        .build(),
                dense(7)),
        SEQUENCES(
                InputType.recurrent(3, 5),
                new LastTimeStep(new LSTM.Builder()
                        .nIn(3)
                        .nOut(6)
                        .activation(Activation.TANH)
                        .build()));

        private final InputType input;
        private final Layer[] layers;

        Kind(InputType input, Layer... layers) {
            this.input = input;
            this.layers = layers;
        }

        private MultiLayerConfiguration definition() {
            NeuralNetConfiguration.ListBuilder list =
                    new NeuralNetConfiguration.Builder().seed(3).list();
            for (Layer layer : layers) {
                list.layer(layer.clone());
            }
            return list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                            .nOut(3)
                            .activation(Activation.SOFTMAX)
                            .build())
                    .setInputType(input)
                    .build();
        }

        private INDArray features(int rows) {
            return Nd4j.rand(shape(rows));
        }

        private long[] shape(int rows) {
            long[] shape = input.getShape(true);
            shape[0] = rows;
            return shape;
        }
    }

    private static BaseLayer dense(int units) {
        return new DenseLayer.Builder().nOut(units).activation(Activation.RELU).build();
    }

    private static DataSet data(Kind kind, int rows) {
        INDArray labels = Nd4j.zeros(rows, 3);
        IntStream.range(0, rows).forEach(row -> labels.putScalar(row, row % 3, 1));
        return new DataSet(kind.features(rows), labels);
    }

    private static void assertSame(Prediction actual, Prediction expected) {
        assertThat(actual.mean()).isEqualTo(expected.mean());
        assertThat(actual.epistemicVariance()).isEqualTo(expected.epistemicVariance());
        assertThat(actual.entropy()).isEqualTo(expected.entropy());
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void predictsAsTheNetworkDidWhenItWasFrozen(Kind kind) {
        Nd4j.getRandom().setSeed(7);
        EpMultiLayerNetwork network = EpNetworks.from(kind.definition());
        data(kind, 40).batchBy(10).forEach(network::fit);
        INDArray features = kind.features(3);
        Prediction expected = network.prediction(features);
        INDArray drawn = draw(network.predictor(), features);

        EpPredictor frozen = network.predictor().frozen();
        assertSame(frozen.predict(features), expected);
        network.fit(data(kind, 10));
        network.params().addi(1);

        assertSame(frozen.predict(features), expected);
        assertSame(frozen.predict(features), expected);
        assertSame(frozen.frozen().predict(features), expected);
        assertThat(draw(frozen, features)).isEqualTo(drawn);
        assertThat(network.prediction(features).mean())
                .as("the network learned")
                .isNotEqualTo(expected.mean());
    }

    private static INDArray draw(EpPredictor predictor, INDArray features) {
        Nd4j.getRandom().setSeed(11);
        return predictor.sample(features, 2);
    }

    @Test
    void discreteWeightsAndMasksAreKeptToo() {
        EpMultiLayerNetwork binary = EpNetworks.from(
                ToyNetworks.classifier(),
                EpOptions.builder().weightPrior(new BinaryPrior()).build());
        binary.fit(ToyData.batches(ToyData.threeClasses(60, 1), 30), 1);
        INDArray features = ToyData.normal(4, 3);
        EpPredictor frozen = binary.predictor().frozen();
        assertSame(frozen.predict(features), binary.prediction(features));
        assertSame(frozen.predict(features), binary.prediction(features));

        EpMultiLayerNetwork sequences = EpNetworks.from(Kind.SEQUENCES.definition());
        INDArray steps = Kind.SEQUENCES.features(2);
        INDArray mask = Nd4j.createFromArray(new float[][] {{1, 1, 1, 1, 1}, {1, 1, 1, 0, 0}});
        EpPredictor masked = sequences.predictor().withMasks(mask);
        assertSame(masked.frozen().predict(steps), masked.predict(steps));
        assertThat(masked.predict(steps).mean())
                .isNotEqualTo(sequences.prediction(steps).mean());
    }

    @Test
    void threadsShareWhatIsKept() throws Exception {
        EpMultiLayerNetwork network = EpNetworks.from(Kind.WIDE.definition());
        network.fit(data(Kind.WIDE, 30));
        INDArray features = Kind.WIDE.features(2);
        Prediction expected = network.prediction(features);
        EpPredictor frozen = network.predictor().frozen();
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            Callable<Prediction> call = () -> frozen.predict(features);
            for (Future<Prediction> each : threads.invokeAll(java.util.List.of(call, call, call, call))) {
                assertSame(each.get(), expected);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
