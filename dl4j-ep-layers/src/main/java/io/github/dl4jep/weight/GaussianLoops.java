package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;

/** What {@link GaussianPosterior} does with one chunk of a {@link FusedLoop}. Loops of one statement each, which the JIT vectorises. */
final class GaussianLoops {

    private GaussianLoops() {}

    /** M = r / t and S = 1 / t of t and r. */
    static void meanAndVariance(float[][] in, float[][] out, int count) {
        float[] t = in[0];
        float[] r = in[1];
        float[] mean = out[0];
        float[] variance = out[1];
        for (int i = 0; i < count; i++) {
            variance[i] = 1 / t[i];
        }
        for (int i = 0; i < count; i++) {
            mean[i] = r[i] * variance[i];
        }
    }

    static void square(float[] values, float[] squares, int count) {
        for (int i = 0; i < count; i++) {
            squares[i] = values[i] * values[i];
        }
    }

    /**
     * A batch's sites: (r + Rw + p m0) / (t + p); t0 + f (t - t0) + T; r = t M.
     *
     * @param in t, r, average of M, Rw, T, and where the prior pulls m0
     * @param out t, r, average of M
     * @param prior t0 times its factor
     */
    static void update(float[][] in, float[][] out, int count, SiteStep step, float prior) {
        float retention = (float) step.retention();
        float averaging = (float) step.averagingRate();
        float damping = (float) step.damping();
        float kept = prior - retention * prior;
        float pull = (float) (step.pull() * prior / step.priorFactor());
        float[] t = in[0];
        float[] r = in[1];
        float[] average = in[2];
        float[] shift = in[3];
        float[] added = in[4];
        float[] precision = out[0];
        float[] mean = out[1];
        float[] averaged = out[2];
        for (int i = 0; i < count; i++) {
            mean[i] = r[i] + damping * shift[i];
        }
        if (in.length > 5) {
            float[] centre = in[5];
            for (int i = 0; i < count; i++) {
                mean[i] += pull * centre[i];
            }
        }
        for (int i = 0; i < count; i++) {
            mean[i] /= t[i] + pull;
        }
        for (int i = 0; i < count; i++) {
            precision[i] = kept + retention * t[i] + damping * added[i];
        }
        for (int i = 0; i < count; i++) {
            averaged[i] = average[i] + averaging * (mean[i] - average[i]);
        }
        for (int i = 0; i < count; i++) {
            mean[i] *= precision[i];
        }
    }

    /** t and r of another width of the prior, of t and r: means stay. */
    static void rescale(float[][] in, float[][] out, int count, float added) {
        float[] t = in[0];
        float[] r = in[1];
        float[] precision = out[0];
        float[] meanTimesPrecision = out[1];
        for (int i = 0; i < count; i++) {
            precision[i] = t[i] + added;
        }
        for (int i = 0; i < count; i++) {
            meanTimesPrecision[i] = r[i] / t[i] * precision[i];
        }
    }

    /** Means on their way to the prior's, of the mean, t, and where it is not 0 m0. */
    static void pull(float[][] in, float[] pulled, int count, float pull) {
        float[] mean = in[0];
        float[] precision = in[1];
        for (int i = 0; i < count; i++) {
            pulled[i] = -mean[i];
        }
        if (in.length > 2) {
            FusedLoop.add(in[2], pulled, count);
        }
        for (int i = 0; i < count; i++) {
            pulled[i] = mean[i] + pull * pulled[i] / (precision[i] + pull);
        }
    }
}
