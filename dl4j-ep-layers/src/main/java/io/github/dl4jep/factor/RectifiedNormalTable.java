package io.github.dl4jep.factor;

/**
 * Single-precision table of h, g and Phi of {@link RectifiedNormal}, by cubic Hermite interpolation with the exact
 * derivatives.
 *
 * <p>Step 1/64 on [-13, 13]: the relative error is below 1e-5 wherever the value is a normal float, and below 1e-6 for
 * |z| &lt; 5. Left of the table all three are below the smallest normal float and become 0; right of it they are z, 1 and 1
 * to rounding.
 */
final class RectifiedNormalTable {

    private static final int STEPS_PER_UNIT = 64;
    private static final int LIMIT = 13;
    private static final int NODES = 2 * LIMIT * STEPS_PER_UNIT + 1;
    /** Per node: h, h', g, g', Phi, Phi', the derivatives times the step; one row more, so that node + 1 always exists. */
    private static final int WIDTH = 6;

    private static final float[] TABLE = table();

    private RectifiedNormalTable() {}

    private static float[] table() {
        float[] table = new float[(NODES + 1) * WIDTH];
        double step = 1.0 / STEPS_PER_UNIT;
        for (int node = 0; node <= NODES; node++) {
            double z = node * step - LIMIT;
            double h = RectifiedNormal.mean(z);
            double phi = StandardNormal.cumulative(z);
            int row = node * WIDTH;
            table[row] = (float) h;
            table[row + 1] = (float) (phi * step);
            table[row + 2] = (float) RectifiedNormal.variance(z);
            table[row + 3] = (float) (2 * h * StandardNormal.cumulative(-z) * step);
            table[row + 4] = (float) phi;
            table[row + 5] = (float) (StandardNormal.density(z) * step);
        }
        return table;
    }

    /**
     * Mean, variance and gain of max(u, 0) for u ~ N(w, v).
     *
     * @param w means
     * @param v variances, not negative
     * @param a result: mean
     * @param s result: variance
     * @param d result: gain
     * @param count number of elements
     */
    static void scaled(float[] w, float[] v, float[] a, float[] s, float[] d, int count) {
        for (int i = 0; i < count; i++) {
            float deviation = (float) Math.sqrt(v[i]);
            float z = w[i] / deviation;
            if (z > -LIMIT && z < LIMIT) {
                float position = (z + LIMIT) * STEPS_PER_UNIT;
                int node = (int) position;
                float x = position - node;
                int row = node * WIDTH;
                a[i] = deviation * hermite(row, x);
                s[i] = v[i] * hermite(row + 2, x);
                d[i] = hermite(row + 4, x);
            } else {
                outside(w, v, a, s, d, i);
            }
        }
    }

    private static void outside(float[] w, float[] v, float[] a, float[] s, float[] d, int i) {
        // Also reached with v = 0: then z is infinite, or NaN for w = 0, where the gain is the mean of both slopes.
        // A NaN in w or v must not vanish here: it goes on and the whole batch is rejected.
        boolean right = w[i] > 0;
        a[i] = right ? w[i] : 0 * w[i];
        s[i] = right ? v[i] : 0 * v[i];
        d[i] = right ? 1 : w[i] < 0 ? 0 : 0.5f;
    }

    /** The cubic through (value, slope) of this node and the next. */
    private static float hermite(int at, float x) {
        float left = TABLE[at];
        float right = TABLE[at + WIDTH];
        float slopeLeft = TABLE[at + 1];
        float slopeRight = TABLE[at + WIDTH + 1];
        float rise = right - left;
        float c = 3 * rise - 2 * slopeLeft - slopeRight;
        float b = slopeLeft + slopeRight - 2 * rise;
        return left + x * (slopeLeft + x * (c + x * b));
    }
}
