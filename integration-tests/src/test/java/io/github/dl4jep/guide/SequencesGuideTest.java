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
                .hasSize(3)
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
        DataSetIterator sequences = batches(walks(640, false, 1));

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

    private static INDArray steps(INDArray array, int from, int to) {
        return array.get(NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.interval(from, to))
                .dup('c');
    }
}
