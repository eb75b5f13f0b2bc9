package io.github.dl4jep.cli.data.format;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Shift and scale of each channel, fitted on training images: their pixels get mean 0 and (population) standard deviation 1; a
 * channel that is constant is only shifted.
 */
public final class PixelScale {
    private static final int VALUES = 256;

    private final ImageShape shape;
    private final double[] mean;
    private final double[] deviation;

    private PixelScale(ImageShape shape, double[] mean, double[] deviation) {
        this.shape = shape;
        this.mean = mean;
        this.deviation = deviation;
    }

    /**
     * Fits mean and deviation of each channel.
     *
     * @param images one array of unsigned bytes each, channel by channel
     * @param shape the shape of an image
     * @return the shift and scale
     */
    public static PixelScale fit(byte[][] images, ImageShape shape) {
        double[] mean = new double[shape.channels()];
        double[] deviation = new double[shape.channels()];
        int pixels = shape.height() * shape.width();
        for (int c = 0; c < mean.length; c++) {
            long[] counts = new long[VALUES];
            for (byte[] image : images) {
                for (int i = c * pixels; i < (c + 1) * pixels; i++) {
                    counts[image[i] & 0xFF]++;
                }
            }
            double count = (double) images.length * pixels;
            double sum = 0;
            for (int value = 0; value < VALUES; value++) {
                sum += (double) value * counts[value];
            }
            mean[c] = sum / count;
            double squares = 0;
            for (int value = 0; value < VALUES; value++) {
                squares += (value - mean[c]) * (value - mean[c]) * counts[value];
            }
            deviation[c] = squares > 0 ? Math.sqrt(squares / count) : 1;
        }
        return new PixelScale(shape, mean, deviation);
    }

    /**
     * Takes mean and deviation over from where they were fitted.
     *
     * @param mean the mean of each channel
     * @param deviation the deviation of each channel, positive
     * @param shape the shape of an image
     * @return the shift and scale
     */
    static PixelScale of(double[] mean, double[] deviation, ImageShape shape) {
        return new PixelScale(shape, mean.clone(), deviation.clone());
    }

    /**
     * Returns the shape of the images.
     *
     * @return the shape
     */
    public ImageShape shape() {
        return shape;
    }

    /**
     * Returns the shift of the channels.
     *
     * @return their means
     */
    public double[] means() {
        return mean.clone();
    }

    /**
     * Returns the numbers that the channels are divided by.
     *
     * @return their standard deviations
     */
    public double[] deviations() {
        return deviation.clone();
    }

    /**
     * Shifts and scales images.
     *
     * @param images {@code [rows, values]} in C order; changed in place
     */
    public void apply(INDArray images) {
        INDArray channels =
                images.reshape('c', images.size(0), shape.channels(), (long) shape.height() * shape.width());
        for (int c = 0; c < shape.channels(); c++) {
            channels.slice(c, 1).subi(mean[c]).divi(deviation[c]);
        }
    }

    /**
     * Shifts and scales images of bytes, with the same result as {@link #apply}.
     *
     * @param images one array of unsigned bytes each, channel by channel
     * @param unit what bytes are divided by first
     * @return the numbers, image after image
     */
    public float[] numbers(byte[][] images, double unit) {
        float[][] numberOf = new float[shape.channels()][];
        for (int c = 0; c < numberOf.length; c++) {
            try (INDArray values = Nd4j.arange(VALUES)) {
                numberOf[c] = (unit == 1 ? values : values.divi(unit))
                        .subi(mean[c])
                        .divi(deviation[c])
                        .toFloatVector();
            }
        }
        int pixels = shape.height() * shape.width();
        float[] numbers = new float[Math.multiplyExact(images.length, shape.length())];
        int at = 0;
        for (byte[] image : images) {
            for (int i = 0; i < image.length; i++) {
                numbers[at++] = numberOf[i / pixels][image[i] & 0xFF];
            }
        }
        return numbers;
    }
}
