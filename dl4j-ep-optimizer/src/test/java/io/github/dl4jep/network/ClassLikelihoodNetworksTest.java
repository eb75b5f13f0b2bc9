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
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** Networks of one layer whose classes a logistic regression describes: what they learn has an oracle. */
class ClassLikelihoodNetworksTest {

    private static final int INPUTS = 4;
    private static final double[] SLOPES = {1, -1, 0.5, 0};

    private final SplittableRandom random = new SplittableRandom(17);

    private double[][] features(int rows) {
        double[][] x = new double[rows][INPUTS];
        for (double[] row : x) {
            for (int j = 0; j < INPUTS; j++) {
                row[j] = random.nextDouble(-1.7, 1.7);
            }
        }
        return x;
    }

    /** 1 with the probability of a logistic regression. */
    private double[] labels(double[][] x, double bias) {
        double[] y = new double[x.length];
        for (int n = 0; n < y.length; n++) {
            double l = bias;
            for (int j = 0; j < INPUTS; j++) {
                l += SLOPES[j] * x[n][j];
            }
            y[n] = random.nextDouble() < 1 / (1 + Math.exp(-l)) ? 1 : 0;
        }
        return y;
    }

    private static MultiLayerConfiguration layer(ILossFunction loss, Activation activation) {
        return new NeuralNetConfiguration.Builder()
                .seed(5)
                .updater(new Adam(0.05))
                .list()
                .layer(new OutputLayer.Builder(loss)
                        .nIn(INPUTS)
                        .nOut(activation == Activation.SIGMOID ? 1 : 2)
                        .activation(activation)
                        .build())
                .build();
    }

    private static void fit(MultiLayerNetwork network, double[][] x, double[] y, int batch, int passes) {
        boolean sigmoid = network.layerSize(0) == 1;
        List<DataSet> batches = new ArrayList<>();
        for (int from = 0; from < y.length; from += batch) {
            int rows = Math.min(batch, y.length - from);
            INDArray features = Nd4j.create(DataType.FLOAT, rows, INPUTS);
            INDArray labels = Nd4j.create(DataType.FLOAT, rows, sigmoid ? 1 : 2);
            for (int n = 0; n < rows; n++) {
                for (int j = 0; j < INPUTS; j++) {
                    features.putScalar(n, j, x[from + n][j]);
                }
                labels.putScalar(n, 0, sigmoid ? y[from + n] : 1 - y[from + n]);
                if (!sigmoid) {
                    labels.putScalar(n, 1, y[from + n]);
                }
            }
            batches.add(new DataSet(features, labels));
        }
        network.fit(new ExistingDataSetIterator(batches), passes);
    }

    /** Mean and deviation of Laplace's approximation in full covariance, the bias last. */
    private static double[][] laplace(double[][] x, double[] y, double priorVariance) {
        int size = INPUTS + 1;
        RealVector mean = new ArrayRealVector(size);
        RealMatrix curvature = new Array2DRowRealMatrix(size, size);
        for (int iteration = 0; iteration < 30; iteration++) {
            curvature = new Array2DRowRealMatrix(size, size);
            RealVector slope = new ArrayRealVector(size);
            for (int j = 0; j < size; j++) {
                double precision = 1 / (j < INPUTS ? priorVariance / INPUTS : priorVariance);
                curvature.addToEntry(j, j, precision);
                slope.addToEntry(j, -precision * mean.getEntry(j));
            }
            for (int n = 0; n < y.length; n++) {
                double l = mean.getEntry(INPUTS);
                for (int j = 0; j < INPUTS; j++) {
                    l += mean.getEntry(j) * x[n][j];
                }
                double p = 1 / (1 + Math.exp(-l));
                for (int j = 0; j < size; j++) {
                    double xj = j < INPUTS ? x[n][j] : 1;
                    slope.addToEntry(j, (y[n] - p) * xj);
                    for (int k = 0; k < size; k++) {
                        curvature.addToEntry(j, k, p * (1 - p) * xj * (k < INPUTS ? x[n][k] : 1));
                    }
                }
            }
            mean = mean.add(new LUDecomposition(curvature).getSolver().solve(slope));
        }
        RealMatrix covariance = new LUDecomposition(curvature).getSolver().getInverse();
        double[] deviation = new double[size];
        for (int j = 0; j < size; j++) {
            deviation[j] = Math.sqrt(covariance.getEntry(j, j));
        }
        return new double[][] {mean.toArray(), deviation};
    }

