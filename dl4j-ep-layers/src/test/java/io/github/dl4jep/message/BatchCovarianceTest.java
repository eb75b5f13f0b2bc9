package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What becomes of K and D where branches meet, against the sums written out. */
class BatchCovarianceTest {

    private static final int ROWS = 4;
    private static final int UNITS = 3;

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(5);
    }

    private static INDArray gain() {
        return Nd4j.rand(DataType.DOUBLE, ROWS, UNITS);
    }

    private static INDArray covariance() {
        INDArray half = Nd4j.randn(DataType.DOUBLE, ROWS, ROWS);
        return half.mmul(half.transpose());
    }

    /** Cov(y_n, y_k) averaged over units, for y_ni = D_ni u_ni with Cov(u_ni, u_ki) = K_nk. */
    private static double averaged(BatchCovariance message, int n, int k) {
        INDArray gain = message.gain();
        double sum = 0;
        for (int i = 0; i < UNITS; i++) {
            sum += (gain == null ? 1 : gain.getDouble(n, i) * gain.getDouble(k, i))
                    * message.covariance().getDouble(n, k);
        }
        return sum / UNITS;
    }

    @Test
    void collapsedIsTheCovarianceOfTheActivationsAveragedOverUnits() {
        BatchCovariance message = new BatchCovariance(covariance(), gain());
        BatchCovariance collapsed = message.collapsed();
        assertThat(collapsed.gain()).isNull();
        for (int n = 0; n < ROWS; n++) {
            for (int k = 0; k < ROWS; k++) {
                assertThat(collapsed.covariance().getDouble(n, k)).isCloseTo(averaged(message, n, k), within(1e-12));
            }
        }
        assertThat(collapsed.collapsed()).isSameAs(collapsed);
        assertThat(BatchCovariance.none().collapsed()).isSameAs(BatchCovariance.none());
    }

    @Test
    void aSumOfIndependentBranchesAddsTheirCovariances() {
        BatchCovariance a = new BatchCovariance(covariance(), gain());
        BatchCovariance b = BatchCovariance.of(covariance());
        BatchCovariance sum = a.plus(b);
        for (int n = 0; n < ROWS; n++) {
            for (int k = 0; k < ROWS; k++) {
                assertThat(sum.covariance().getDouble(n, k))
                        .isCloseTo(averaged(a, n, k) + averaged(b, n, k), within(1e-12));
            }
        }
        assertThat(sum.gain()).isNull();
    }

    @Test
    void anObservedBranchAddsNothingAndKeepsTheOthersGain() {
        BatchCovariance a = new BatchCovariance(covariance(), gain());
        assertThat(a.plus(BatchCovariance.none())).isSameAs(a);
        assertThat(BatchCovariance.none().plus(a)).isSameAs(a);
    }

    @Test
    void aFactorMultipliesTheCovarianceOnly() {
        BatchCovariance a = new BatchCovariance(covariance(), gain());
        assertThat(a.times(2.5).covariance()).isEqualTo(a.covariance().mul(2.5));
        assertThat(a.times(2.5).gain()).isSameAs(a.gain());
        assertThat(a.times(1)).isSameAs(a);
        assertThat(BatchCovariance.none().times(3)).isSameAs(BatchCovariance.none());
    }

    @Test
    void stackedBlocksDoNotCorrelateAndComeApartAgain() {
        BatchCovariance a = new BatchCovariance(covariance(), gain());
        BatchCovariance b = BatchCovariance.of(covariance());
        INDArray like = gain();
        BatchCovariance stacked =
                StackedCovariance.of(List.of(a, b, BatchCovariance.none()), new long[] {ROWS, ROWS, ROWS}, like);
        for (int n = 0; n < 3 * ROWS; n++) {
            for (int k = 0; k < 3 * ROWS; k++) {
                double expected = n / ROWS != k / ROWS || n >= 2 * ROWS
                        ? 0
                        : (n < ROWS ? a : b).covariance().getDouble(n % ROWS, k % ROWS);
                assertThat(stacked.covariance().getDouble(n, k)).isEqualTo(expected);
            }
            for (int i = 0; i < UNITS; i++) {
                assertThat(stacked.gain().getDouble(n, i))
                        .isEqualTo(n < ROWS ? a.gain().getDouble(n, i) : 1);
            }
        }
        assertThat(StackedCovariance.block(stacked, 0, ROWS).covariance()).isEqualTo(a.covariance());
        assertThat(StackedCovariance.block(stacked, 0, ROWS).gain()).isEqualTo(a.gain());
        assertThat(StackedCovariance.block(stacked, ROWS, 2 * ROWS).covariance())
                .isEqualTo(b.covariance());
        assertThat(StackedCovariance.of(
                        List.of(BatchCovariance.none(), BatchCovariance.none()), new long[] {ROWS, ROWS}, like))
                .isSameAs(BatchCovariance.none());
        assertThat(StackedCovariance.block(BatchCovariance.none(), 0, 2)).isSameAs(BatchCovariance.none());
    }

    @Test
    void aRearrangementMovesTheGain() {
        BatchCovariance a = new BatchCovariance(covariance(), gain());
        BatchCovariance moved = a.rearranged(gain -> gain.getColumns(2, 0), null);
        assertThat(moved.covariance()).isSameAs(a.covariance());
        assertThat(moved.gain()).isEqualTo(a.gain().getColumns(2, 0));
        BatchCovariance without = BatchCovariance.of(covariance());
        assertThat(without.rearranged(gain -> gain.mul(9), null)).isEqualTo(without);
    }

    /** A gain says nothing about what positions have in common. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofMovedPositionsTheRankStaysOfChosenUnitsAll(boolean withGain) {
        INDArray features = Nd4j.randn(DataType.DOUBLE, 8, 3);
        BatchCovariance before = new BatchCovariance(covariance(), withGain ? gain() : null)
                .withFeatures(() -> features, null, BatchCovariance.none());
        double rank = before.positions().rank();
        assertThat(rank).isGreaterThan(1);

        BatchCovariance moved = before.rearranged(gain -> gain.getColumns(2, 0), null);
        assertThat(moved.positions().features()).isNull();
        assertThat(moved.positions().rank()).isEqualTo(rank);

        assertThat(before.ofUnits(gain -> gain.getColumns(1)).positions().features())
                .isEqualTo(features);
        assertThat(before.times(4).positions().features()).isEqualTo(features);
        assertThat(before.collapsed().positions().features()).isEqualTo(features);
    }

    /** Examples at two positions, and what the last weights see there: the correlation of rows is that of their features. */
    private static BatchCovariance atPositions(INDArray features, double variance) {
        return BatchCovariance.of(Nd4j.eye(ROWS).castTo(DataType.DOUBLE).mul(variance))
                .withFeatures(() -> features, null, BatchCovariance.none());
    }

    private static INDArray correlation(INDArray features) {
        INDArray rows = PositionCorrelation.normalised(features);
        return rows.mmul(rows.transpose());
    }

    /** (tr C)^2 / |C|^2 of all rows, written out. */
    private static double rankOf(INDArray c) {
        double trace = Nd4j.diag(c).sumNumber().doubleValue();
        return trace * trace / c.mul(c).sumNumber().doubleValue();
    }

    private static INDArray features() {
        return Nd4j.randn(DataType.DOUBLE, 2 * ROWS, 3);
    }

    @Test
    void aSumCorrelatesPositionsAtLeastAsFarAsIsKnown() {
        for (int draw = 0; draw < 20; draw++) {
            INDArray one = features();
            INDArray other = features();
            double variance = 0.1 + draw;
            BatchCovariance a = atPositions(one, variance);
            BatchCovariance b = atPositions(other, 3);

            PositionCorrelation sum = a.plus(b).positions();

            double exact =
                    rankOf(correlation(one).mul(variance).add(correlation(other).mul(3)));
            assertThat(sum.features()).isNull();
            assertThat(sum.rank())
                    .isLessThanOrEqualTo(exact + 1e-9)
                    .isGreaterThan(Math.min(a.positions().rank(), b.positions().rank()) - 1e-9);
            assertThat(a.plus(atPositions(one, 5)).positions().rank())
                    .as("one correlation twice")
                    .isCloseTo(a.positions().rank(), within(1e-9));
            assertThat(a.plus(BatchCovariance.of(covariance())).positions().rank())
                    .as("with rows that move together")
                    .isBetween(1.0, a.positions().rank());
        }
        assertThat(BatchCovariance.of(covariance())
                        .plus(BatchCovariance.of(covariance()))
                        .positions())
                .isNull();
    }

    @Test
    void stackedPositionsCorrelateWithinTheirBlock() {
        INDArray one = features();
        INDArray other = features();
        BatchCovariance a = atPositions(one, 1);
        BatchCovariance b = atPositions(other, 1);

        BatchCovariance stacked = StackedCovariance.of(List.of(a, b), new long[] {ROWS, ROWS}, gain());

        INDArray dense = Nd4j.zeros(DataType.DOUBLE, 4 * ROWS, 4 * ROWS);
        for (int i = 0; i < 2 * ROWS; i++) {
            for (int j = 0; j < 2 * ROWS; j++) {
                dense.putScalar(i, j, correlation(one).getDouble(i, j));
                dense.putScalar(2 * ROWS + i, 2 * ROWS + j, correlation(other).getDouble(i, j));
            }
        }
        assertThat(stacked.positions().rank()).isCloseTo(rankOf(dense), within(1e-9));
    }

    @Test
    void someExamplesKeepTheFeaturesOfTheirPositions() {
        INDArray features = features();

        INDArray block = StackedCovariance.block(atPositions(features, 1), 1, 3)
                .positions()
                .features();

        // The minibatch is fastest: rows of example n are n and ROWS + n.
        assertThat(block).isEqualTo(features.getRows(1, 2, ROWS + 1, ROWS + 2));
    }
}
