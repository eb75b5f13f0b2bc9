package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.Prediction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.inverse.InvertMatrix;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Few examples, many passes, labels of any place and size; against the truth that made the data. */
class SmallDataTest {

    private final Random random = new Random(5);

    private static EpMultiLayerNetwork network(int inputs, int hidden, boolean normalised, int classes) {
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder().seed(3).list();
        layers.layer(new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(hidden)
                .activation(normalised ? Activation.IDENTITY : Activation.RELU)
                .build());
        if (normalised) {
            layers.layer(new BatchNormalization.Builder().nOut(hidden).build());
        }
        layers.layer(new OutputLayer.Builder(classes > 1 ? LossFunction.MCXENT : LossFunction.MSE)
                .nIn(hidden)
                .nOut(Math.max(1, classes))
                .activation(classes > 1 ? Activation.SOFTMAX : Activation.IDENTITY)
                .build());
        return EpNetworks.from(layers.build());
    }

    private void fit(EpMultiLayerNetwork network, DataSet data, int batch, int passes) {
        for (int pass = 0; pass < passes; pass++) {
            List<DataSet> rows = new ArrayList<>(data.asList());
            Collections.shuffle(rows, random);
            network.fit(new ListDataSetIterator<>(rows, batch));
        }
    }

    private DataSet wave(int rows, double place, double size) {
        double[][] x = new double[rows][1];
        double[][] y = new double[rows][1];
        for (int i = 0; i < rows; i++) {
            x[i][0] = 4 * random.nextDouble() - 2;
            y[i][0] = place + size * (Math.sin(2 * x[i][0]) + 0.1 * random.nextGaussian());
        }
        return new DataSet(Nd4j.createFromArray(x), Nd4j.createFromArray(y));
    }

    @ParameterizedTest
    @CsvSource({"25, .02", "1000, .001", "0, .05"})
    void labelsOfAnyPlaceAndSize(double place, double size) {
        EpMultiLayerNetwork network = network(1, 50, false, 1);
        fit(network, wave(400, place, size), 40, 20);
        INDArray x = Nd4j.linspace(-2, 2, 200).reshape(200, 1);
        INDArray mean = network.predictor().predict(x).mean();
        double squares = 0;
        for (int i = 0; i < 200; i++) {
            double error = mean.getDouble(i) - place - size * Math.sin(2 * x.getDouble(i));
            squares += error * error / 200;
        }
        // The error of a new label is this and the noise.
        assertThat(Math.sqrt(squares + 0.01 * size * size)).isLessThan(1.3 * 0.1 * size);
    }

    /**
     * One linear output: variance of the function and pull of the prior against the exact posterior in full covariance, ridge regression, for
     * data of one batch up to more than the memory's shortest length.
     */
    @ParameterizedTest
    @ValueSource(ints = {10, 100, 1000})
    void aLinearOutputHasTheExactPosterior(int rows) {
        int inputs = 3;
        double noise = 0.1;
        INDArray x = Nd4j.create(DataType.DOUBLE, rows, inputs);
        INDArray y = Nd4j.create(DataType.DOUBLE, rows, 1);
        for (int i = 0; i < rows; i++) {
            double sum = 0.3;
            for (int j = 0; j < inputs; j++) {
                x.putScalar(i, j, random.nextGaussian());
                sum += (j - 0.5) * x.getDouble(i, j);
            }
            y.putScalar(i, 0, sum + Math.sqrt(noise) * random.nextGaussian());
        }
        EpMultiLayerNetwork network = EpNetworks.from(
                new NeuralNetConfiguration.Builder()
                        .seed(3)
                        .list()
                        .layer(new OutputLayer.Builder(LossFunction.MSE)
                                .nIn(inputs)
                                .nOut(1)
                                .activation(Activation.IDENTITY)
                                .build())
                        .build(),
                EpOptions.builder()
                        .likelihood(new GaussianLikelihood(noise, false))
                        .build());
        fit(network, new DataSet(x.castTo(DataType.FLOAT), y.castTo(DataType.FLOAT)), 32, 10);

        INDArray ones = Nd4j.hstack(x, Nd4j.ones(DataType.DOUBLE, rows, 1));
        double priorPrecision = inputs / 0.5;
        INDArray precision = ones.transpose()
                .mmul(ones)
                .divi(noise)
                .addi(Nd4j.eye(inputs + 1).castTo(DataType.DOUBLE).muli(priorPrecision));
        INDArray covariance = InvertMatrix.invert(precision, false);
        INDArray mean = covariance.mmul(ones.transpose().mmul(y)).divi(noise);
        int tests = 200;
        INDArray unseen = Nd4j.ones(DataType.DOUBLE, tests, inputs + 1);
        for (int i = 0; i < tests; i++) {
            for (int j = 0; j < inputs; j++) {
                unseen.putScalar(i, j, random.nextGaussian());
            }
        }
        Prediction prediction = network.predictor()
                .predict(unseen.get(NDArrayIndex.all(), NDArrayIndex.interval(0, inputs))
                        .castTo(DataType.FLOAT));
        INDArray exact = unseen.mmul(covariance).muli(unseen).sum(1);
        double ratio = prediction.epistemicVariance().meanNumber().doubleValue()
                / exact.meanNumber().doubleValue();
        assertThat(ratio).isBetween(0.7, 1.3);
        INDArray shift = prediction
                .mean()
                .castTo(DataType.DOUBLE)
                .reshape(tests)
                .subi(unseen.mmul(mean).reshape(tests));
        double inDeviations = Math.sqrt(
                shift.mul(shift).meanNumber().doubleValue() / exact.meanNumber().doubleValue());
        assertThat(inDeviations).isLessThan(0.3);
    }

