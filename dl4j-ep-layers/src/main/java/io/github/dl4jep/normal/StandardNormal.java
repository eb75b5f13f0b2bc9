package io.github.dl4jep.normal;

import org.apache.commons.numbers.gamma.Erfc;
import org.apache.commons.numbers.gamma.Erfcx;

/**
 * The standard normal distribution, right in both tails: relative errors stay near rounding down to where the value itself
 * underflows.
 */
public final class StandardNormal {

    /**
     * So many standard deviations beyond a threshold a unit is known to be off or on, in single precision: the tail that is left, below
     * 2e-12, does not change a sum with any unit that is not. Left as it is, it is soon smaller than the smallest normal float, where a
     * processor multiplies a hundred times more slowly.
     */
    static final int KNOWN_FROM = 7;

    private static final double SQRT_HALF = Math.sqrt(0.5);
    private static final double SQRT_HALF_PI = Math.sqrt(Math.PI / 2);
    private static final double LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

    private StandardNormal() {}

    /**
     * The density phi(z).
     *
     * @param z any number
     * @return phi(z)
     */
    public static double density(double z) {
        return Math.exp(-0.5 * z * z - LOG_SQRT_TWO_PI);
    }

    /**
     * The distribution function Phi(z).
     *
     * @param z any number
     * @return Phi(z)
     */
    public static double cumulative(double z) {
        return 0.5 * Erfc.value(-z * SQRT_HALF);
    }

    /**
     * log Phi(z), finite for every finite z.
     *
     * @param z any number
     * @return log Phi(z), in nats
     */
    public static double logCumulative(double z) {
        // Below -1 the cdf is written as density times Mills' ratio: its log does not underflow.
        return z < -1
                ? Math.log(millsRatio(z)) - 0.5 * z * z - LOG_SQRT_TWO_PI
                : Math.log1p(-0.5 * Erfc.value(z * SQRT_HALF));
    }

    /**
     * Mills' ratio of the lower tail, Phi(z) / phi(z).
     *
     * @param z a number below about 30; larger ones overflow to infinity
     * @return Phi(z) / phi(z)
     */
    public static double millsRatio(double z) {
        return SQRT_HALF_PI * Erfcx.value(-z * SQRT_HALF);
    }

    /**
     * Inverse of Mills' ratio, phi(z) / Phi(z): the mean shift that observing "u >= 0" gives.
     *
     * @param z any number
     * @return phi(z) / Phi(z)
     */
    public static double inverseMills(double z) {
        return 1 / millsRatio(z);
    }
}
