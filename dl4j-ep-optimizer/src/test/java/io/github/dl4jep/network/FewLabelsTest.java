package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import java.util.Arrays;
import java.util.Random;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Few labels are not learned by heart within some passes. */
class FewLabelsTest {

    private static final int COLUMNS = 30;
    private static final int ROWS = 24;
    private static final int OTHERS = 2000;
    private static final int PASSES = 50;
    private static final double NOISE = 1;

    private static double error(INDArray predicted, double[] truth) {
        double sum = 0;
        for (int n = 0; n < truth.length; n++) {
            sum += Math.pow(predicted.getDouble(n) - truth[n], 2) / truth.length;
        }
        return Math.sqrt(sum);
    }

    /** The smallest error of ridge regression of any strength, of standardised labels. */
    private static double bestRidge(double[][] x, double[] y, double[][] others, double[] truth) {
        double mean = 0;
        for (double label : y) {
            mean += label / ROWS;
        }
        RealMatrix design = MatrixUtils.createRealMatrix(x);
        RealVector labels = MatrixUtils.createRealVector(y).mapSubtract(mean);
        double best = Double.POSITIVE_INFINITY;
        for (double strength = 0.01; strength < 1000; strength *= 1.5) {
            RealMatrix normal = design.transpose()
                    .multiply(design)
                    .add(MatrixUtils.createRealIdentityMatrix(COLUMNS).scalarMultiply(strength));
            RealVector weights = new CholeskyDecomposition(normal)
                    .getSolver()
                    .solve(design.transpose().operate(labels));
            double[] predicted = MatrixUtils.createRealMatrix(others)
                    .operate(weights)
                    .mapAdd(mean)
                    .toArray();
            best = Math.min(best, error(Nd4j.createFromArray(predicted), truth));
        }
        return best;
    }

    @ParameterizedTest
    @ValueSource(longs = {41, 42, 43})
    void aLinearModelEndsNearTheBestRidgeRegression(long seed) {
        Random random = new Random(seed);
        double[] weights = random.doubles(COLUMNS, -0.5, 0.5).toArray();
        double[][] x = new double[ROWS + OTHERS][COLUMNS];
        double[] y = new double[x.length];
        for (int n = 0; n < x.length; n++) {
            for (int j = 0; j < COLUMNS; j++) {
                x[n][j] = random.nextGaussian();
                y[n] += weights[j] * x[n][j];
            }
            y[n] += n < ROWS ? NOISE * random.nextGaussian() : 0;
        }
        double[][] rows = Arrays.copyOf(x, ROWS);
        double[] labels = Arrays.copyOf(y, ROWS);
        double[][] others = Arrays.copyOfRange(x, ROWS, x.length);
        double[] truth = Arrays.copyOfRange(y, ROWS, x.length);
        EpMultiLayerNetwork network = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .seed(seed)
                .list(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(COLUMNS)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
        DataSet data = new DataSet(
                Nd4j.createFromArray(rows).castTo(Nd4j.dataType()),
                Nd4j.createFromArray(labels).castTo(Nd4j.dataType()).reshape(ROWS, 1));
        network.fit(new ViewIterator(data, 8), PASSES);

        double reached = error(network.output(Nd4j.createFromArray(others).castTo(Nd4j.dataType())), truth);

        assertThat(reached).isLessThan(1.15 * bestRidge(rows, labels, others, truth));
    }
}