    @ParameterizedTest
    @CsvSource({"1", "20"})
    void labelsByCoinAreNotLearned(int passes) {
        int rows = 100;
        double[][] x = new double[rows + 500][20];
        double[][] y = new double[rows + 500][2];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < 20; j++) {
                x[i][j] = random.nextGaussian();
            }
            y[i][random.nextInt(2)] = 1;
        }
        DataSet all = new DataSet(Nd4j.createFromArray(x), Nd4j.createFromArray(y));
        EpMultiLayerNetwork network = network(20, 50, false, 2);
        fit(network, all.splitTestAndTrain(rows).getTrain(), 16, passes);
        DataSet unseen = all.splitTestAndTrain(rows).getTest();
        assertThat(network.score(unseen)).isLessThan(0.88);
    }

    /** Levels of a one-hot column that never occurred: 95 % intervals that hold. */
    @Test
    void levelsThatNeverOccurredAreUncertain() {
        int levels = 60;
        int seen = 40;
        double[] effect = random.doubles(levels).map(u -> 3 * (2 * u - 1)).toArray();
        double[][] x = new double[600][levels];
        double[][] y = new double[600][1];
        for (int i = 0; i < x.length; i++) {
            int level = i % seen;
            x[i][level] = 1;
            y[i][0] = effect[level] + 0.3 * random.nextGaussian();
        }
        EpMultiLayerNetwork network = network(levels, 50, false, 1);
        fit(network, new DataSet(Nd4j.createFromArray(x), Nd4j.createFromArray(y)), 30, 10);
        Prediction prediction = network.predictor().predict(Nd4j.eye(levels));
        int covered = 0;
        for (int level = seen; level < levels; level++) {
            double deviation = Math.sqrt(prediction.variance().getDouble(level));
            covered += Math.abs(effect[level] - prediction.mean().getDouble(level)) < 1.96 * deviation ? 1 : 0;
        }
        assertThat(covered).isGreaterThanOrEqualTo(17);
        assertThat(prediction.variance().getDouble(seen))
                .isGreaterThan(4 * prediction.variance().getDouble(0));
    }

    /** A last batch of one row has no mean and variance of its own. */
    @Test
    void aBatchOfOneRowDoesNotSpoilNormalization() {
        double[] errors = new double[2];
        for (int k = 0; k < 2; k++) {
            random.setSeed(11);
            EpMultiLayerNetwork network = network(3, 20, true, 1);
            double[][] x = new double[129][3];
            double[][] y = new double[129][1];
            for (int i = 0; i < 129; i++) {
                for (int j = 0; j < 3; j++) {
                    x[i][j] = 5 + 2 * random.nextGaussian();
                    y[i][0] += x[i][j];
                }
            }
            DataSet data = new DataSet(Nd4j.createFromArray(x), Nd4j.createFromArray(y));
            DataSet used = k == 0 ? data.splitTestAndTrain(128).getTrain() : data;
            fit(network, used, 32, 30);
            INDArray mean = network.predictor().predict(data.getFeatures()).mean();
            for (int i = 0; i < 129; i++) {
                errors[k] += Math.pow(mean.getDouble(i) - y[i][0], 2);
            }
        }
        assertThat(Math.sqrt(errors[1] / errors[0])).isLessThan(1.15);
    }
}
