package io.github.dl4jep.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.DenseCovariance;
import io.github.dl4jep.array.LowRankCovariance;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.Arrays2d;
import java.util.SplittableRandom;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The joint maximum against Newton's method on the whole objective, with all its second derivatives. */
class JointSoftmaxTest {

    private static final int ROWS = 7;
    private static final int CLASSES = 4;

    private final SplittableRandom random = new SplittableRandom(5);

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 1, 20})
    void isTheMaximumThatNewtonFinds(double size) {
        double[] start = uniform(-2, 2);
        double[] covariance = covariance(size);
        double[] labels = distributions();
        double[] importance = {1, 2, 0.5, 1, 3, 1, 1};
        JointSoftmax.Maximum maximum =
                new JointSoftmax(start, new DenseCovariance(covariance, ROWS), labels, importance).solve(1e-10);
        double[] expected = newton(start, covariance, labels, importance);
        for (int i = 0; i < start.length; i++) {
            double moved = 0;
            for (int k = 0; k < ROWS; k++) {
                moved += covariance[(i % ROWS) * ROWS + k] * maximum.shift()[i / ROWS * ROWS + k];
            }
            assertThat(start[i] + moved).as("potential %s", i).isCloseTo(expected[i], within(1e-6));
            double p = maximum.probabilities()[i];
            assertThat(maximum.shift()[i]).isCloseTo(importance[i % ROWS] * (labels[i] - p), within(1e-6));
        }
    }

    @Test
    void aRowThatIsNotObservedMovesNothing() {
        double[] importance = {1, 1, 0, 1, 1, 1, 1};
        double[] start = uniform(-1, 1);
        double[] covariance = covariance(3);
        double[] labels = distributions();
        double[] other = labels.clone();
        for (int c = 0; c < CLASSES; c++) {
            other[c * ROWS + 2] = c == 1 ? 1 : 0;
        }
        double[] shift = new JointSoftmax(start, new DenseCovariance(covariance, ROWS), labels, importance)
                .solve(1e-9)
                .shift();
        assertThat(new JointSoftmax(start, new DenseCovariance(covariance, importance.length), other, importance)
                        .solve(1e-9)
                        .shift())
                .isEqualTo(shift);
        for (int c = 0; c < CLASSES; c++) {
            assertThat(shift[c * ROWS + 2]).isZero();
        }
    }

    /** At the maximum l = w + K omega (y - p), with p the sigmoid of l. */
    @Test
    void aSingleOutputIsTheMaximumOfALogisticRegression() {
        double[] covariance = covariance(5);
        double[] importance = {1, 2, 0.5, 1, 3, 1, 1};
        double[] start = random.doubles(ROWS, -2, 2).toArray();
        double[] labels = random.doubles(ROWS, 0, 1).toArray();
        JointSoftmax.Maximum maximum = new JointSoftmax(
                        start, new DenseCovariance(covariance, importance.length), labels, importance)
                .solve(1e-11);
        for (int n = 0; n < ROWS; n++) {
            double l = start[n];
            for (int k = 0; k < ROWS; k++) {
                l += covariance[n * ROWS + k] * importance[k] * (labels[k] - maximum.probabilities()[k]);
            }
            assertThat(maximum.probabilities()[n]).as("row %s", n).isCloseTo(1 / (1 + Math.exp(-l)), within(1e-8));
        }
        assertThat(maximum.change()).isLessThan(1e-11);
        assertThat(maximum.iterations()).isBetween(2, 300);
    }

    /** A row of importance 2 is that row twice. */
    @Test
    void importanceIsANumberOfCopies() {
        double[] gram = covariance(2);
        double[] start = uniform(-1, 1);
        double[] labels = distributions();
        int more = ROWS + 1;
        double[] twiceGram = new double[more * more];
        double[] twiceStart = new double[more * CLASSES];
        double[] twiceLabels = new double[more * CLASSES];
        for (int n = 0; n < more; n++) {
            for (int k = 0; k < more; k++) {
                twiceGram[n * more + k] = gram[(n % ROWS) * ROWS + k % ROWS];
            }
            for (int c = 0; c < CLASSES; c++) {
                twiceStart[c * more + n] = start[c * ROWS + n % ROWS];
                twiceLabels[c * more + n] = labels[c * ROWS + n % ROWS];
            }
        }
        double[] weighted = new JointSoftmax(
                        start, new DenseCovariance(gram, ROWS), labels, new double[] {2, 1, 1, 1, 1, 1, 1})
                .solve(1e-11)
                .shift();
        double[] copied = new JointSoftmax(twiceStart, new DenseCovariance(twiceGram, more), twiceLabels, new double[] {
                    1, 1, 1, 1, 1, 1, 1, 1
                })
                .solve(1e-11)
                .shift();
        for (int c = 0; c < CLASSES; c++) {
            assertThat(copied[c * more] + copied[c * more + ROWS]).isCloseTo(weighted[c * ROWS], within(1e-7));
            assertThat(copied[c * more + 1]).isCloseTo(weighted[c * ROWS + 1], within(1e-7));
        }
    }

    /** Almost all examples are of a class that is certain: what they say in common must not be lost in a tolerance. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void whatAFrequentClassSaysInCommonIsExact(int outputs) {
        int rows = 100;
        double[] start = new double[outputs * rows];
        double[] labels = new double[outputs * rows];
        double[] importance = new double[rows];
        double[] covariance = new double[rows * rows];
        for (int n = 0; n < rows; n++) {
            importance[n] = 1;
            start[n] = outputs == 1 ? -5 + 0.01 * n : -2.5;
            labels[n] = n == 7 ? 1 : 0;
            if (outputs == 2) {
                start[rows + n] = 2.5;
                labels[rows + n] = n == 7 ? 0 : 1;
            }
            for (int k = 0; k < rows; k++) {
                covariance[n * rows + k] = 0.3 + (n == k ? 0.2 : 0);
            }
        }
        JointSoftmax.Maximum coarse = new JointSoftmax(
                        start, new DenseCovariance(covariance, importance.length), labels, importance)
                .solve(0.1);
        double[] exact = new JointSoftmax(start, new DenseCovariance(covariance, importance.length), labels, importance)
                .solve(1e-12)
                .shift();
        double sum = 0;
        double sumOfExact = 0;
        double size = 0;
        for (int n = 0; n < rows; n++) {
            sum += coarse.shift()[n];
            sumOfExact += exact[n];
            size += Math.abs(exact[n]);
        }
        assertThat(sum).isCloseTo(sumOfExact, within((outputs == 1 ? 0.06 : 0.25) * size));
        assertThat(coarse.iterations()).isLessThan(60);
    }

    /** The same maximum with the same covariance as a dense matrix. */
    @Test
    void inducingRowsGiveTheMaximumOfWhatTheyKnow() {
        int rows = 60;
        int[] inducing = {2, 11, 25, 30, 47, 58};
        double[] gram = Rows.columns(Arrays2d.gram(random, rows, 20));
        double[] columns = new double[rows * inducing.length];
        double[] variances = new double[rows];
        for (int n = 0; n < rows; n++) {
            variances[n] = 3 * gram[n * (rows + 1)];
            for (int i = 0; i < inducing.length; i++) {
                columns[i * rows + n] = 3 * gram[inducing[i] * rows + n];
            }
        }
        RowCovariance lowRank = LowRankCovariance.of(columns, variances, inducing);
        double[] identity = new double[rows * rows];
        for (int n = 0; n < rows; n++) {
            identity[n * (rows + 1)] = 1;
        }
        RowCovariance dense = new DenseCovariance(lowRank.times(identity), rows);
        double[] start = random.doubles(rows * CLASSES, -2, 2).toArray();
        double[] labels = new double[rows * CLASSES];
        double[] importance = new double[rows];
        for (int n = 0; n < rows; n++) {
            labels[n % CLASSES * rows + n] = 1;
            importance[n] = n % 9 == 0 ? 0 : random.nextDouble(0.5, 2);
        }
        JointSoftmax.Maximum actual = new JointSoftmax(start, lowRank, labels, importance).solve(1e-10);
        JointSoftmax.Maximum expected = new JointSoftmax(start, dense, labels, importance).solve(1e-10);
        assertThat(actual.shift()).containsExactly(expected.shift(), within(1e-6));
        assertThat(actual.potentials()).containsExactly(expected.potentials(), within(1e-6));
        double[] moved = lowRank.times(actual.shift());
        for (int i = 0; i < moved.length; i++) {
            boolean observed = importance[i % rows] > 0;
            assertThat(actual.shift()[i])
                    .isCloseTo(
                            observed ? importance[i % rows] * (labels[i] - actual.probabilities()[i]) : 0,
                            within(1e-6));
            assertThat(actual.potentials()[i]).isCloseTo(start[i] + (observed ? moved[i] : 0), within(1e-6));
        }
    }

    private double[] uniform(double low, double high) {
        return Rows.columns(Arrays2d.uniform(random, ROWS, CLASSES, low, high));
    }

    /** Of full rank, so that the oracle can invert it. */
    private double[] covariance(double size) {
        double[] gram = Rows.columns(Arrays2d.gram(random, ROWS, 3));
        for (int i = 0; i < gram.length; i++) {
            gram[i] = size * (gram[i] + (i % (ROWS + 1) == 0 ? 0.3 : 0));
        }
        return gram;
    }

    /** Hard labels in the first rows, soft ones in the others. */
    private double[] distributions() {
        double[] labels = new double[ROWS * CLASSES];
        for (int n = 0; n < ROWS; n++) {
            double[] weights = random.doubles(CLASSES, 0.1, 1).toArray();
            double sum = java.util.Arrays.stream(weights).sum();
            int right = random.nextInt(CLASSES);
            for (int c = 0; c < CLASSES; c++) {
                labels[c * ROWS + n] = n < 4 ? (c == right ? 1 : 0) : weights[c] / sum;
            }
        }
        return labels;
    }

    private static double[] newton(double[] start, double[] covariance, double[] labels, double[] importance) {
        RealMatrix k = MatrixUtils.createRealMatrix(ROWS, ROWS);
        for (int i = 0; i < covariance.length; i++) {
            k.setEntry(i / ROWS, i % ROWS, covariance[i]);
        }
        RealMatrix precision = new LUDecomposition(k).getSolver().getInverse();
        double[] l = start.clone();
        for (int iteration = 0; iteration < 200; iteration++) {
            int size = l.length;
            RealMatrix hessian = MatrixUtils.createRealMatrix(size, size);
            double[] gradient = new double[size];
            for (int i = 0; i < size; i++) {
                int n = i % ROWS;
                double[] p = softmax(l, n);
                gradient[i] = importance[n] * (labels[i] - p[i / ROWS]);
                for (int m = 0; m < ROWS; m++) {
                    int j = i / ROWS * ROWS + m;
                    gradient[i] -= precision.getEntry(n, m) * (l[j] - start[j]);
                    hessian.addToEntry(i, j, precision.getEntry(n, m));
                }
                for (int c = 0; c < CLASSES; c++) {
                    double same = c == i / ROWS ? p[c] : 0;
                    hessian.addToEntry(i, c * ROWS + n, importance[n] * (same - p[c] * p[i / ROWS]));
                }
            }
            RealVector step = new LUDecomposition(hessian).getSolver().solve(MatrixUtils.createRealVector(gradient));
            double length = Math.min(1, 1 / Math.max(1e-300, step.getLInfNorm()));
            for (int i = 0; i < size; i++) {
                l[i] += length * step.getEntry(i);
            }
        }
        return l;
    }

    private static double[] softmax(double[] l, int row) {
        double[] p = new double[CLASSES];
        double sum = 0;
        for (int c = 0; c < CLASSES; c++) {
            p[c] = Math.exp(l[c * ROWS + row]);
            sum += p[c];
        }
        for (int c = 0; c < CLASSES; c++) {
            p[c] /= sum;
        }
        return p;
    }
}
