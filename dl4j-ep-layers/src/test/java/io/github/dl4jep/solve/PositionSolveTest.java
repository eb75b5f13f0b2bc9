package io.github.dl4jep.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.message.PositionCorrelation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.inverse.InvertMatrix;

/** Against the dense system of all positions of all examples. */
class PositionSolveTest {

    private static final int BATCH = 4;
    private static final int POSITIONS = 5;
    private static final int ROWS = BATCH * POSITIONS;
    private static final double TOLERANCE = 1e-9;

    private static final int FEATURES = 4;
    private static final double EARLIER_RANK = 2;

    private INDArray features;
    private double[][] rows;
    private INDArray variance;
    private INDArray residual;
    private INDArray noise;
    private INDArray importance;

    private int outputs;

    @BeforeEach
    void equations() {
        equations(3);
    }

    private void equations(int columns) {
        outputs = columns;
        Nd4j.getRandom().setSeed(5);
        features = Nd4j.randn(DataType.DOUBLE, ROWS, FEATURES);
        // Some variances are below K's, some above.
        variance = Nd4j.rand(DataType.DOUBLE, ROWS, outputs).muli(6);
        residual = Nd4j.randn(DataType.DOUBLE, ROWS, outputs);
        noise = Nd4j.rand(DataType.DOUBLE, ROWS, outputs).addi(0.05);
        importance = Nd4j.ones(DataType.DOUBLE, ROWS, outputs);
    }

    private PseudoObservation observation() {
        return PseudoObservation.of(residual, noise, importance);
    }

    /** Covariance of all rows for one output: correlated as the features are, its diagonal raised to V. */
    private INDArray dense(int output) {
        INDArray dense = Nd4j.zeros(DataType.DOUBLE, ROWS, ROWS);
        rows = features.toDoubleMatrix();
        double common = common();
        double[] share = new double[ROWS];
        for (int r = 0; r < ROWS; r++) {
            share[r] = share(r) + common * (1 - share(r));
        }
        for (int r = 0; r < ROWS; r++) {
            for (int s = 0; s < ROWS; s++) {
                double both = importance.getDouble(r, output) > 0 && importance.getDouble(s, output) > 0 ? 1 : 0;
                double v = Math.sqrt(variance.getDouble(r, output) * variance.getDouble(s, output)) * both;
                dense.putScalar(r, s, r == s ? v : v * cosine(r, s) * Math.sqrt(share[r] * share[s]));
            }
        }
        return dense;
    }

    private double share(int row) {
        double mean = variance.getRow(row).meanNumber().doubleValue();
        double own = features.getRow(row).mul(features.getRow(row)).sumNumber().doubleValue();
        return mean == 0 ? 0 : Math.min(1, own / mean);
    }

    /** The correlation between rows that earlier layers of this effective rank have where it is the same for all pairs. */
    private static double common() {
        double c = 0;
        double step = 0.5;
        for (int i = 0; i < 60; i++, step /= 2) {
            double rank = ROWS / (1 + (ROWS - 1) * (c + step) * (c + step));
            c += rank > EARLIER_RANK ? step : 0;
        }
        return c;
    }

    private double cosine(int r, int s) {
        double[] f = rows[r];
        double[] g = rows[s];
        double product = 0;
        double squareOfF = 0;
        double squareOfG = 0;
        for (int i = 0; i < f.length; i++) {
            product += f[i] * g[i];
            squareOfF += f[i] * f[i];
            squareOfG += g[i] * g[i];
        }
        return product / Math.sqrt(squareOfF * squareOfG);
    }

    private PositionSolve solve() {
        INDArray given = features;
        return new PositionSolve(
                variance,
                new PositionCorrelation(given == null ? null : () -> given, () -> EARLIER_RANK),
                observation());
    }

