package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class IntervalCoverageTest {
    /** Quantiles of the normal distribution from printed tables, for 75, 95 and 97.5 %. */
    private static final double[] TABLE = {0.67449, 1.64485, 1.95996};

    @Test
    void intervalsEndAtTheQuantilesOfTheNormalDistribution() {
        for (int level = 0; level < 3; level++) {
            for (double sign : new double[] {-1, 1}) {
                assertThat(inside(10 + sign * 3 * (TABLE[level] - 1e-4), level)).isEqualTo(1);
                assertThat(inside(10 + sign * 3 * (TABLE[level] + 1e-4), level)).isZero();
            }
        }
    }

    private static double inside(double target, int level) {
        return IntervalCoverage.of(one(10), one(9), one(target)).observed(level);
    }

    private static INDArray one(double value) {
        return Nd4j.create(new double[][] {{value}});
    }

    @Test
    void targetsOfThePredictedDistributionAreInsideAsOftenAsExpected() {
        int rows = 20_000;
        Random random = new Random(3);
        double[][] mean = new double[rows][1];
        double[][] variance = new double[rows][1];
        double[][] target = new double[rows][1];
        for (int row = 0; row < rows; row++) {
            mean[row][0] = random.nextGaussian();
            variance[row][0] = 0.1 + random.nextDouble();
            target[row][0] = mean[row][0] + Math.sqrt(variance[row][0]) * random.nextGaussian();
        }

        IntervalCoverage coverage = IntervalCoverage.of(Nd4j.create(mean), Nd4j.create(variance), Nd4j.create(target));

        // Four standard deviations of a count of 20,000 are at most .0142.
        assertThat(coverage.observed(0)).isCloseTo(0.5, within(0.0142));
        assertThat(coverage.observed(1)).isCloseTo(0.9, within(0.0085));
        assertThat(coverage.observed(2)).isCloseTo(0.95, within(0.0062));
        assertThat(coverage.plus(coverage).observed(1)).isEqualTo(coverage.observed(1));
        assertThat(coverage.plus(coverage).rows()).isEqualTo(40_000);
    }
}
