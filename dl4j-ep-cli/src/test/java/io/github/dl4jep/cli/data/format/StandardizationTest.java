package io.github.dl4jep.cli.data.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StandardizationTest {
    @Test
    void trainingRowsGetMeanZeroAndDeviationOne() {
        double[][] rows = {{1, 10}, {3, 30}};

        Standardization scale = Standardization.fit(rows);

        assertThat(scale.apply(rows)).isDeepEqualTo(new double[][] {{-1, -1}, {1, 1}});
        assertThat(scale.deviation(1)).isEqualTo(10);
        assertThat(scale.apply(new double[][] {{5, 20}})).isDeepEqualTo(new double[][] {{3, 0}});
    }

    @Test
    void constantColumnIsOnlyShifted() {
        // 0.1 three times: the mean of the doubles is not 0.1, the deviation computed from it not 0.
        Standardization scale = Standardization.fit(new double[][] {{0.1}, {0.1}, {0.1}});

        assertThat(scale.apply(new double[][] {{0.1}, {0.6}})).isDeepEqualTo(new double[][] {{0}, {0.5}});
        assertThat(scale.deviation(0)).isEqualTo(1);
    }
}
