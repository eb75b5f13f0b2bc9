package io.github.dl4jep.unit;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.normal.RectifiedNormal;
import io.github.dl4jep.normal.RectifiedNormalTable;
import io.github.dl4jep.normal.StandardNormal;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * ReLU, max(u, 0). Exact.
 *
 * <p>With z = w / sqrt(V): \( a = \sqrt V\,h(z) \), \( s = V\,g(z) \), \( D = \Phi(z) \), where h and g are mean and
 * variance of max(z + e, 0), e ~ N(0, 1): see {@link RectifiedNormal}. Limits: right in both tails to |z| = 100 and beyond, but off below z = -7 in single precision;
 * V = 0 gives the unit itself.
 */
public final class ReluUnit extends ScalarUnit {

    /** Makes the order's key twice the mean where w is 0: 4 phi(0)^2. */
    private static final double VARIANCE_AT_ZERO = 2 / Math.PI;

    @Override
    public ScalarMoments scalarMoments(double mean, double variance) {
        if (!(variance > 0)) {
            return new ScalarMoments(Math.max(mean, 0), 0 * variance, mean > 0 ? 1 : mean < 0 ? 0 : 0.5);
        }
        double deviation = Math.sqrt(variance);
        double z = mean / deviation;
        return new ScalarMoments(
                deviation * RectifiedNormal.mean(z),
                variance * RectifiedNormal.variance(z),
                StandardNormal.cumulative(z));
    }

    @Override
    public UnitMoments moments(Moments preActivation) {
        INDArray variance = preActivation.variance();
        if (variance == null || !FusedLoop.accepts(preActivation.mean(), variance)) {
            return plainMoments(preActivation);
        }
        // A convolution copies patches before its matrix product: squares computed here would not be used.
        boolean squares = preActivation.shape().spatialRank() == 0;
        INDArray[] results = new INDArray[squares ? 5 : 3];
        Arrays.setAll(results, k -> HostMemory.like(preActivation.mean()));
        FusedLoop.run(
                (in, out, count, start, block) -> RectifiedNormalTable.scaled(in, out, count),
                new INDArray[] {preActivation.mean(), variance},
                results);
        Moments moments = squares
                ? Moments.withSquares(results[0], results[1], results[3], results[4])
                : new Moments(results[0], results[1]);
        return new UnitMoments(moments, results[2]);
    }

    @Override
    public INDArray activate(INDArray potentials) {
        return RectifiedNormal.rectify(potentials);
    }

    @Override
    public double priorGain() {
        return 2;
    }

    @Override
    public boolean isRising() {
        return true;
    }

    /** By w + sqrt(w^2 + (2 / pi) V): twice the mean for w = 0 and in the limit of both tails, elsewhere within .15 sqrt(V). */
    @Override
    public void order(float[] mean, float[] variance, float[] key) {
        float atZero = (float) VARIANCE_AT_ZERO;
        for (int i = 0; i < key.length; i++) {
            key[i] = mean[i] + (float) Math.sqrt(mean[i] * mean[i] + atZero * variance[i]);
        }
        float largest = 0;
        for (int i = 0; i < key.length; i++) {
            largest = Math.max(largest, key[i]);
        }
        if (largest == Float.POSITIVE_INFINITY) {
            orderHugeMeans(mean, variance, key);
        }
    }

    /** The same in double precision, in which no square of a float overflows; slower. */
    private static void orderHugeMeans(float[] mean, float[] variance, float[] key) {
        for (int i = 0; i < key.length; i++) {
            double w = mean[i];
            key[i] = (float) (w + Math.sqrt(w * w + VARIANCE_AT_ZERO * variance[i]));
        }
    }
}
