package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.io.IOException;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The page docs/guide/sequences.md: its code is here word by word. */
class SequencesGuideTest {

    private static final int STEPS = 8;

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(SequencesGuideTest.class);

        assertThat(GuidePage.blocks("sequences.md"))
                .hasSize(5)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    /** A walk, and whether its first step went up. */
    private static DataSet walks(int count, boolean everyStep, long seed) {
        Random random = new Random(seed);
        int length = everyStep ? STEPS : 6;
        INDArray x = Nd4j.create(count, 2, length);
        INDArray y = everyStep ? Nd4j.create(count, 1, length) : Nd4j.create(count, 2);
        for (int n = 0; n < count; n++) {
            double level = 0;
            for (int t = 0; t < length; t++) {
                double step = random.nextGaussian() * (everyStep || t == 0 ? 1 : 0.3);
                x.putScalar(n, 0, t, step);
                x.putScalar(n, 1, t, t == 0 ? 1 : 0);
                level = 0.7 * level + step;
                if (everyStep) {
                    y.putScalar(n, 0, t, level + 0.1 * random.nextGaussian());
                } else if (t == 0) {
                    y.putScalar(n, step > 0 ? 1 : 0, 1);
                }
            }
        }
        return new DataSet(x, y);
    }

    private static DataSetIterator batches(DataSet data) {
        return new org.nd4j.linalg.dataset.ViewIterator(data, 32);
    }

    @Test
    void oneLabel() {
        DataSetIterator sequences = batches(walks(320, false, 1));

        MultiLayerConfiguration classifier = new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new LastTimeStep(new LSTM.Builder()
                        .nIn(2)
                        .nOut(8)
                        .activation(Activation.TANH)
                        .build()))
                .layer(new OutputLayer.Builder(LossFunction.MCXENT)
                        .nIn(8)
                        .nOut(2)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build();
        EpMultiLayerNetwork net = EpNetworks.from(classifier);
        net.fit(sequences, 10);

        assertThat(net.evaluate(batches(walks(320, false, 2))).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void everyStep() {
        DataSetIterator series = batches(walks(320, true, 1));
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .seed(2)
                .list()
                .layer(new SimpleRnn.Builder()
                        .nIn(2)
                        .nOut(16)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(16)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(2))
                .build();
        DataSet test = walks(100, true, 2);
        INDArray features = test.getFeatures();

        EpMultiLayerNetwork forecaster = EpNetworks.from(definition);
        forecaster.fit(series, 10);
        Prediction next = forecaster.prediction(features);
        INDArray deviation = Transforms.sqrt(next.epistemicVariance().add(next.aleatoricVariance()));

        INDArray error = next.mean().sub(test.getLabels());
        double rmse = error.norm2Number().doubleValue() / Math.sqrt(error.length());
        assertThat(rmse).isLessThan(0.6);
        double inside = Transforms.abs(error)
                .lt(deviation.mul(1.645))
                .castTo(DataType.DOUBLE)
                .meanNumber()
                .doubleValue();
        assertThat(inside).isBetween(0.8, 1.0);

        INDArray twoSteps = steps(features, 0, 2);
        INDArray oneStep = steps(features, 2, 3);
        INDArray first = forecaster.rnnTimeStep(twoSteps);
        INDArray second = forecaster.rnnTimeStep(oneStep);
        forecaster.rnnClearPreviousState();
        INDArray whole = forecaster.output(features);
        assertThat(steps(whole, 0, 2).sub(first).amaxNumber().doubleValue()).isLessThan(1e-4);
        assertThat(steps(whole, 2, 3).sub(second).amaxNumber().doubleValue()).isLessThan(1e-4);
    }

    /** A wave of twelve steps and what is left of the steps before; the first channel is the value, the others the time of the year. */
    private static double[] seasons(int length, long seed) {
        Random random = new Random(seed);
        double[] values = new double[length];
        double rest = 0;
        for (int i = 0; i < length; i++) {
            rest = 0.6 * rest + 0.3 * random.nextGaussian();
            values[i] = Math.sin(2 * Math.PI * i / 12) + rest;
        }
        return values;
    }

    /** [windows, 3, steps] of a series, from each of some places. */
    private static INDArray channels(double[] values, int first, int stride, int windows, int steps) {
        INDArray x = Nd4j.create(windows, 3, steps);
        for (int n = 0; n < windows; n++) {
            for (int t = 0; t < steps; t++) {
                int i = first + n * stride + t;
                x.putScalar(n, 0, t, values[i]);
                x.putScalar(n, 1, t, Math.sin(2 * Math.PI * i / 12));
                x.putScalar(n, 2, t, Math.cos(2 * Math.PI * i / 12));
            }
        }
        return x;
    }

    private static EpMultiLayerNetwork trainedOnSeasons() {
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(2)
                .list()
                .layer(new LSTM.Builder()
                        .nIn(3)
                        .nOut(12)
                        .activation(Activation.TANH)
                        .build())
                .layer(new RnnOutputLayer.Builder(LossFunction.MSE)
                        .nIn(12)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .setInputType(InputType.recurrent(3))
                .build());
        double[] values = seasons(3000, 1);
        INDArray x = channels(values, 0, 12, 240, 24);
        INDArray y = channels(values, 1, 12, 240, 24)
                .get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1), NDArrayIndex.all());
        network.fit(batches(new DataSet(x, y.dup('c'))), 8);
        return network;
    }

