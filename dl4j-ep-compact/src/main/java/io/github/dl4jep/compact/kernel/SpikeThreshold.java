package io.github.dl4jep.compact.kernel;

/** From which sum of signs on a unit fires. */
public final class SpikeThreshold {

    private SpikeThreshold() {}

    /**
     * The smallest integer s between -most and most + 1 with scale * s + bias at least 0; most + 1 if there is none.
     *
     * @param scale positive
     * @param bias finite
     * @param most largest possible sum: the number of inputs
     * @return the threshold: the unit fires if and only if its sum is not below
     */
    public static int of(double scale, double bias, int most) {
        int low = -most;
        int high = most + 1;
        while (low < high) {
            int middle = low + (high - low) / 2;
            if (reaches(scale, middle, bias)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Rounding once, a fused multiply-add never changes the sign: multiples of an integer cannot underflow. */
    private static boolean reaches(double scale, int sum, double bias) {
        return Math.fma(scale, sum, bias) >= 0;
    }
}
