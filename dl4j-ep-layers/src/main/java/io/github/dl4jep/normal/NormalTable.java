package io.github.dl4jep.normal;

/**
 * Single-precision table of Phi(-x) and phi(x) of the standard normal for x from 0.
 *
 * <p>Step 1/64 on [0, 7]: the relative error is below 1e-5; beyond, a unit is off or on ({@link StandardNormal#KNOWN_FROM}), and both
 * are 0.
 */
public final class NormalTable {

    private static final int STEPS_PER_UNIT = 64;
    private static final int FUNCTIONS = 2;
    private static final int WIDTH = FUNCTIONS * CubicTable.COEFFICIENTS;
    private static final float[] TABLE =
            CubicTable.of(StandardNormal.KNOWN_FROM * STEPS_PER_UNIT, FUNCTIONS, NormalTable::valuesAndSlopes);

    private NormalTable() {}

    private static double[][] valuesAndSlopes(int node) {
        double step = 1.0 / STEPS_PER_UNIT;
        double x = node * step;
        double density = StandardNormal.density(x);
        return new double[][] {
            {StandardNormal.cumulative(-x), -density * step},
            {density, -x * density * step}
        };
    }

    /**
     * Mean, variance, gain and squared mean of a spike: the loop of a spiking unit.
     *
     * @param in w and V
     * @param out a, s, D, a^2
     * @param count elements
     * @param noiseVariance k
     */
    public static void spikes(float[][] in, float[][] out, int count, float noiseVariance) {
        float[] w = in[0];
        float[] v = in[1];
        float[] mean = out[0];
        float[] variance = out[1];
        float[] gain = out[2];
        float[] squaredMean = out[3];
        float[] t = TABLE;
        for (int i = 0; i < count; i++) {
            float precision = 1 / (float) Math.sqrt(v[i] + noiseVariance);
            float zeta = w[i] * precision;
            float distance = Math.abs(zeta);
            if (distance < StandardNormal.KNOWN_FROM) {
                float position = distance * STEPS_PER_UNIT;
                int cell = (int) position;
                float x = position - cell;
                int at = cell * WIDTH;
                float tail = t[at] + x * (t[at + 1] + x * (t[at + 2] + x * t[at + 3]));
                float density = t[at + 4] + x * (t[at + 5] + x * (t[at + 6] + x * t[at + 7]));
                mean[i] = zeta < 0 ? tail : 1 - tail;
                variance[i] = tail * (1 - tail);
                gain[i] = density * precision;
            } else {
                known(w[i], v[i], out, i);
            }
        }
        for (int i = 0; i < count; i++) {
            squaredMean[i] = mean[i] * mean[i];
        }
    }

    /** Far from the threshold, or without any variance: then zeta is infinite, or NaN for w = 0. NaN in w or v goes on. */
    private static void known(float w, float v, float[][] out, int i) {
        out[0][i] = (w >= 0 ? 1 : 0) + 0 * (w + v);
        out[1][i] = 0 * v;
        out[2][i] = 0;
    }
}