    @Test
    void severalStepsAheadAndWhatIsUnusual() {
        EpMultiLayerNetwork forecaster = trainedOnSeasons();
        int steps = 12;
        double[] later = seasons(2000, 7);
        INDArray history = channels(later, 0, 12, 150, 24);
        INDArray known = channels(later, 24, 12, 150, steps - 1)
                .get(NDArrayIndex.all(), NDArrayIndex.interval(1, 3), NDArrayIndex.all())
                .dup('c');

        Prediction ahead = forecaster.predictor().forecast(history, known);
        INDArray low = ahead.mean().sub(Transforms.sqrt(ahead.variance()).mul(1.645));
        INDArray high = ahead.mean().add(Transforms.sqrt(ahead.variance()).mul(1.645));

        INDArray truth = channels(later, 24, 12, 150, steps)
                .get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1), NDArrayIndex.all());
        double[] inside = new double[steps];
        for (int h = 0; h < steps; h++) {
            for (int n = 0; n < 150; n++) {
                double value = truth.getDouble(n, 0, h);
                inside[h] += low.getDouble(n, 0, h) < value && value < high.getDouble(n, 0, h) ? 1 / 150.0 : 0;
            }
        }
        assertThat(inside[0]).isBetween(0.82, 0.97);
        assertThat(java.util.Arrays.stream(inside).average().orElse(0)).isBetween(0.82, 0.97);
        // The variance grows to that of the process, .3^2 / (1 - .6^2).
        INDArray variance = ahead.variance().mean(0);
        assertThat(variance.getDouble(0, 0)).isBetween(0.07, 0.13);
        assertThat(variance.getDouble(0, steps - 1)).isBetween(0.1, 0.2);

        INDArray windows = history.dup();
        INDArray next = channels(later, 1, 12, 150, 24)
                .get(NDArrayIndex.all(), NDArrayIndex.interval(0, 1), NDArrayIndex.all())
                .dup('c');
        for (int n = 0; n < 5; n++) {
            // A sensor that is stuck.
            for (int t = 12; t < 24; t++) {
                windows.putScalar(n, 0, t, 1);
                next.putScalar(n, 0, t, 1);
            }
        }

        INDArray nats = forecaster.scoreExamples(new DataSet(windows, next), false);

        double[] score = nats.toDoubleVector();
        double usual = java.util.Arrays.stream(score, 5, 150)
                .sorted()
                .skip(143)
                .findFirst()
                .orElse(0);
        for (int n = 0; n < 5; n++) {
            assertThat(score[n]).isGreaterThan(usual);
        }
    }

    private static INDArray steps(INDArray array, int from, int to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                .dup('c');
    }
}
