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
import java.util.Arrays;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Against normal equations that are solved by elimination, and against fits without each row. */
class CafoRidgeTest {
    private static final int ROWS = 14;
    private static final INDArray INPUTS =
            Nd4j.linspace(-1, 1, ROWS).castTo(DataType.FLOAT).reshape(ROWS, 1);
    private static final DataSet CURVE = new DataSet(INPUTS, INPUTS.mul(INPUTS).addi(0.3));

    /** Of one block: the ridge regression whose rows, each predicted by the others, fit best; as far as these are to be believed. */
    @Test
    void predictionsAreThoseOfTheBestRidgeRegressionAndTheNoiseIsThatOfWithheldRows() {
        MultiLayerConfiguration list = NetworkDefinition.of("mlp:5", new DataShape(1, 1, Task.REGRESSION), 7)
                .configuration();
        MultiLayerNetwork network = new MultiLayerNetwork(list.clone());
        network.init();
        double[][] features = withOne(network.feedForward(INPUTS, false).get(1));
        double penalty = bestPenalty(features);
        double[] weights = ridge(features, penalty, -1);
        double[] withheld = withheld(features, penalty);
        double squares = 0;
        double products = 0;
        for (int row = 0; row < ROWS; row++) {
            squares += withheld[row] * withheld[row];
            products += withheld[row] * CURVE.getLabels().getDouble(row);
        }
        double scale = products / squares;
        double[] expected = new double[ROWS];
        double noise = 0;
        for (int row = 0; row < ROWS; row++) {
            expected[row] = scale * product(features[row], weights);
            noise += Math.pow(scale * withheld[row] - CURVE.getLabels().getDouble(row), 2) / ROWS;
        }

        TrainingSession session = Trainers.named("cafo")
                .start(new TrainingJob(
                        Definition.of(list),
                        Task.REGRESSION,
                        new FloatRows(CURVE),
                        LearningRates.DEFAULTS,
                        NetworkVariant.NONE,
                        4,
                        2));
        session.trainPass(new ViewIterator(CURVE, 4));
        Predictive.Gaussian after = (Predictive.Gaussian) session.predict(INPUTS);
        session.trainPass(new ViewIterator(CURVE, 4));

        assertThat(Nd4j.toFlattened(after.mean()).castTo(DataType.DOUBLE).toDoubleVector())
                .containsExactly(expected, within(1e-3));
        assertThat(after.variance().getDouble(0)).isCloseTo(noise, within(1e-2 * noise));
        assertThat(((Predictive.Gaussian) session.predict(INPUTS)).mean()).isEqualTo(after.mean());
    }

    @Test
    void numbersThatAreNotFiniteAreRefused() {
        INDArray inputs = INPUTS.dup();
        inputs.putScalar(3, Float.NaN);
        DataSet rows = new DataSet(inputs, CURVE.getLabels());
        TrainingSession session = Trainers.named("cafo")
                .start(new TrainingJob(
                        NetworkDefinition.of("mlp:5", new DataShape(1, 1, Task.REGRESSION), 7)
                                .definition(),
                        Task.REGRESSION,
                        rows,
                        LearningRates.DEFAULTS,
                        NetworkVariant.NONE,
                        4));

        assertThatThrownBy(() -> session.trainPass(new ViewIterator(rows, 4)))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "cafo cannot train this network on these rows: what block 0 (from 0) puts out is not finite, or too"
                                + " large for single precision; choose another trainer, or scale the inputs.");
    }

    private static double[][] withOne(INDArray features) {
        double[][] rows = features.castTo(DataType.DOUBLE).toDoubleMatrix();
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOf(rows[row], rows[row].length + 1);
            rows[row][rows[row].length - 1] = 1;
        }
        return rows;
    }

    /** Of powers of ten of the mean square of a feature, times the rows: from a thousandth down, or up, while the error falls. */
    private static double bestPenalty(double[][] features) {
        int inputs = features[0].length - 1;
        double sum = 0;
        for (double[] row : features) {
            for (int i = 0; i < inputs; i++) {
                sum += row[i] * row[i];
            }
        }
        double best = 1e-3 * sum / inputs;
        double lowest = error(features, best / 10) < error(features, best) ? best / 10 : best;
        while (lowest == best && error(features, best * 10) < error(features, best)) {
            best *= 10;
            lowest = best;
        }
        return lowest;
    }

    private static double error(double[][] features, double penalty) {
        double[] withheld = withheld(features, penalty);
        double sum = 0;
        for (int row = 0; row < ROWS; row++) {
            sum += Math.pow(withheld[row] - CURVE.getLabels().getDouble(row), 2);
        }
        return sum;
    }

    private static double[] withheld(double[][] features, double penalty) {
        double[] withheld = new double[ROWS];
        for (int row = 0; row < ROWS; row++) {
            withheld[row] = product(features[row], ridge(features, penalty, row));
        }
        return withheld;
    }

    private static double[] ridge(double[][] features, double penalty, int without) {
        int n = features[0].length;
        double[][] system = new double[n][n + 1];
        for (int i = 0; i < n; i++) {
            system[i][i] = penalty;
        }
        for (int row = 0; row < features.length; row++) {
            for (int i = 0; i < n && row != without; i++) {
                for (int j = 0; j < n; j++) {
                    system[i][j] += features[row][i] * features[row][j];
                }
                system[i][n] += features[row][i] * CURVE.getLabels().getDouble(row);
            }
        }
        for (int k = 0; k < n; k++) {
            for (int i = 0; i < n; i++) {
                double factor = i == k ? 0 : system[i][k] / system[k][k];
                for (int j = k; j <= n; j++) {
                    system[i][j] -= factor * system[k][j];
                }
            }
        }
        double[] solution = new double[n];
        for (int k = 0; k < n; k++) {
            solution[k] = system[k][n] / system[k][k];
        }
        return solution;
    }

    private static double product(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
