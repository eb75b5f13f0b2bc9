package io.github.dl4jep.stock;

import org.jspecify.annotations.Nullable;

/**
 * Discrete weights, recognised by their values.
 *
 * @param signs [inputs][outputs], each -1, 0 or 1
 * @param scales [1] if all outputs have the same, else [outputs]
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record SignsAndScales(byte[][] signs, double[] scales) {

    /**
     * Takes weights apart.
     *
     * @param weights [inputs][outputs]
     * @return null if the weights of an output have more than one size other than 0
     */
    public static @Nullable SignsAndScales of(double[][] weights) {
        int outputs = weights[0].length;
        double[] scales = new double[outputs];
        byte[][] signs = new byte[weights.length][outputs];
        for (int i = 0; i < weights.length; i++) {
            for (int j = 0; j < outputs; j++) {
                double size = Math.abs(weights[i][j]);
                if (size != 0 && scales[j] == 0) {
                    scales[j] = size;
                }
                if (size != 0 && size != scales[j]) {
                    return null;
                }
                signs[i][j] = (byte) Math.signum(weights[i][j]);
            }
        }
        return new SignsAndScales(signs, shortened(scales));
    }

    /** An output without weights takes any scale: that of the first output that has one. */
    private static double[] shortened(double[] scales) {
        double first = 0;
        for (double scale : scales) {
            first = first == 0 ? scale : first;
        }
        first = first == 0 ? 1 : first;
        boolean same = true;
        for (int j = 0; j < scales.length; j++) {
            scales[j] = scales[j] == 0 ? first : scales[j];
            same &= scales[j] == first;
        }
        return same ? new double[] {first} : scales;
    }
}
