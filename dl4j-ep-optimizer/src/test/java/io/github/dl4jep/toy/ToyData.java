package io.github.dl4jep.toy;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** Seeded data that a small network learns within a few batches. */
public final class ToyData {

    /** Number of feature columns of all data here. */
    public static final int INPUTS = 3;
    /** Number of classes of {@link #threeClasses}. */
    public static final int CLASSES = 3;

    private static final double[][] CENTRES = {{1.5, 0, -1}, {-1.5, 0.5, 0}, {0, -1.5, 1}};
    private static final double[] SLOPES = {1, -0.7, 0.4};

    private ToyData() {}

    /** Three clusters in three dimensions, labels one-hot [rows, 3]. */
    public static DataSet threeClasses(int rows, long seed) {
        Random random = new Random(seed);
        float[][] features = new float[rows][INPUTS];
        float[][] labels = new float[rows][CLASSES];
        for (int n = 0; n < rows; n++) {
            int label = random.nextInt(CLASSES);
            labels[n][label] = 1;
            for (int i = 0; i < INPUTS; i++) {
                features[n][i] = (float) (CENTRES[label][i] + 0.5 * random.nextGaussian());
            }
        }
        return new DataSet(Nd4j.createFromArray(features), Nd4j.createFromArray(labels));
    }

    /** Two binary labels, the signs of the first two features; [rows, 2]. */
    public static DataSet twoSigns(int rows, long seed) {
        INDArray features = normal(rows, seed);
        INDArray labels = features.getColumns(0, 1).gt(0).castTo(DataType.FLOAT);
        return new DataSet(features, labels);
    }

    /** {@code offset + size * (linear function of the features of variance 1.65 + noise of deviation .1)}, labels [rows, 1]. */
    public static DataSet line(int rows, long seed, double offset, double size) {
        INDArray features = normal(rows, seed);
        Random random = new Random(seed + 1);
        float[][] labels = new float[rows][1];
        for (int n = 0; n < rows; n++) {
            double y = 0.1 * random.nextGaussian();
            for (int i = 0; i < INPUTS; i++) {
                y += SLOPES[i] * features.getDouble(n, i);
            }
            labels[n][0] = (float) (offset + size * y);
        }
        return new DataSet(features, Nd4j.createFromArray(labels));
    }

    /** The line in its plain units. */
    public static DataSet line(int rows, long seed) {
        return line(rows, seed, 0, 1);
    }

    /** Standard normal features [rows, 3]. */
    public static INDArray normal(int rows, long seed) {
        Random random = new Random(seed);
        float[][] values = new float[rows][INPUTS];
        for (float[] row : values) {
            for (int i = 0; i < INPUTS; i++) {
                row[i] = (float) random.nextGaussian();
            }
        }
        return Nd4j.createFromArray(values);
    }

    /** The data in batches, in order, the last one perhaps short. */
    public static DataSetIterator batches(DataSet data, int size) {
        List<DataSet> rows = data.asList();
        return new ListDataSetIterator<>(rows, size);
    }

    /** Root mean squared error of a prediction in units of the labels' standard deviation. */
    public static double relativeError(INDArray predicted, INDArray labels) {
        INDArray y = labels.castTo(DataType.DOUBLE);
        INDArray residual = predicted.castTo(DataType.DOUBLE).sub(y);
        double meanSquare = residual.mul(residual).meanNumber().doubleValue();
        return Math.sqrt(meanSquare) / y.stdNumber(false).doubleValue();
    }
}
