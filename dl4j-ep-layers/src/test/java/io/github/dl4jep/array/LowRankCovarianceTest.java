package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.likelihood.Arrays2d;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against the formula of Snelson and Ghahramani with dense inverses. */
class LowRankCovarianceTest {

    private static final int ROWS = 40;
    private static final int COLUMNS = 3;

    private final SplittableRandom random = new SplittableRandom(11);

    private double[][] covariance(int rank, double own, double scale) {
        double[][] k = Arrays2d.gram(random, ROWS, rank).toDoubleMatrix();
        for (int n = 0; n < ROWS; n++) {
            for (int m = 0; m < ROWS; m++) {
                k[n][m] = scale * (k[n][m] + (n == m ? own : 0));
            }
        }
        return k;
    }

    private static LowRankCovariance lowRank(double[][] k, int... inducing) {
        double[] columns = new double[ROWS * inducing.length];
        double[] variances = new double[ROWS];
        for (int n = 0; n < ROWS; n++) {
            variances[n] = k[n][n];
            for (int i = 0; i < inducing.length; i++) {
                columns[i * ROWS + n] = k[n][inducing[i]];
            }
        }
        return LowRankCovariance.of(columns, variances, inducing);
    }

    /** K_BI K_II^-1 K_IB outside of the diagonal, which is that of K. */
    private static double[][] expected(double[][] k, int... inducing) {
        double[][] known = known(k, inducing);
        for (int n = 0; n < ROWS; n++) {
            known[n][n] = k[n][n];
        }
        return known;
    }

    /** K_BI K_II^-1 K_IB. */
    private static double[][] known(double[][] k, int... inducing) {
        int[] all = new int[ROWS];
        Arrays.setAll(all, n -> n);
        RealMatrix whole = MatrixUtils.createRealMatrix(k);
        RealMatrix columns = whole.getSubMatrix(all, inducing);
        RealMatrix inverse = MatrixUtils.createRealMatrix(
                Arrays2d.inverse(whole.getSubMatrix(inducing, inducing).getData()));
        return columns.multiply(inverse).multiply(columns.transpose()).getData();
    }

    @Test
    void whatIsNotKnownCountsForAllRowsThatMoveTogether() {
        int[] inducing = {3, 17, 21};
        double[][] k = covariance(6, 0.05, 1);
        double[][] known = known(k, inducing);
        int[] all = new int[ROWS];
        float[] block = new float[ROWS * ROWS];
        double squares = 0;
        double ofDiagonal = 0;
        for (int n = 0; n < ROWS; n++) {
            all[n] = n;
            for (int m = 0; m < ROWS; m++) {
                block[m * ROWS + n] = (float) k[n][m];
                squares += Math.pow(k[n][m] - known[n][m], 2);
            }
            ofDiagonal += Math.pow(k[n][n] - known[n][n], 2);
        }
        LowRankCovariance actual = lowRank(k, inducing);

        double times = actual.restsTogether(all, block);
        LowRankCovariance together = actual.withRestsTogether(times);

        assertThat(times).isGreaterThan(2).isCloseTo(squares / ofDiagonal, within(1e-4));
        double[] noise = random.doubles(ROWS, 0.1, 2).toArray();
        double[][] sum = known(k, inducing);
        for (int n = 0; n < ROWS; n++) {
            sum[n][n] += times * (k[n][n] - known[n][n]);
        }
        double[] columns = columns();
        assertThat(together.times(columns)).containsExactly(product(sum, columns), within(1e-8));
        assertThat(together.diagonal()).containsExactly(actual.diagonal(), within(1e-12));
        for (int n = 0; n < ROWS; n++) {
            sum[n][n] += noise[n];
        }
        assertThat(together.inverse(noise).times(columns))
                .containsExactly(product(Arrays2d.inverse(sum), columns), within(1e-8));
    }

    private double[] columns() {
        return random.doubles(ROWS * COLUMNS, -1, 1).toArray();
    }

    private static double[] product(double[][] matrix, double[] columns) {
        double[] product = new double[columns.length];
        for (int i = 0; i < product.length; i++) {
            for (int k = 0; k < ROWS; k++) {
                product[i] += matrix[i % ROWS][k] * columns[i / ROWS * ROWS + k];
            }
        }
        return product;
    }

