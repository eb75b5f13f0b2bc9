package io.github.dl4jep.linear;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The bias of a linear map, an input of value 1 and variance 0: the term of {@link LinearFactor} that every row has. Loops over columns, which
 * cost less than ND4J's operations where layers are small.
 */
public final class BiasTerm {

    private BiasTerm() {}

    /** Adds the moments of the bias to every row. Mean and variance: f-ordered. */
    static void add(@Nullable WeightMoments bias, INDArray mean, INDArray variance) {
        if (bias == null) {
            return;
        }
        if (mean.ordering() != 'f'
                || !FusedLoop.accepts(mean, variance)
                || !FusedLoop.accepts(bias.mean(), bias.variance())) {
            plainAdd(bias, mean, variance);
            return;
        }
        float[] ofMean = Rows.floats(bias.mean());
        float[] ofVariance = Rows.floats(bias.variance());
        int rows = mean.rows();
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    addToColumns(in[0], out[0], count, ofMean, start / rows, rows);
                    addToColumns(in[1], out[1], count, ofVariance, start / rows, rows);
                },
                new INDArray[] {mean, variance},
                new INDArray[] {mean, variance},
                rows);
    }

    /** The plain version of {@link #add}. */
    static void plainAdd(WeightMoments bias, INDArray mean, INDArray variance) {
        mean.addiRowVector(bias.mean());
        variance.addiRowVector(bias.variance());
    }

    /** A chunk of whole columns of an f-ordered array. */
    private static void addToColumns(float[] in, float[] out, int count, float[] addends, int column, int rows) {
        for (int from = 0; from < count; from += rows) {
            float addend = addends[column + from / rows];
            for (int i = from; i < from + rows; i++) {
                out[i] = in[i] + addend;
            }
        }
    }

    /**
     * Message to the bias, an input of value 1 and variance 0.
     *
     * @param message z and G at the pre-activation
     * @return the sites of this batch, [1, nOut]
     */
    public static WeightSite message(BackwardMessage message) {
        INDArray shift = message.shift();
        INDArray curvature = message.curvature();
        if (shift.ordering() != 'f' || !FusedLoop.accepts(shift, curvature)) {
            return plainMessage(message);
        }
        int rows = shift.rows();
        int units = shift.columns();
        float[] shifts = new float[units];
        float[] curvatures = new float[units];
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    for (int from = 0; from < count; from += rows) {
                        shifts[(start + from) / rows] = (float) Rows.sum(in[0], from, rows);
                        curvatures[(start + from) / rows] = (float) Rows.sum(in[1], from, rows);
                    }
                },
                new INDArray[] {shift, curvature},
                new INDArray[0],
                rows);
        return new WeightSite(Rows.matrix(shifts, 1, units), Rows.matrix(curvatures, 1, units));
    }

    /** The plain version of {@link #message}. */
    static WeightSite plainMessage(BackwardMessage message) {
        return new WeightSite(message.shift().sum(true, 0), message.curvature().sum(true, 0));
    }
}
