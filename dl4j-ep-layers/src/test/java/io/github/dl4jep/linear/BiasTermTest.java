package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Sums and messages of a bias, element by element; in double precision by ND4J's operations. */
class BiasTermTest {

    private static INDArray normal(DataType type, int rows, int columns, int seed) {
        Nd4j.getRandom().setSeed(seed);
        return Nd4j.randn(DataType.DOUBLE, rows, columns).castTo(type).dup('f');
    }

    @ParameterizedTest
    @CsvSource({"FLOAT, 1, 3", "FLOAT, 5, 1", "FLOAT, 7, 4", "FLOAT, 300, 120", "DOUBLE, 7, 4"})
    void everyRowGetsTheMomentsOfTheBias(DataType type, int rows, int units) {
        INDArray mean = normal(type, rows, units, 1);
        INDArray variance = normal(type, rows, units, 2);
        WeightMoments bias = WeightMoments.of(normal(type, 1, units, 3), normal(type, 1, units, 4));
        INDArray means = mean.dup('f');
        INDArray variances = variance.dup('f');

        BiasTerm.add(bias, means, variances);

        for (int n = 0; n < rows; n++) {
            for (int j = 0; j < units; j++) {
                double expected = mean.getDouble(n, j) + bias.mean().getDouble(j);
                assertThat(means.getDouble(n, j)).isCloseTo(expected, within(1e-6));
                expected = variance.getDouble(n, j) + bias.variance().getDouble(j);
                assertThat(variances.getDouble(n, j)).isCloseTo(expected, within(1e-6));
            }
        }
        INDArray before = means.dup('f');
        BiasTerm.add(null, means, variances);
        assertThat(means).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource({"FLOAT, 1, 3", "FLOAT, 5, 1", "FLOAT, 7, 4", "FLOAT, 300, 120", "DOUBLE, 7, 4"})
    void theMessageIsTheSumOverRows(DataType type, int rows, int units) {
        INDArray shift = normal(type, rows, units, 5);
        INDArray curvature = normal(type, rows, units, 6);
        WeightSite site = BiasTerm.message(new BackwardMessage(shift, curvature));
        assertThat(site.shift().shape()).containsExactly(1, units);
        for (int j = 0; j < units; j++) {
            double shifts = 0;
            double curvatures = 0;
            for (int n = 0; n < rows; n++) {
                shifts += shift.getDouble(n, j);
                curvatures += curvature.getDouble(n, j);
            }
            assertThat(site.shift().getDouble(j)).isCloseTo(shifts, within(1e-4));
            assertThat(site.requiredPrecision().getDouble(j)).isCloseTo(curvatures, within(1e-4));
        }
    }
}
