package io.github.dl4jep.cli.data.format;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Shift and scale of each channel, fitted on training images: their pixels get mean 0 and (population) standard deviation 1; a
 * channel that is constant is only shifted.
 */
public final class PixelScale {
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
     * @param images {@code [rows, values]} in C order, channel by channel; not changed
     * @param shape the shape of an image
     * @return the shift and scale
     */
    public static PixelScale fit(INDArray images, ImageShape shape) {
        double[] mean = new double[shape.channels()];
        double[] deviation = new double[shape.channels()];
        INDArray channels = channels(images, shape);
        for (int c = 0; c < mean.length; c++) {
            INDArray pixels = channels.slice(c, 1);
            mean[c] = pixels.castTo(DataType.DOUBLE).meanNumber().doubleValue();
            double variance = pixels.castTo(DataType.DOUBLE).var(false).getDouble(0);
            deviation[c] = variance > 0 ? Math.sqrt(variance) : 1;
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

    private static INDArray channels(INDArray images, ImageShape shape) {
        return images.reshape('c', images.size(0), shape.channels(), (long) shape.height() * shape.width());
    }

    /**
     * Shifts and scales images.
     *
     * @param images {@code [rows, values]} in C order; changed in place
     */
    public void apply(INDArray images) {
        INDArray channels = channels(images, shape);
        for (int c = 0; c < shape.channels(); c++) {
            channels.slice(c, 1).subi(mean[c]).divi(deviation[c]);
        }
    }
}
