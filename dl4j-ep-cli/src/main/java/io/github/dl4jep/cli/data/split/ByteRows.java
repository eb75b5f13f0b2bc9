package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.PixelScale;
import java.util.Arrays;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images that stay bytes, a quarter of the memory, until they are asked for.
 *
 * @param images one array each, channel by channel and line by line; not copied
 * @param labels the index of the class of each
 * @param classCount the number of classes
 * @param scale how pixels are shifted and scaled
 * @param pixelUnit what bytes are divided by before
 * @param arranged whether features are {@code [rows, channels, height, width]}, and not {@code [rows, values]}
 */
@SuppressWarnings("ArrayRecordComponent") // blocks of bytes that are never compared
public record ByteRows(
        byte[][] images, int[] labels, int classCount, PixelScale scale, double pixelUnit, boolean arranged)
        implements Rows {
    @Override
    public int count() {
        return images.length;
    }

    @Override
    public long[] shape() {
        ImageShape image = scale.shape();
        return arranged ? new long[] {image.channels(), image.height(), image.width()} : new long[] {image.length()};
    }

    @Override
    public int outputs() {
        return classCount;
    }

    @Override
    public DataSet range(int from, int to) {
        int rows = to - from;
        float[] values = scale.numbers(Arrays.copyOfRange(images, from, to), pixelUnit);
        long[] one = shape();
        long[] shape = new long[one.length + 1];
        shape[0] = rows;
        System.arraycopy(one, 0, shape, 1, one.length);
        return new DataSet(
                Nd4j.create(values, shape, 'c'), FloatRows.oneHot(Arrays.copyOfRange(labels, from, to), classCount));
    }

    @Override
    public Rows ordered(int[] order) {
        byte[][] moved = new byte[order.length][];
        int[] classOf = new int[order.length];
        for (int row = 0; row < order.length; row++) {
            moved[row] = images[order[row]];
            classOf[row] = labels[order[row]];
        }
        return new ByteRows(moved, classOf, classCount, scale, pixelUnit, arranged);
    }

    @Override
    public int[] classes() {
        return labels.clone();
    }

    @Override
    public Rows withClasses(int[] classOf) {
        return new ByteRows(images, classOf, classCount, scale, pixelUnit, arranged);
    }

    @Override
    public Rows asImages(ImageShape image) {
        return new ByteRows(images, labels, classCount, scale, pixelUnit, true);
    }
}
