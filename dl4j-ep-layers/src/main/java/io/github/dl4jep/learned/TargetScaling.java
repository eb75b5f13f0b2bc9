package io.github.dl4jep.learned;

import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Offset and scale between labels and output potentials, because the prior expects potentials of size 1.
 *
 * <p>They settle over the first pass: mean and standard deviation of all labels of a column, kept with their number, so that batches add up.
 *
 * @param offset [1, outputs], in units of the label
 * @param scale [1, outputs], in units of the label, positive
 */
public record TargetScaling(INDArray offset, INDArray scale) {

    private static final double LARGEST_PLAIN = 30;

    /**
     * Parameter: number of labels, mean and deviation of each column, one row after the other. The number is 0 until a label was seen, and
     * negative where offset and scale stay as they are.
     */
    public static final String NAME = "targetScaling";
    /** Numbers for each column. */
    public static final int LENGTH = 3;

    /** Smaller spreads, relative to the offset, are those of sums in double precision. */
    private static final double ROUNDING = 1e-7;

    private static boolean isPlain(double rootMeanSquare) {
        return rootMeanSquare == 0 || (rootMeanSquare <= LARGEST_PLAIN && rootMeanSquare >= 1 / LARGEST_PLAIN);
    }

    /**
     * The scale of outputs of some typical sizes.
     *
     * @param size root mean square of every output
     * @return [1, outputs]; 1 where labels of that size are taken as they are
     */
    public static INDArray ofSize(double[] size) {
        double[] scale = size.clone();
        for (int c = 0; c < scale.length; c++) {
            scale[c] = isPlain(size[c]) ? 1 : size[c];
        }
        return row(scale);
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

    /**
     * Keeps offset 0 and a scale for good.
     *
     * @param parameters learned parameters by name, changed in place
     * @param scale [1, columns], or null for 1
     */
    public static void fix(Map<String, INDArray> parameters, @Nullable INDArray scale) {
        INDArray parameter = Parameters.get(parameters, NAME);
        int outputs = Math.toIntExact(parameter.length() / LENGTH);
        for (int c = 0; c < outputs; c++) {
            parameter.putScalar(c, -1);
            parameter.putScalar(outputs + c, 0);
            parameter.putScalar(2 * outputs + c, scale == null ? 1 : scale.getDouble(c));
        }
    }

    /**
     * The scaling that is learned.
     *
     * @param parameters learned parameters by name
     * @return offset 0 and scale 1 where no label was seen
     */
    public static TargetScaling of(Map<String, INDArray> parameters) {
        return of(Parameters.row(parameters, NAME));
    }

    private static TargetScaling of(INDArray parameter) {
        double[] values = parameter.toDoubleVector();
        int outputs = values.length / LENGTH;
        double[] offset = new double[outputs];
        double[] scale = new double[outputs];
        for (int c = 0; c < outputs; c++) {
            boolean seen = values[c] != 0;
            offset[c] = seen ? values[outputs + c] : 0;
            scale[c] = seen ? scale(offset[c], values[2 * outputs + c]) : 1;
        }
        return new TargetScaling(row(offset), row(scale));
    }

    /**
     * Whether offset and scale of all columns stay as they are.
     *
     * @param parameters learned parameters by name
     * @return false while labels are counted
     */
    public static boolean isFixed(Map<String, INDArray> parameters) {
        return counts(parameters).allMatch(count -> count < 0);
    }

    /**
     * Whether a label was seen, or none is to be looked at.
     *
     * @param parameters learned parameters by name
     * @return false before the first batch
     */
    public static boolean isLearned(Map<String, INDArray> parameters) {
        return counts(parameters).anyMatch(count -> count != 0);
    }

    /**
     * Number of labels of the column that has most, in a pass once that has ended.
     *
     * @param parameters learned parameters by name
     * @return 0 where labels are not counted
     */
    public static double labels(Map<String, INDArray> parameters) {
        if (!parameters.containsKey(NAME)) {
            return 0;
        }
        double most = counts(parameters).map(Math::abs).max().orElse(0);
        return most > 1 ? most : 0; // A scaling that is fixed from the start has counted -1.
    }

    private static DoubleStream counts(Map<String, INDArray> parameters) {
        double[] values = Parameters.values(parameters, NAME);
        return Arrays.stream(values, 0, values.length / LENGTH);
    }

    /**
     * The parameter after a batch.
     *
     * @param current its value
     * @param statistic what the batch says
     * @param firstPass whether it is a batch of the first pass
     * @return the next value; after the first pass the one that the first pass left
     */
    public static double[] learn(double[] current, Statistic statistic, boolean firstPass) {
        return next(firstPass ? current : settled(current), statistic);
    }

    /** What was learned stays from the first batch after the first pass on: the batches after that are not measured by their own labels. */
    private static double[] settled(double[] current) {
        double[] values = current.clone();
        for (int c = 0; c < values.length / LENGTH; c++) {
            values[c] = -Math.abs(values[c]);
        }
        return values;
    }

    /**
     * The scaling of some labels alone.
     *
     * @param labels [minibatch, outputs], double
     * @param importance weights, [minibatch, outputs]; entries of weight 0 do not count
     * @return their mean and standard deviation
     */
    public static TargetScaling ofLabels(INDArray labels, INDArray importance) {
        INDArray none = Nd4j.zeros(DataType.DOUBLE, 1, (long) LENGTH * labels.columns());
        return of(row(next(Rows.flat(none), statistic(of(none).offset(), labels, importance))));
    }

    /**
     * What a batch says: numbers of labels, sums of them and of their squares, both about the present offset.
     *
     * @param offset the present one, [1, outputs]
     * @param labels [minibatch, outputs], double
     * @param importance weights, [minibatch, outputs]; entries of weight 0 do not count
     * @return the statistic
     */
    public static Statistic statistic(INDArray offset, INDArray labels, INDArray importance) {
        int outputs = labels.columns();
        double[] sums = new double[LENGTH * outputs];
        for (int c = 0; c < outputs; c++) {
            double[] y = labels.getColumn(c).toDoubleVector();
            double[] omega = importance.getColumn(c).toDoubleVector();
            for (int n = 0; n < y.length; n++) {
                if (omega[n] > 0) {
                    double deviation = y[n] - offset.getDouble(c);
                    sums[c]++;
                    sums[outputs + c] += deviation;
                    sums[2 * outputs + c] += deviation * deviation;
                }
            }
        }
        return Statistic.of(sums, new double[] {1});
    }

    /**
     * The scaling with the labels of a batch.
     *
     * @param parameters learned parameters by name
     * @param statistic what the batch says
     * @return the present one where it is settled
     */
    public static TargetScaling with(Map<String, INDArray> parameters, Statistic statistic) {
        return of(row(next(Parameters.values(parameters, NAME), statistic)));
    }

    /** The next value of the parameter: number, mean and deviation of all labels so far. */
    static double[] next(double[] before, Statistic statistic) {
        double[] sums = statistic.sum();
        int outputs = before.length / LENGTH;
        double[] next = before.clone();
        for (int c = 0; c < outputs; c++) {
            double count = before[c] + sums[c];
            if (sums[c] > 0 && before[c] >= 0) {
                double shift = sums[outputs + c] / count;
                double offset = (before[c] > 0 ? before[outputs + c] : 0) + shift;
                double spread = before[c] * Math.pow(before[2 * outputs + c], 2)
                        + sums[2 * outputs + c]
                        - count * shift * shift;
                next[c] = count;
                next[outputs + c] = offset;
                next[2 * outputs + c] = Math.sqrt(Math.max(0, spread) / count);
            }
        }
        return next;
    }

    /** Equal labels have the scale of their size. */
    private static double scale(double offset, double deviation) {
        double rounding = Math.abs(offset) * ROUNDING;
        return deviation > rounding ? deviation : offset != 0 ? Math.abs(offset) : 1;
    }
}
