package io.github.dl4jep.weight;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Moments of a large array of normal weights, [nIn, nOut], as sums see them: {@link WeightMoments#ofMeans}. One loop over the weights.
 *
 * <p>Sums over fewer inputs, or of fewer units, do not forget which weight was which, and cost little.
 */
final class MeansOfWeights {

    /** Inputs, and units, that are many. */
    static final int MANY = 100;

    private final int inputs;
    private final int units;
    private final UnitSums variances;
    private final UnitSums squares;
    private final float[] inputVariances;
    private final float[] inputSquares;

    private MeansOfWeights(INDArray precision) {
        this.inputs = precision.rows();
        this.units = precision.columns();
        this.variances = new UnitSums(inputs);
        this.squares = new UnitSums(inputs);
        this.inputVariances = new float[units];
        this.inputSquares = new float[units];
    }

    /** Whether means stand for the weights of an array. */
    static boolean suffice(INDArray weights) {
        return weights.rows() >= MANY && weights.columns() >= MANY && weights.ordering() == 'f';
    }

    /** Of natural parameters: M = r / t, S = 1 / t. Only what sees observed inputs does without Q. */
    static WeightMoments of(INDArray precision, INDArray meanTimesPrecision, boolean observed) {
        MeansOfWeights means = new MeansOfWeights(precision);
        INDArray mean = HostMemory.like(precision);
        INDArray variance = HostMemory.like(precision);
        INDArray secondMoment = observed ? null : HostMemory.like(precision);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    GaussianLoops.meanAndVariance(in, out, count);
                    means.addVariances(out[1], count, start, block);
                    // What was read is not needed any more.
                    GaussianLoops.square(out[0], in[0], count);
                    means.addSquares(in[0], count, start, block);
                    if (out.length > 2) {
                        sum(in[0], out[1], out[2], count);
                    }
                },
                new INDArray[] {precision, meanTimesPrecision},
                secondMoment == null ? new INDArray[] {mean, variance} : new INDArray[] {mean, variance, secondMoment},
                means.inputs);
        return means.moments(mean, variance, secondMoment, new int[0], 0, true, true);
    }

    /**
     * Of predictions: averaged means, and S = 1 / (t0 + n (t - t0)). Weights of inputs that were never seen have a variance of their own,
     * {@link UnseenInputs}. Single: the moments of every weight, with means of squares over units, in place of means over inputs.
     */
    static WeightMoments predictive(
            INDArray precision,
            INDArray averagedMean,
            @Nullable INDArray priorMean,
            double counted,
            double priorPrecision,
            boolean observed,
            boolean single) {
        MeansOfWeights means = new MeansOfWeights(precision);
        UnseenInputs unseen = new UnseenInputs(means.inputs, priorPrecision);
        INDArray variance = HostMemory.like(precision);
        INDArray secondMoment = observed ? null : HostMemory.like(precision);
        float count = (float) counted;
        float ofPrior = (float) ((1 - counted) * priorPrecision);
        FusedLoop.run(
                (in, out, length, start, block) -> {
                    unseen.add(block, in[0], length);
                    variancesOfChunk(in[0], out[0], length, count, ofPrior);
                    means.addVariances(out[0], length, start, block);
                    if (single) {
                        GaussianLoops.square(in[1], in[0], length);
                        means.addSquares(in[0], length, start, block);
                    }
                    if (out.length > 1) {
                        secondMoments(in[1], out[0], out[1], length);
                    }
                },
                single || !observed ? new INDArray[] {precision, averagedMean} : new INDArray[] {precision},
                secondMoment == null ? new INDArray[] {variance} : new INDArray[] {variance, secondMoment},
                means.inputs);
        int[] rows = unseen.rows();
        return means.moments(
                averagedMean,
                variance,
                secondMoment,
                rows,
                rows.length == 0 ? 0 : unseen.variance(averagedMean, priorMean),
                single,
                !single);
    }

    /** S alone, of a bias, whose input is always seen. */
    static INDArray variances(INDArray precision, double counted, double priorPrecision) {
        INDArray variance = HostMemory.like(precision);
        float count = (float) counted;
        float ofPrior = (float) ((1 - counted) * priorPrecision);
        FusedLoop.run(
                (in, out, length, start, block) -> variancesOfChunk(in[0], out[0], length, count, ofPrior),
                new INDArray[] {precision},
                new INDArray[] {variance});
        return variance;
    }

    private static void variancesOfChunk(float[] precision, float[] variance, int length, float count, float ofPrior) {
        for (int i = 0; i < length; i++) {
            variance[i] = 1 / (count * precision[i] + ofPrior);
        }
    }

    private void addVariances(float[] values, int count, int start, int block) {
        variances.add(block, values, count);
        variances.meansOverInputs(values, count, start, inputVariances);
    }

    private void addSquares(float[] values, int count, int start, int block) {
        squares.add(block, values, count);
        squares.meansOverInputs(values, count, start, inputSquares);
    }

    private static void secondMoments(float[] mean, float[] variance, float[] secondMoment, int count) {
        for (int i = 0; i < count; i++) {
            secondMoment[i] = mean[i] * mean[i] + variance[i];
        }
    }

    private static void sum(float[] a, float[] b, float[] sum, int count) {
        for (int i = 0; i < count; i++) {
            sum[i] = a[i] + b[i];
        }
    }

    private WeightMoments moments(
            INDArray mean,
            INDArray variance,
            @Nullable INDArray secondMoment,
            int[] unseen,
            double ofUnseen,
            boolean withSquares,
            boolean withInputMeans) {
        INDArray unitMeanVariance = variances.mean(units);
        if (unseen.length > 0) {
            widen(variance, secondMoment, unseen, (float) ofUnseen);
            IntStream.of(unseen).forEach(input -> unitMeanVariance.putScalar(input, ofUnseen));
        }
        return WeightMoments.ofMeans(
                mean,
                variance,
                secondMoment,
                unitMeanVariance,
                withSquares ? squares.mean(units) : null,
                withInputMeans
                        ? new WeightMoments.InputMeans(row(inputVariances), withSquares ? row(inputSquares) : null)
                        : null);
    }

    private void widen(INDArray variance, @Nullable INDArray secondMoment, int[] unseen, float ofUnseen) {
        FloatBuffer values = HostMemory.floats(variance);
        FloatBuffer second = secondMoment == null ? null : HostMemory.floats(secondMoment);
        for (int unit = 0; unit < units; unit++) {
            float sum = 0;
            for (int input : unseen) {
                float change = add(values, unit * inputs + input, ofUnseen, true);
                if (second != null) {
                    add(second, unit * inputs + input, change, false);
                }
                sum += change;
            }
            inputVariances[unit] += sum / inputs;
        }
        HostMemory.written(variance);
        if (secondMoment != null) {
            HostMemory.written(secondMoment);
        }
    }

    /** Adds to a value, or replaces it; the change. */
    private static float add(FloatBuffer values, int at, float value, boolean inItsPlace) {
        int place = values.position() + at;
        float change = inItsPlace ? value - values.get(place) : value;
        values.put(place, values.get(place) + change);
        return change;
    }

    private static INDArray row(float[] values) {
        return Rows.matrix(values, 1, values.length);
    }
}