    /** The prior's pull is far less than a deviation, whatever it is. */
    @ParameterizedTest
    @ValueSource(strings = {"SIGMOID", "SOFTMAX"})
    void aSingleLayerIsLaplacesApproximation(String name) {
        Activation activation = Activation.valueOf(name);
        boolean sigmoid = activation == Activation.SIGMOID;
        double[][] x = features(600);
        double[] y = labels(x, -0.5);
        // Without withheld examples both have the same data, and the scale is 1.
        Likelihood likelihood = sigmoid ? new IndependentClassLikelihood(0) : new ClassLikelihood(0);
        EpMultiLayerNetwork network = EpNetworks.from(
                layer(sigmoid ? new LossBinaryXENT() : new LossMCXENT(), activation),
                EpOptions.builder().likelihood(likelihood).build());
        fit(network, x, y, 150, 20);
        MultiLayerNetwork point = network.toPointNetwork();
        INDArray weights = point.getLayer(0).getParam("W").castTo(DataType.DOUBLE);
        INDArray bias = point.getLayer(0).getParam("b").castTo(DataType.DOUBLE);
        double[][] expected = laplace(x, y, 64);
        for (int j = 0; j <= INPUTS; j++) {
            INDArray of = j < INPUTS ? weights.getRow(j, true) : bias;
            double found = sigmoid ? of.getDouble(0) : of.getDouble(1) - of.getDouble(0);
            assertThat((found - expected[0][j]) / expected[1][j])
                    .as("mean %s in deviations", j)
                    .isCloseTo(0, within(0.1));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 10})
    void classWeightsAreThoseOfDl4j(double weight) {
        double[][] x = features(1500);
        double[] y = labels(x, -3.4);
        ILossFunction loss = new LossMCXENT(Nd4j.createFromArray(1.0, weight).castTo(DataType.FLOAT));
        EpMultiLayerNetwork network = EpNetworks.from(layer(loss, Activation.SOFTMAX));
        fit(network, x, y, 100, 6);
        MultiLayerNetwork adam = new MultiLayerNetwork(layer(loss, Activation.SOFTMAX));
        adam.init();
        fit(adam, x, y, 500, 60);
        INDArray features = Nd4j.createFromArray(x).castTo(DataType.FLOAT);
        double[] found = recallAndMean(network.output(features), y);
        double[] expected = recallAndMean(adam.output(features), y);
        assertThat(found[0]).as("recall").isCloseTo(expected[0], within(0.1));
        assertThat(found[1]).as("mean probability").isCloseTo(expected[1], within(0.15 * expected[1]));
    }

    private static double[] recallAndMean(INDArray probabilities, double[] y) {
        double found = 0;
        double all = 0;
        double mean = 0;
        for (int n = 0; n < y.length; n++) {
            double p = probabilities.getDouble(n, 1);
            found += y[n] == 1 && p > 0.5 ? 1 : 0;
            all += y[n];
            mean += p / y.length;
        }
        return new double[] {found / all, mean};
    }

    /** Outputs as unlike as possible: each is within .02 nats of the best there is. */
    @Test
    void unlikeSigmoidOutputsAreAllCalibrated() {
        int rows = 4000;
        double[][] x = features(rows);
        double[] coin = new double[rows];
        double[] rare = new double[rows];
        double[] logistic = labels(x, 0);
        INDArray labels = Nd4j.create(DataType.FLOAT, rows, 3);
        for (int n = 0; n < rows; n++) {
            coin[n] = random.nextDouble() < 0.3 ? 1 : 0;
            rare[n] = random.nextDouble() < 0.005 ? 1 : 0;
            labels.putScalar(n, 0, coin[n]);
            labels.putScalar(n, 1, rare[n]);
            labels.putScalar(n, 2, logistic[n]);
        }
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(5)
                .list()
                .layer(new OutputLayer.Builder(new LossBinaryXENT())
                        .nIn(INPUTS)
                        .nOut(3)
                        .activation(Activation.SIGMOID)
                        .build())
                .build());
        INDArray features = Nd4j.createFromArray(x).castTo(DataType.FLOAT);
        network.fit(new ExistingDataSetIterator(new DataSet(features, labels).batchBy(100)), 3);
        INDArray p = network.output(features);
        double[][] all = {coin, rare, logistic};
        for (int c = 0; c < 3; c++) {
            double[][] best = laplace(x, all[c], 64);
            double found = 0;
            double expected = 0;
            double mean = 0;
            for (int n = 0; n < rows; n++) {
                double l = best[0][INPUTS];
                for (int j = 0; j < INPUTS; j++) {
                    l += best[0][j] * x[n][j];
                }
                double sign = all[c][n] == 1 ? 1 : -1;
                expected += Math.log1p(Math.exp(-sign * l)) / rows;
                double ofLabel = all[c][n] == 1 ? p.getDouble(n, c) : 1 - p.getDouble(n, c);
                found -= Math.log(ofLabel) / rows;
                mean += (p.getDouble(n, c) - all[c][n]) / rows;
            }
            assertThat(found).as("nats of output %s", c).isCloseTo(expected, within(0.02));
            assertThat(mean).as("mean probability of output %s", c).isCloseTo(0, within(0.02));
        }
    }

    /** What new examples say is learned while there are new ones. */
    @Test
    void scalesOfNewExamplesStayAfterTheFirstPass() {
        double[][] x = features(200);
        EpMultiLayerNetwork network = EpNetworks.from(layer(new LossMCXENT(), Activation.SOFTMAX));
        double[] y = labels(x, 0.3);
        INDArray ofClasses = Nd4j.zeros(y.length, 2);
        for (int n = 0; n < y.length; n++) {
            ofClasses.putScalar(n, (int) y[n], 1);
        }
        List<DataSet> batches = new DataSet(Nd4j.createFromArray(x).castTo(DataType.FLOAT), ofClasses).batchBy(20);
        List<String> names = List.of("0_logFreshScalePrecision", "0_logCountedVarianceMeanTimesPrecision");
        List<INDArray> before =
                names.stream().map(name -> network.getParam(name).dup()).toList();
        network.fit(new ExistingDataSetIterator(batches));
        List<INDArray> first =
                names.stream().map(name -> network.getParam(name).dup()).toList();
        assertThat(first).doesNotContainAnyElementsOf(before);
        INDArray scale = network.getParam("0_logScaleMeanTimesPrecision").dup();
        network.fit(new ExistingDataSetIterator(batches));
        assertThat(names.stream().map(network::getParam).toList()).isEqualTo(first);
        assertThat(network.getParam("0_logScaleMeanTimesPrecision"))
                .as("withheld examples are asked in all passes")
                .isNotEqualTo(scale);
    }
}
