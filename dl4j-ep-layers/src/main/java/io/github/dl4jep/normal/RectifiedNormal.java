package io.github.dl4jep.normal;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The rectified normal max(z + e, 0), e ~ N(0, 1): its mean h and variance g.
 *
 * <p>\( h(z) = z\Phi(z) + \phi(z) \), \( g(z) = (z^2 + 1)\Phi(z) + z\phi(z) - h(z)^2 \), with the derivatives
 * \( h' = \Phi \) and \( g' = 2h(1 - \Phi) \).
 */
public final class RectifiedNormal {

    private RectifiedNormal() {}

    /**
     * h(z). For z below 0 the density is factored out, so that the difference does not cancel in the tail.
     *
     * @param z mean over standard deviation of the pre-activation
     * @return mean of the activation in standard deviations of the pre-activation
     */
    public static double mean(double z) {
        if (z > 0) {
            return z + mean(-z);
        }
        return StandardNormal.density(z) * (1 + z * StandardNormal.millsRatio(z));
    }

    /**
     * g(z). For z above 0 by reflection: g = 1 - E max(-z+e,0)^2 - 2 z h(-z) - h(-z)^2, which does not cancel.
     *
     * @param z mean over standard deviation of the pre-activation
     * @return variance of the activation in units of the pre-activation's variance
     */
    public static double variance(double z) {
        double h = mean(-Math.abs(z));
        if (z > 0) {
            return 1 - secondMomentOfTail(-z) - 2 * z * h - h * h;
        }
        return Math.max(secondMomentOfTail(z) - h * h, 0);
    }

    private static double secondMomentOfTail(double z) {
        return StandardNormal.density(z) * Math.max((z * z + 1) * StandardNormal.millsRatio(z) + z, 0);
    }

    /**
     * max(u, 0) in place.
     *
     * @param potentials values u, any shape; changed
     * @return the same array
     */
    public static INDArray rectify(INDArray potentials) {
        return Transforms.relu(potentials, false);
    }
}
