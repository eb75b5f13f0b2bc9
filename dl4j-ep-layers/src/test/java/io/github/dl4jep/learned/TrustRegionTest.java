package io.github.dl4jep.learned;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.factory.Nd4j;

class TrustRegionTest {

    /** Before 2, expected 1: the share that was won is 2 - after. */
    @ParameterizedTest
    @CsvSource({
        "1.00, 10, 9.7087", // all that was expected: 3 % wider
        "0.50, 10, 9.7087", // more than that
        "1.30, 10, 10", // most of it: as it is
        "1.45, 10, 20", // a part
        "1.80, 10, 40", // nearly nothing
        "9.00, 10, 40", // a loss
        "NaN, 10, 40",
        "Infinity, 10, 40",
        "1.00, 1.01, 1", // never wider than the prior
        "9.00, 900000, 1000000"
    })
    void followsTheShareThatWasWon(double after, double factor, double next) {
        assertThat(TrustRegion.next(factor, 2, 1, after, 0.6, 0.9, 5)).isCloseTo(next, Offset.offset(1e-3 * next));
    }

    /** Small batches three fifths of what is expected, large ones less. */
    @ParameterizedTest
    @CsvSource({"1, .6", "64, .6", "128, .6", "256, .3", "2048, .0375"})
    void asksForLessOfLargeBatches(long examples, double least) {
        assertThat(TrustRegion.leastWon(examples)).isCloseTo(least, Offset.offset(1e-12));
    }

    /** Before 2, expected 1. */
    @ParameterizedTest
    @CsvSource({
        "1.00, 11, 10", // all that was expected: a tenth wider
        "1.99, 11, 10", // anything
        "2.50, 11, 11", // less than nothing, but not lost
        "3.10, 11, 22", // lost
        "NaN, 11, 22",
        "1.00, 1.01, 1", // never wider than the prior
        "9.00, 900000, 1000000"
    })
    void followsLostStepsWhereTheyAreTakenBack(double after, double factor, double next) {
        assertThat(TrustRegion.nextWhereTakenBack(factor, 2, 1, after)).isCloseTo(next, Offset.offset(1e-9 * next));
    }

    @Test
    void nothingFollowsFromStepsOfWhichNothingIsExpected() {
        assertThat(TrustRegion.nextWhereTakenBack(7, 1, 1, 5)).isEqualTo(7);
        assertThat(TrustRegion.nextWhereTakenBack(7, 1, 2, 0)).isEqualTo(7);
    }

    /** Before 2, expected 1: lost is what rises by more than 1. */
    @ParameterizedTest
    @CsvSource({
        "2, 1, 1.00, false",
        "2, 1, 2.50, false",
        "2, 1, 3.00, false",
        "2, 1, 3.01, true",
        "2, 1, NaN, true",
        "2, 1, Infinity, true",
        "2, 2, 3.00, false", // nothing was expected of it
        "2, 2.5, 3.00, false"
    })
    void aStepIsLostWhereTheLossRisesByMoreThanItShouldFall(
            double before, double expected, double after, boolean lost) {
        assertThat(TrustRegion.isLost(before, expected, after)).isEqualTo(lost);
    }

    @Test
    void growsOnlyBelowWhatAStepHasToWin() {
        assertThat(TrustRegion.next(10, 2, 1, 1.9, 0, 0.9, 5)).isEqualTo(10);
        assertThat(TrustRegion.next(10, 2, 1, 2.1, 0, 0.9, 5)).isEqualTo(20);
        assertThat(TrustRegion.next(10, 2, 1, 2.5, 0, 0.9, 5)).isEqualTo(40);
    }

    @Test
    void relaxesByBatchesAndNotByChecks() {
        assertThat(TrustRegion.next(100, 2, 1, 1, 0.6, 0.9, 48))
                .isCloseTo(100 / Math.pow(1.03, 8), Offset.offset(1e-9));
    }

    @Test
    void isWiderWhereFeaturesAreNotAtFault() {
        assertThat(TrustRegion.next(100, 2, 1, 9, 0.6, 0.2, 5)).isCloseTo(100 / 1.03, Offset.offset(1e-9));
        assertThat(TrustRegion.next(1, 2, 1, 9, 0.6, 0.2, 5)).isEqualTo(1);
    }

    @Test
    void saysNothingWhereNothingWasToBeWon() {
        assertThat(TrustRegion.next(7, 1, 1, 5, 0.6, 0.9, 3)).isEqualTo(7);
        assertThat(TrustRegion.next(7, 1, Double.NaN, 5, 0.6, 0.9, 3)).isEqualTo(7);
    }

    @Test
    void checksTheFirstStepsAndThenEveryEighth() {
        for (long step = 1; step < 200; step++) {
            assertThat(TrustRegion.checks(step)).isEqualTo(step <= 32 || step % 8 == 0);
        }
    }

    @Test
    void isOneWhereItIsNotLearned() {
        assertThat(TrustRegion.factor(Map.of())).isEqualTo(1);
        assertThat(TrustRegion.factor(Map.of(TrustRegion.NAME, Nd4j.createFromArray(new float[][] {{3}}))))
                .isEqualTo(3);
    }

    /** What is checked is the data's part of a step; on average the prior pulls as often as without checks. */
    @Test
    void thePriorDoesNotPullInStepsThatAreChecked() {
        java.util.Map<String, org.nd4j.linalg.api.ndarray.INDArray> checked =
                java.util.Map.of(TrustRegion.NAME, org.nd4j.linalg.factory.Nd4j.ones(1, 1));
        double sum = 0;
        for (long step = 33; step < 33 + 80; step++) {
            double pull = TrustRegion.pullBeside(checked, step);
            assertThat(pull == 0).isEqualTo(TrustRegion.checks(step));
            sum += pull;
        }
        assertThat(sum).isCloseTo(80, org.assertj.core.api.Assertions.within(1e-9));
        assertThat(TrustRegion.pullBeside(java.util.Map.of(), 8)).isEqualTo(1);
    }
}