    private void equalsTheDenseSolution() {
        JointSolve.Solution solution = solve().solve();
        PseudoObservation observed = observation();
        for (int c = 0; c < outputs; c++) {
            INDArray matrix = dense(c);
            for (int r = 0; r < ROWS; r++) {
                matrix.putScalar(r, r, matrix.getDouble(r, r) + observed.noise().getDouble(r, c));
            }
            INDArray inverse = InvertMatrix.invert(matrix, false);
            INDArray e =
                    residual.getColumn(c).mul(observed.observed().getColumn(c)).reshape(ROWS, 1);
            INDArray z = inverse.mmul(e);
            for (int r = 0; r < ROWS; r++) {
                assertThat(solution.shift().getDouble(r, c)).isCloseTo(z.getDouble(r), within(TOLERANCE));
                assertThat(solution.inverseDiagonal().getDouble(r, c))
                        .isCloseTo(inverse.getDouble(r, r), within(TOLERANCE));
            }
        }
    }

    /**
     * Many rows: what the features do not say of them moves them together, too. A correlation whose square is c2 on average has the mean
     * eigenvalue 1 + (n - 1) c2, weighted by the eigenvalues, and all but 8 of it is counted; what is expected counts each row once.
     */
    @Test
    void restsOfManyRowsMoveTogether() {
        int many = 400;
        Nd4j.getRandom().setSeed(7);
        INDArray seen = Nd4j.rand(DataType.DOUBLE, many, 2).addi(0.5);
        INDArray v = Nd4j.valueArrayOf(new long[] {many, 1}, 9.0, DataType.DOUBLE);
        INDArray e = Nd4j.randn(DataType.DOUBLE, many, 1);
        INDArray n = Nd4j.valueArrayOf(new long[] {many, 1}, 0.1, DataType.DOUBLE);
        PseudoObservation labels = PseudoObservation.of(e, n, Nd4j.ones(DataType.DOUBLE, many, 1));
        PositionSolve equations = new PositionSolve(v, new PositionCorrelation(() -> seen, () -> 4), labels);

        INDArray phi = seen.divColumnVector(seen.norm2(true, 1));
        INDArray gram = phi.mmul(phi.transpose());
        double ofFeatures = gram.mul(gram).sumNumber().doubleValue() / many / many;
        double square = (many * ofFeatures / 4 - 1) / (many - 1);
        double together = 1 + (many - 1) * square - 8;
        double known = Math.sqrt((many / 4.0 - 1) / (many - 1));
        INDArray common = Nd4j.zeros(DataType.DOUBLE, many, many);
        INDArray rest = Nd4j.zeros(DataType.DOUBLE, many, many);
        INDArray scaled = phi.dup();
        for (int r = 0; r < many; r++) {
            double ofLast = seen.getRow(r).norm2Number().doubleValue();
            double share = Math.min(1, ofLast * ofLast / 9);
            share += known * (1 - share);
            scaled.putRow(r, phi.getRow(r).mul(Math.sqrt(9 * share)));
            rest.putScalar(r, r, 9 * (1 - share));
        }
        Nd4j.gemm(scaled, scaled, common, false, true, 1, 0);
        assertThat(together).isGreaterThan(4);
        INDArray inverse = InvertMatrix.invert(
                common.add(rest.mul(together))
                        .addi(Nd4j.eye(many).castTo(DataType.DOUBLE).muli(0.1)),
                false);
        INDArray z = inverse.mmul(e);
        assertThat(equations.solve().shift().distance2(z))
                .isLessThan(1e-8 * z.norm2Number().doubleValue());
        INDArray expected = common.add(rest).mmul(z);
        assertThat(equations.expectedMove(labels, z).distance2(expected))
                .isLessThan(1e-8 * expected.norm2Number().doubleValue());
    }

    @Test
    void equalsTheDenseSolve() {
        equalsTheDenseSolution();
    }

    /** What a softmax takes for all of its outputs: that of one whose variance is their mean. */
    @Test
    void theCommonCovarianceIsThatOfTheMeanVariance() {
        INDArray given = features;
        RowCovariance common = PositionSolve.covariance(
                variance.mean(true, 1).data().asDouble(), new PositionCorrelation(() -> given, () -> EARLIER_RANK));
        variance = variance.mean(true, 1);
        INDArray dense = dense(0);
        for (int r = 0; r < ROWS; r++) {
            double[] unit = new double[ROWS];
            unit[r] = 1;
            assertThat(common.times(unit))
                    .containsExactly(dense.getColumn(r).dup().data().asDouble(), within(TOLERANCE));
        }
    }

