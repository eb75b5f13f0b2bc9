package io.github.dl4jep.likelihood;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offset and scale between labels and output potentials, set once from the first batch.
 *
 * <p>Labels whose root mean square is between 1/30 and 30 are taken as they are (offset 0, scale 1): they were standardised, or
 * need not be. Others get the first batch's mean and standard deviation, because the prior expects potentials of size 1.
 *
 * @param offset [1, outputs], in units of the label
 * @param scale [1, outputs], in units of the label, positive
 */
public record TargetScaling(INDArray offset, INDArray scale) {

    private static final Logger LOG = LoggerFactory.getLogger(TargetScaling.class);
    private static final double LARGEST_PLAIN = 30;

    /**
     * The scaling for a first batch.
     *
     * @param labels [minibatch, outputs], double
     * @param importance weights, [minibatch, outputs]; entries of weight 0 do not count
     * @return the scaling
     */
    public static TargetScaling from(INDArray labels, INDArray importance) {
        int outputs = labels.columns();
        double[] offset = new double[outputs];
        double[] scale = new double[outputs];
        for (int c = 0; c < outputs; c++) {
            double[] moments = moments(labels, importance, c);
            double rootMeanSquare = Math.hypot(moments[0], moments[1]);
            boolean plain = isPlain(rootMeanSquare);
            offset[c] = plain ? 0 : moments[0];
            scale[c] = plain ? 1 : moments[1] > 0 ? moments[1] : rootMeanSquare;
            if (!plain) {
                LOG.warn(
                        "Labels of output {} have mean {} and standard deviation {} in the first batch; they are scaled by"
                                + " these. Better use a DL4J normalizer with fitLabel(true).",
                        c,
                        moments[0],
                        moments[1]);
            }
        }
        return new TargetScaling(row(offset), row(scale));
    }

    private static boolean isPlain(double rootMeanSquare) {
        return rootMeanSquare == 0 || (rootMeanSquare <= LARGEST_PLAIN && rootMeanSquare >= 1 / LARGEST_PLAIN);
    }

    /** Scale of outputs of some typical sizes, [1, outputs]: 1 where labels of that size are taken as they are. */
    static INDArray ofSize(double[] size) {
        double[] scale = size.clone();
        for (int c = 0; c < scale.length; c++) {
            scale[c] = isPlain(size[c]) ? 1 : size[c];
        }
        return row(scale);
    }

    /** Mean and standard deviation of one column's observed entries; 0 and 0 if there is none. */
    private static double[] moments(INDArray labels, INDArray importance, int column) {
        double[] y = labels.getColumn(column).toDoubleVector();
        double[] omega = importance.getColumn(column).toDoubleVector();
        double count = 0;
        double mean = 0;
        double squares = 0;
        for (int n = 0; n < y.length; n++) {
            if (omega[n] > 0) {
                count++;
                double change = y[n] - mean;
                mean += change / count;
                squares += change * (y[n] - mean);
            }
        }
        return new double[] {mean, count > 0 ? Math.sqrt(squares / count) : 0};
    }

    private static INDArray row(double[] values) {
        return Nd4j.createFromArray(values).castTo(DataType.DOUBLE).reshape(1, values.length);
    }

    /**
     * Labels in units of the potentials.
     *
     * @param labels [minibatch, outputs]
     * @return (labels - offset) / scale, a new array
     */
    public INDArray standardise(INDArray labels) {
        return labels.subRowVector(offset).diviRowVector(scale);
    }
}
