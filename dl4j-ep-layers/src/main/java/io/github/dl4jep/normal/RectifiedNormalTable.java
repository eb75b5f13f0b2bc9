package io.github.dl4jep.normal;

/**
 * Single-precision table of h, g and Phi of {@link RectifiedNormal}.
 *
 * <p>Step 1/64 on [-7, 13]: the relative error is below 1e-5, and below 1e-6 for |z| &lt; 5. Left of it the unit is off
 * ({@link StandardNormal#KNOWN_FROM}) and all three are 0; right of it they are z, 1 and 1 to rounding.
 */
public final class RectifiedNormalTable {

    private static final int STEPS_PER_UNIT = 64;
    private static final int FIRST = -StandardNormal.KNOWN_FROM;
    private static final int LAST = 13;
    private static final int CELLS = (LAST - FIRST) * STEPS_PER_UNIT;
    /** Per cell: four coefficients each of h, g and Phi, lowest power first. */
    private static final int WIDTH = 12;

    private static final float[] TABLE =
            CubicTable.of(CELLS, WIDTH / CubicTable.COEFFICIENTS, RectifiedNormalTable::valuesAndSlopes);

    /**
     * The cells' numbers as floats: read, they come sooner than by a conversion. That one waits for what its register held, the result of the
     * element before.
     */
    private static final float[] NUMBERS = numbers();

    private RectifiedNormalTable() {}

    private static float[] numbers() {
        float[] numbers = new float[CELLS + 1];
        for (int cell = 0; cell < numbers.length; cell++) {
            numbers[cell] = cell;
        }
        return numbers;
    }

    /** Value and slope per cell of h, g and Phi at a node. */
    private static double[][] valuesAndSlopes(int node) {
        double step = 1.0 / STEPS_PER_UNIT;
        double z = node * step + FIRST;
        double h = RectifiedNormal.mean(z);
        double phi = StandardNormal.cumulative(z);
        return new double[][] {
            {h, phi * step},
            {RectifiedNormal.variance(z), 2 * h * StandardNormal.cumulative(-z) * step},
            {phi, StandardNormal.density(z) * step}
        };
    }

    /**
     * Mean, variance and gain of max(u, 0) for u ~ N(w, v), and the squares if the next layer needs them.
     *
     * @param in w and v, not negative
     * @param out results: mean, variance, gain, and squared mean and second moment if there are arrays for them
     * @param count number of elements
     */
    public static void scaled(float[][] in, float[][] out, int count) {
        float[] t = TABLE;
        float[] w = in[0];
        float[] v = in[1];
        float[] mean = out[0];
        float[] variance = out[1];
        float[] gain = out[2];
        // Loops of one statement each, which the JIT vectorises; mean and gain hold what comes between.
        for (int i = 0; i < count; i++) {
            mean[i] = (float) Math.sqrt(v[i]);
        }
        for (int i = 0; i < count; i++) {
            gain[i] = (w[i] / mean[i] - FIRST) * STEPS_PER_UNIT;
        }
        for (int i = 0; i < count; i++) {
            float position = gain[i];
            if (position >= 0 && position < CELLS) {
                int cell = (int) position;
                float x = position - NUMBERS[cell];
                int at = cell * WIDTH;
                mean[i] *= t[at] + x * (t[at + 1] + x * (t[at + 2] + x * t[at + 3]));
                variance[i] = v[i] * (t[at + 4] + x * (t[at + 5] + x * (t[at + 6] + x * t[at + 7])));
                gain[i] = t[at + 8] + x * (t[at + 9] + x * (t[at + 10] + x * t[at + 11]));
            } else {
                outside(w, v, out, i);
            }
        }
        if (out.length > 3) {
            squares(mean, variance, out[3], out[4], count);
        }
    }

    private static void outside(float[] w, float[] v, float[][] out, int i) {
        // Also reached with v = 0: then z is infinite, or NaN for w = 0, where the gain is the mean of both slopes.
        // A NaN in w or v must not vanish here: it goes on and the whole batch is rejected.
        boolean right = w[i] > 0;
        out[0][i] = right ? w[i] : 0 * w[i];
        out[1][i] = right ? v[i] : 0 * v[i];
        out[2][i] = right ? 1 : w[i] < 0 ? 0 : 0.5f;
    }

    private static void squares(float[] mean, float[] variance, float[] squaredMean, float[] secondMoment, int count) {
        for (int i = 0; i < count; i++) {
            float square = mean[i] * mean[i];
            squaredMean[i] = square;
            secondMoment[i] = square + variance[i];
        }
    }
}
