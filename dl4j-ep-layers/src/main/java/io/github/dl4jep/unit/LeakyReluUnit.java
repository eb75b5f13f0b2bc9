package io.github.dl4jep.unit;

import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Leaky ReLU, max(u, 0) + alpha min(u, 0). Exact, from the ReLU's moments.
 *
 * <p>f(u) = alpha u + (1 - alpha) r with r = max(u, 0), and Cov(u, r) = V Phi(z), so
 * \( a = \alpha w + (1-\alpha) a_r \), \( s = \alpha^2 V + 2\alpha(1-\alpha) V D_r + (1-\alpha)^2 s_r \),
 * \( D = \alpha + (1-\alpha) D_r \).
 */
public final class LeakyReluUnit implements Unit {

    private final ReluUnit relu = new ReluUnit();
    private final double alpha;

    /**
     * A leaky ReLU.
     *
     * @param alpha slope for u below 0, in [0, 1]
     * @throws IllegalArgumentException if alpha is outside [0, 1]
     */
    public LeakyReluUnit(double alpha) {
        if (!(alpha >= 0 && alpha <= 1)) {
            throw new IllegalArgumentException("alpha of a leaky ReLU is " + alpha + ", allowed is [0, 1]");
        }
        this.alpha = alpha;
    }

    @Override
    public UnitMoments moments(Moments preActivation) {
        UnitMoments rectified = relu.moments(preActivation);
        INDArray variance = preActivation.variance();
        INDArray varianceOfRectified = rectified.moments().variance();
        INDArray gain = rectified.gain();
        double rest = 1 - alpha;
        INDArray mean =
                rectified.moments().mean().muli(rest).addi(preActivation.mean().mul(alpha));
        if (variance == null || varianceOfRectified == null || gain == null) {
            return new UnitMoments(Moments.pointMass(mean), null);
        }
        INDArray s = varianceOfRectified.muli(rest * rest);
        s.addi(gain.mul(2 * alpha * rest).addi(alpha * alpha).muli(variance));
        return new UnitMoments(new Moments(mean, s), gain.muli(rest).addi(alpha));
    }

    @Override
    public INDArray activate(INDArray potentials) {
        return Transforms.leakyRelu(potentials, alpha, false);
    }

    @Override
    public double priorGain() {
        return 2 / (1 + alpha * alpha);
    }

    @Override
    public boolean isRising() {
        return true;
    }

    /** By alpha w + (1 - alpha) a_r, with the ReLU's key in place of twice its mean. */
    @Override
    public void order(float[] mean, float[] variance, float[] key) {
        relu.order(mean, variance, key);
        float slope = (float) alpha;
        float rest = (1 - slope) / 2;
        for (int i = 0; i < key.length; i++) {
            key[i] = slope * mean[i] + rest * key[i];
        }
    }
}