    @Test
    void aSingleOutputIsSolvedAlike() {
        equations(1);
        equalsTheDenseSolution();
    }

    @Test
    void whatIsNotObservedSaysNothing() {
        importance.putScalar(3, 1, 0);
        importance.putScalar(7, 0, 0.5);
        for (int c = 0; c < outputs; c++) {
            for (int p = 0; p < POSITIONS; p++) {
                importance.putScalar(p * BATCH + 2, c, 0);
            }
        }
        equalsTheDenseSolution();
        INDArray shift = solve().solve().shift();
        assertThat(shift.getDouble(3, 1)).isZero();
        assertThat(shift.getDouble(2, 0)).isZero();
    }

    @Test
    void rowsWithoutVarianceAreTheirOwn() {
        variance.assign(0);
        features.assign(0);
        INDArray shift = solve().solve().shift();
        assertThat(shift.sub(residual.div(noise)).amaxNumber().doubleValue()).isCloseTo(0, within(TOLERANCE));
    }

    @Test
    void theCovarianceIsTheDenseOne() {
        INDArray x = Nd4j.randn(DataType.DOUBLE, ROWS, outputs);
        INDArray image = solve().timesCovariance(x);
        for (int c = 0; c < outputs; c++) {
            INDArray expected = dense(c).mmul(x.getColumn(c).reshape(ROWS, 1));
            assertThat(image.getColumn(c)
                            .reshape(ROWS, 1)
                            .sub(expected)
                            .amaxNumber()
                            .doubleValue())
                    .isCloseTo(0, within(TOLERANCE));
        }
    }

    /** Bayesian linear regression on all positions of all examples: one weight vector, prior variance 2, known noise. */
    @Test
    void aLinearLayerIsExact() {
        double prior = 2;
        double r = 0.3;
        INDArray x = Nd4j.randn(DataType.DOUBLE, ROWS, FEATURES);
        features = x.mul(Math.sqrt(prior));
        INDArray diagonal = features.mul(features).sum(true, 1);
        variance = Nd4j.hstack(diagonal, diagonal, diagonal);
        noise.assign(r);
        INDArray moved = x.transpose().mmul(solve().solve().shift()).mul(prior);
        INDArray precision = x.transpose()
                .mmul(x)
                .div(r)
                .add(Nd4j.eye(FEATURES).castTo(DataType.DOUBLE).div(prior));
        INDArray exact = InvertMatrix.invert(precision, false)
                .mmul(x.transpose().mmul(residual))
                .div(r);
        assertThat(moved.sub(exact).amaxNumber().doubleValue()).isCloseTo(0, within(1e-8));
    }

    /** P copies of one observation with little noise move the mean once, not P times. */
    @Test
    void copiesMoveTheMeanOnce() {
        features.assign(1);
        variance.assign(1);
        residual.assign(1);
        noise.assign(1e-3);
        INDArray moved = solve().timesCovariance(solve().solve().shift());
        assertThat(moved.sub(1).amaxNumber().doubleValue()).isLessThan(1e-3);
    }

    /** Whatever the true covariance with these variances is, no prediction moves beyond its label. */
    @Test
    void withoutFeaturesNothingOvershoots() {
        variance.assign(1);
        noise.assign(1e-3);
        features = null;
        INDArray sign = org.nd4j.linalg.ops.transforms.Transforms.sign(residual.getColumn(0, true), true);
        INDArray aligned = sign.mmul(sign.transpose());
        residual.assign(1).muliColumnVector(sign);
        INDArray z = new PositionSolve(variance, null, observation()).solve().shift();
        INDArray moved = aligned.mmul(z.getColumn(0, true)).mul(sign);
        assertThat(moved.maxNumber().doubleValue()).isLessThanOrEqualTo(1 + 1e-9);
        assertThat(moved.minNumber().doubleValue()).isGreaterThan(0.9);
    }
}
