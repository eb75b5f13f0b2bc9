package io.github.dl4jep.cli.data.split;

import io.github.dl4jep.cli.data.format.ImageShape;
import java.util.Arrays;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows that are in memory as numbers; ranges are views.
 *
 * @param data features and labels
 */
public record FloatRows(DataSet data) implements Rows {
    @Override
    public int count() {
        return data.numExamples();
    }

    @Override
    public long[] shape() {
        long[] shape = data.getFeatures().shape();
        return Arrays.copyOfRange(shape, 1, shape.length);
    }

    @Override
    public int outputs() {
        return (int) data.getLabels().size(1);
    }

    @Override
    public DataSet range(int from, int to) {
        return from == 0 && to == count() ? data : (DataSet) data.getRange(from, to);
    }

    @Override
    public Rows ordered(int[] order) {
        return new FloatRows(new DataSet(rows(data.getFeatures(), order), rows(data.getLabels(), order)));
    }

    /** Rows of any rank. */
    private static INDArray rows(INDArray array, int[] order) {
        long rows = array.size(0);
        long[] shape = array.shape().clone();
        shape[0] = order.length;
        return Nd4j.pullRows(array.reshape('c', rows, array.length() / rows), 1, order, 'c')
                .reshape('c', shape);
    }

    @Override
    public int[] classes() {
        return data.getLabels().argMax(1).toIntVector();
    }

    @Override
    public Rows withClasses(int[] classOf) {
        return new FloatRows(new DataSet(data.getFeatures(), oneHot(classOf, outputs())));
    }

    /** One row a class, {@code [rows, classes]}. */
    static INDArray oneHot(int[] classOf, int classes) {
        INDArray oneHot = Nd4j.zeros(DataType.FLOAT, classOf.length, classes);
        for (int row = 0; row < classOf.length; row++) {
            oneHot.putScalar(row, classOf[row], 1);
        }
        return oneHot;
    }

    @Override
    public Rows asImages(ImageShape image) {
        return new FloatRows(new DataSet(
                data.getFeatures().reshape('c', count(), image.channels(), image.height(), image.width()),
                data.getLabels()));
    }
}
