package io.github.dl4jep.unit;

import io.github.dl4jep.array.FusedLoop;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moments and gains in the tails of units with a scale of their own, as tanh: 0 in place of what single precision cannot tell from 0
 * beside any unit that is not in its tail.
 *
 * <p>Left as they are they, or their squares, are soon smaller than the smallest normal float. A processor multiplies such subnormal
 * numbers some hundred times more slowly: half a per cent of them made a batch take four times as long.
 */
final class Negligible {

    /** Its square, 7e-37, is a normal float. */
    private static final float LEAST = 0x1p-60f;

    private Negligible() {}

    /**
     * Puts 0 in place of negligible numbers; NaN stays.
     *
     * @param values changed
     * @param from first element
     * @param to element behind the last
     */
    static void drop(float[] values, int from, int to) {
        for (int i = from; i < to; i++) {
            values[i] = Math.abs(values[i]) < LEAST ? 0 : values[i];
        }
    }

    /**
     * Puts 0 in place of negligible numbers; NaN stays. Double precision has room for them, and is left as it is.
     *
     * @param values changed
     */
    static void drop(INDArray values) {
        if (FusedLoop.accepts(values)) {
            FusedLoop.run(
                    (in, out, count, start, block) -> {
                        System.arraycopy(in[0], 0, out[0], 0, count);
                        drop(out[0], 0, count);
                    },
                    new INDArray[] {values},
                    new INDArray[] {values});
        }
    }
}
