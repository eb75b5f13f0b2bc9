package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Against the definition: no unit's weight has more than a thousandth of its prior's precision from data. */
class UnseenInputsTest {

    private static final double PRIOR = 20;

    private static float[] values(Random random, int length) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    @ParameterizedTest
    @CsvSource({"5, 9, 2, true", "5, 9, 2, false", "40, 8, 0, true", "7, 24, 7, true", "1, 3, 0, false"})
    void areThoseThatNoUnitSaw(int inputs, int units, int unseen, boolean started) {
        Random random = new Random(inputs);
        float[] precision = new float[inputs * units];
        for (int i = 0; i < precision.length; i++) {
            // A few units of the others have not seen them, either.
            boolean seen = i % inputs >= unseen && (random.nextInt(4) > 0 || i < inputs);
            precision[i] = (float) (PRIOR * (seen ? 1.5 : 1 + 5e-4));
        }
        float[] mean = values(random, precision.length);
        float[] from = started ? values(random, precision.length) : null;
        UnseenInputs some = new UnseenInputs(inputs, PRIOR);
        int perBlock = (units + FusedLoop.BLOCKS - 1) / FusedLoop.BLOCKS;
        for (int unit = 0; unit < units; unit++) {
            some.add(unit / perBlock, column(precision, unit, inputs), inputs);
        }
        int[] expected =
                unseen == inputs ? new int[0] : IntStream.range(0, unseen).toArray();
        assertThat(some.rows()).isEqualTo(expected);
        if (expected.length > 0) {
            double sum = 0;
            for (int i = 0; i < mean.length; i++) {
                double moved = i % inputs < unseen ? 0 : mean[i] - (from == null ? 0 : from[i]);
                sum += moved * moved;
            }
            INDArray began = from == null ? null : Rows.matrix(from, inputs, units);
            assertThat(some.variance(Rows.matrix(mean, inputs, units), began))
                    .isCloseTo(1 / PRIOR + sum / (inputs - unseen), within(1e-5 * sum));
        }
    }

    @Test
    void whatIsNotANumberWasSeen() {
        UnseenInputs some = new UnseenInputs(2, PRIOR);
        some.add(0, new float[] {Float.NaN, (float) PRIOR}, 2);
        assertThat(some.rows()).containsExactly(1);
    }

    private static float[] column(float[] values, int unit, int inputs) {
        return Arrays.copyOfRange(values, unit * inputs, (unit + 1) * inputs);
    }
}
