package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.density.HeteroscedasticLikelihood;
import io.github.dl4jep.density.Link;
import io.github.dl4jep.density.PoissonLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;

/** What networks of other losses than the usual ones reach on data whose truth is known. */
@Tag("long-running-test")
class LossFiguresTest {

    private static final int SEED = 1;

    private static EpMultiLayerNetwork network(
            int inputs,
            int[] hidden,
            Activation unit,
            ILossFunction loss,
            Activation activation,
            int outputs,
            @Nullable Likelihood likelihood) {
        NeuralNetConfiguration.ListBuilder layers =
                new NeuralNetConfiguration.Builder().seed(SEED).list();
        int before = inputs;
        for (int units : hidden) {
            layers.layer(new DenseLayer.Builder()
                    .nIn(before)
                    .nOut(units)
                    .activation(unit)
                    .build());
            before = units;
        }
        MultiLayerConfiguration definition = layers.layer(new OutputLayer.Builder(loss)
                        .nIn(before)
                        .nOut(outputs)
                        .activation(activation)
                        .build())
                .build();
        return likelihood == null
                ? EpNetworks.from(definition)
                : EpNetworks.from(
                        definition, EpOptions.builder().likelihood(likelihood).build());
    }

    private static void fit(EpMultiLayerNetwork network, float[][] x, float[][] y, int batch, int passes) {
        Random random = new Random(SEED);
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < x.length; i++) {
            order.add(i);
        }
        for (int pass = 0; pass < passes; pass++) {
            Collections.shuffle(order, random);
            List<DataSet> batches = new ArrayList<>();
            for (int from = 0; from < x.length; from += batch) {
                List<Integer> rows = order.subList(from, Math.min(x.length, from + batch));
                batches.add(new DataSet(
                        Nd4j.createFromArray(rows.stream().map(i -> x[i]).toArray(float[][]::new)),
                        Nd4j.createFromArray(rows.stream().map(i -> y[i]).toArray(float[][]::new))));
            }
            network.fit(new ExistingDataSetIterator(batches));
        }
    }

    /** Points of a grid over [-2, 2]. */
    private static float[][] grid(int count) {
        float[][] x = new float[count][1];
        for (int i = 0; i < count; i++) {
            x[i][0] = (float) ((i + 0.5) / count * 4 - 2);
        }
        return x;
    }

    private static double noiseAt(double x) {
        return 0.1 + 0.4 / (1 + Math.exp(-3 * x));
    }

    @Test
    void aNoiseThatDependsOnTheFeaturesIsLearned() {
        Random random = new Random(SEED);
        float[][] x = new float[4000][1];
        float[][] y = new float[4000][1];
        for (int i = 0; i < x.length; i++) {
            double at = random.nextDouble() * 4 - 2;
            x[i][0] = (float) at;
            y[i][0] = (float) (Math.sin(2 * at) + noiseAt(at) * random.nextGaussian());
        }
        EpMultiLayerNetwork network = network(
                1,
                new int[] {50},
                Activation.TANH,
                new LossMSE(),
                Activation.IDENTITY,
                2,
                new HeteroscedasticLikelihood());
        fit(network, x, y, 64, 40);
        float[][] at = grid(4000);
        Prediction prediction = network.predictor().predict(Nd4j.createFromArray(at));
        double worst = 0;
        int[] covered = new int[3];
        double[] widths = {0.67449, 1.64485, 1.95996};
        for (int i = 0; i < at.length; i++) {
            double deviation = Math.sqrt(prediction.aleatoricVariance().getDouble(i, 0));
            if (Math.abs(at[i][0]) < 1.8) {
                worst = Math.max(worst, Math.abs(deviation / noiseAt(at[i][0]) - 1));
            }
            double label = Math.sin(2 * at[i][0]) + noiseAt(at[i][0]) * random.nextGaussian();
            double away = Math.abs(label - prediction.mean().getDouble(i, 0))
                    / Math.sqrt(prediction.variance().getDouble(i, 0));
            for (int k = 0; k < 3; k++) {
                covered[k] += away < widths[k] ? 1 : 0;
            }
        }
        assertThat(worst)
                .as("largest relative error of the noise over the inner 90 %")
                .isLessThan(0.15);
        assertThat(covered[0] / 40.0).as("%% in intervals of 50 %%").isBetween(48.0, 52.0);
        assertThat(covered[1] / 40.0).as("%% in intervals of 90 %%").isBetween(88.0, 92.0);
        assertThat(covered[2] / 40.0).as("%% in intervals of 95 %%").isBetween(93.0, 97.0);
    }

    private static double deviance(double count, double rate) {
        return 2 * ((count > 0 ? count * Math.log(count / rate) : 0) - (count - rate));
    }

    @Test
    void countsAreAsGoodAsPoissonRegression() {
        Random random = new Random(SEED);
        double[] weights = {0.5, -0.3, 0.2, 0, 0.4, 0.3};
        int train = 2000;
        float[][] x = new float[6000][5];
        float[][] y = new float[6000][1];
        for (int i = 0; i < x.length; i++) {
            for (int d = 0; d < 5; d++) {
                x[i][d] = (float) random.nextGaussian();
            }
            double limit = Math.exp(-Math.exp(product(x[i], weights)));
            int count = 0;
            for (double p = random.nextDouble(); p > limit; p *= random.nextDouble()) {
                count++;
            }
            y[i][0] = count;
        }
        double[] fitted = regression(Arrays.copyOf(x, train), Arrays.copyOf(y, train));
        double[] regression = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            regression[i] = Math.exp(product(x[i], fitted));
        }
        double reference = meanDeviance(y, regression, train);
        for (Likelihood likelihood :
                new Likelihood[] {new PoissonLikelihood(), new PoissonLikelihood(Link.EXPONENTIAL)}) {
            int[] hidden = likelihood.equals(new PoissonLikelihood()) ? new int[] {30} : new int[0];
            EpMultiLayerNetwork network =
                    network(5, hidden, Activation.RELU, new LossPoisson(), Activation.SOFTPLUS, 1, likelihood);
            fit(network, Arrays.copyOf(x, train), Arrays.copyOf(y, train), 32, 20);
            INDArray output = network.output(Nd4j.createFromArray(x));
            double[] rates =
                    output.castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE).toDoubleVector();
            double deviance = meanDeviance(y, rates, train);
            assertThat(deviance).isLessThan(1.02 * reference);
        }
    }

    private static double meanDeviance(float[][] counts, double[] rates, int from) {
        double sum = 0;
        for (int i = from; i < rates.length; i++) {
            sum += deviance(counts[i][0], rates[i]);
        }
        return sum / (rates.length - from);
    }

    private static double product(float[] x, double[] weights) {
        double sum = weights[x.length];
        for (int d = 0; d < x.length; d++) {
            sum += weights[d] * x[d];
        }
        return sum;
    }

    /** The weights of Poisson regression, by Newton's method. */
    private static double[] regression(float[][] x, float[][] y) {
        double[] weights = new double[6];
        for (int iteration = 0; iteration < 30; iteration++) {
            double[][] information = new double[6][6];
            double[] slope = new double[6];
            for (int i = 0; i < x.length; i++) {
                double rate = Math.exp(product(x[i], weights));
                for (int a = 0; a < 6; a++) {
                    double ofA = a < 5 ? x[i][a] : 1;
                    slope[a] += (y[i][0] - rate) * ofA;
                    for (int b = 0; b < 6; b++) {
                        information[a][b] += rate * ofA * (b < 5 ? x[i][b] : 1);
                    }
                }
            }
            double[] step = new LUDecomposition(MatrixUtils.createRealMatrix(information))
                    .getSolver()
                    .solve(MatrixUtils.createRealVector(slope))
                    .toArray();
            for (int a = 0; a < 6; a++) {
                weights[a] += step[a];
            }
        }
        return weights;
    }

    @Test
    void outliersDoNotMoveAnAbsoluteError() {
        Random random = new Random(SEED);
        float[][] x = new float[1000][1];
        float[][] y = new float[1000][1];
        for (int i = 0; i < x.length; i++) {
            double at = random.nextDouble() * 4 - 2;
            x[i][0] = (float) at;
            boolean outlier = random.nextInt(10) == 0;
            y[i][0] = (float) (Math.sin(2 * at)
                    + 0.1 * random.nextGaussian()
                    + (outlier ? (random.nextBoolean() ? 1 : -1) * (3 + 5 * random.nextDouble()) : 0));
        }
        double[] errors = new double[2];
        ILossFunction[] losses = {new LossMSE(), new LossMAE()};
        for (int k = 0; k < 2; k++) {
            EpMultiLayerNetwork network =
                    network(1, new int[] {50}, Activation.TANH, losses[k], Activation.IDENTITY, 1, null);
            fit(network, x, y, 32, 40);
            float[][] at = grid(1000);
            INDArray output = network.output(Nd4j.createFromArray(at));
            for (int i = 0; i < at.length; i++) {
                errors[k] += Math.pow(output.getDouble(i, 0) - Math.sin(2 * at[i][0]), 2) / at.length;
            }
        }
        assertThat(Math.sqrt(errors[1])).isLessThan(Math.sqrt(errors[0]) / 3);
    }

    private static double branch(double x, boolean upper) {
        return upper ? 2 + 0.5 * x : Math.sin(2 * x);
    }

    @Test
    void aMixtureFindsBothBranches() {
        float[][][] data = branches(3000, new Random(SEED));
        float[][][] test = branches(3000, new Random(SEED + 1));
        EpMultiLayerNetwork network = network(
                1,
                new int[] {50},
                Activation.TANH,
                LossMixtureDensity.builder().gaussians(2).labelWidth(1).build(),
                Activation.IDENTITY,
                6,
                null);
        fit(network, data[0], data[1], 32, 40);
        double truth = 0;
        for (int i = 0; i < test[0].length; i++) {
            double density = 0;
            for (boolean upper : new boolean[] {false, true}) {
                double r = (test[1][i][0] - branch(test[0][i][0], upper)) / 0.15;
                density += (upper ? 0.6 : 0.4) * Math.exp(-0.5 * r * r) / (0.15 * Math.sqrt(2 * Math.PI));
            }
            truth += Math.log(density) / test[0].length;
        }
        double reached = -network.scoreExamples(
                        new DataSet(Nd4j.createFromArray(test[0]), Nd4j.createFromArray(test[1])), false)
                .meanNumber()
                .doubleValue();
        assertThat(reached).isGreaterThan(truth - 0.1);
    }

    private static float[][][] branches(int rows, Random random) {
        float[][] x = new float[rows][1];
        float[][] y = new float[rows][1];
        for (int i = 0; i < rows; i++) {
            double at = random.nextDouble() * 4 - 2;
            boolean upper = random.nextDouble() < 0.6;
            x[i][0] = (float) at;
            y[i][0] = (float) (branch(at, upper) + 0.15 * random.nextGaussian());
        }
        return new float[][][] {x, y};
    }
}
