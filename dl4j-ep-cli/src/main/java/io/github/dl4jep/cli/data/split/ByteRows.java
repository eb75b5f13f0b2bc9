package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.PixelScale;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images that stay bytes, a quarter of the memory, until they are asked for.
 *
 * @param images one array each, channel by channel and line by line; not copied
 * @param labels the index of the class of each
 * @param classes the number of classes
 * @param scale how pixels are shifted and scaled
 * @param pixelUnit what bytes are divided by before
 * @param arranged whether features are {@code [rows, channels, height, width]}, and not {@code [rows, values]}
 */
@SuppressWarnings("ArrayRecordComponent") // blocks of bytes that are never compared
public record ByteRows(byte[][] images, int[] labels, int classes, PixelScale scale, double pixelUnit, boolean arranged)
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
        return classes;
    }

    @Override
    public DataSet range(int from, int to) {
        int rows = to - from;
        float[] values = scale.numbers(Arrays.copyOfRange(images, from, to), pixelUnit);
        INDArray oneHot = Nd4j.zeros(DataType.FLOAT, rows, classes);
        for (int row = 0; row < rows; row++) {
            oneHot.putScalar(row, labels[from + row], 1);
        }
        long[] one = shape();
        long[] shape = new long[one.length + 1];
        shape[0] = rows;
        System.arraycopy(one, 0, shape, 1, one.length);
        return new DataSet(Nd4j.create(values, shape, 'c'), oneHot);
    }

    @Override
    public Rows ordered(int[] order) {
        byte[][] moved = new byte[order.length][];
        int[] classOf = new int[order.length];
        for (int row = 0; row < order.length; row++) {
            moved[row] = images[order[row]];
            classOf[row] = labels[order[row]];
        }
        return new ByteRows(moved, classOf, classes, scale, pixelUnit, arranged);
    }

    @Override
    public Rows asImages(ImageShape image) {
        return new ByteRows(images, labels, classes, scale, pixelUnit, true);
    }
}