    private void assertIs(RowCovariance actual, double[][] expected, double tolerance) {
        double[] columns = columns();
        assertThat(actual.times(columns)).containsExactly(product(expected, columns), within(tolerance));
        double[] noise = random.doubles(ROWS, 0.1, 2).toArray();
        double[][] sum = new double[ROWS][];
        double[] diagonal = new double[ROWS];
        for (int n = 0; n < ROWS; n++) {
            diagonal[n] = expected[n][n];
            sum[n] = expected[n].clone();
            sum[n][n] += noise[n];
        }
        assertThat(actual.diagonal()).containsExactly(diagonal, within(tolerance));
        double[][] inverse = Arrays2d.inverse(sum);
        RowCovariance.Inverse ofActual = actual.inverse(noise);
        assertThat(ofActual.times(columns)).containsExactly(product(inverse, columns), within(tolerance));
        double[] ofInverse = new double[ROWS];
        Arrays.setAll(ofInverse, n -> inverse[n][n]);
        assertThat(ofActual.diagonal()).containsExactly(ofInverse, within(tolerance));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1e-9, 1e9})
    void isWhatInducingRowsKnow(double scale) {
        int[] inducing = {3, 0, 17, 39, 21, 8};
        double[][] k = covariance(5, 0.2, scale);
        LowRankCovariance actual = lowRank(k, inducing);
        assertIs(actual.multipliedBy(1 / scale), expected(covarianceOver(k, scale), inducing), 1e-8);
        assertThat(actual.rows()).isEqualTo(ROWS);
    }

    private static double[][] covarianceOver(double[][] k, double scale) {
        return Arrays.stream(k)
                .map(row -> Arrays.stream(row).map(value -> value / scale).toArray())
                .toArray(double[][]::new);
    }

    @Test
    void isExactWhereAllRowsAreInducing() {
        double[][] k = covariance(7, 0.1, 1);
        int[] backwards = new int[ROWS];
        Arrays.setAll(backwards, n -> ROWS - 1 - n);
        assertIs(lowRank(k, backwards), k, 1e-8);
    }

    @Test
    void isExactWhereInducingRowsSpanAll() {
        double[][] k = covariance(4, 0, 1);
        assertIs(lowRank(k, 1, 2, 3, 5, 8, 13, 21, 34, 37), k, 1e-8);
    }

    /** Sums of single precision: what is left of a row that others say is rounding. */
    @Test
    void roundedRowsThatSayTheSameAreNoMore() {
        double[][] k = covariance(4, 0, 1);
        for (int n = 0; n < ROWS; n++) {
            for (int m = 0; m < ROWS; m++) {
                k[n][m] = (float) k[n][m] * (1 + 1e-7 * Math.sin(n * ROWS + m));
            }
        }
        int[] all = new int[ROWS];
        Arrays.setAll(all, n -> n);
        assertIs(lowRank(k, all), k, 1e-3);
    }

    @Test
    void scalesAndTakesUnitVariances() {
        int[] inducing = {5, 30, 12};
        double[][] k = expected(covariance(5, 0.2, 0.5), inducing);
        double[] factors = random.doubles(ROWS, 0, 1).toArray();
        factors[7] = 0;
        double[][] scaled = new double[ROWS][ROWS];
        double[][] unit = new double[ROWS][ROWS];
        for (int n = 0; n < ROWS; n++) {
            for (int m = 0; m < ROWS; m++) {
                scaled[n][m] = factors[n] * k[n][m] * factors[m];
                unit[n][m] = n == m ? 1 : scaled[n][m];
            }
        }
        LowRankCovariance actual = lowRank(k, inducing).scaled(factors);
        assertIs(actual, scaled, 1e-9);
        assertIs(actual.withUnitDiagonal(), unit, 1e-9);
    }

    @Test
    void rowsWithoutVarianceVaryWithNone() {
        double[][] k = covariance(5, 0.2, 1);
        for (int n = 0; n < ROWS; n++) {
            for (int known : new int[] {4, 9}) {
                k[n][known] = 0;
                k[known][n] = 0;
            }
        }
        double[][] expected = expected(k, 1, 20, 33);
        assertIs(lowRank(k, 1, 4, 20, 33), expected, 1e-8);
        assertIs(lowRank(new double[ROWS][ROWS], 1, 4, 20, 33), new double[ROWS][ROWS], 1e-12);
    }

    @Test
    void independentRowsHaveTheirVariances() {
        double[] variances = random.doubles(ROWS, 0, 2).toArray();
        double[][] expected = new double[ROWS][ROWS];
        for (int n = 0; n < ROWS; n++) {
            expected[n][n] = variances[n];
        }
        assertIs(LowRankCovariance.ofIndependentRows(variances), expected, 1e-12);
        assertIs(LowRankCovariance.ofIndependentRows(variances).multipliedBy(1), expected, 1e-12);
    }

    @Test
    void numbersThatAreNotFiniteAreErrors() {
        double[][] k = covariance(5, 0.2, 1);
        k[3][3] = Double.NaN;
        assertThatThrownBy(() -> lowRank(k, 1, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the variance of row 3 in the joint solve is NaN");
        double[][] other = covariance(5, 0.2, 1);
        other[1][2] = Double.POSITIVE_INFINITY;
        assertThatThrownBy(() -> lowRank(other, 1, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("of rows 1 and 2 in the joint solve is not finite");
        other[1][2] = 0;
        other[8][1] = Double.NaN;
        assertThatThrownBy(() -> lowRank(other, 1, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("a covariance of row 8 in the joint solve is not finite");
        LowRankCovariance rows = LowRankCovariance.ofIndependentRows(new double[] {0.5, 0});
        assertThatThrownBy(() -> rows.inverse(new double[] {1, 0}))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("row 1 of the joint solve has variance 0.0");
    }
}
