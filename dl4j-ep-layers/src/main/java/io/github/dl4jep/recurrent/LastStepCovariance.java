package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.InducingExamples;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The covariance between examples of a recurrent layer's activations at its last step, averaged over the units, exact to first order in
 * the weights of the layer: own.
 *
 * <p>A weight acts at every step, and what it does adds up. With what the weights see at step t, \( a_t \), and the derivatives
 * \( \delta_t \) of a sum of units \( \omega^T h_T \) by the pre-activations, an example has the gradient \( G = \sum_t a_t \delta_t^T \),
 * and \( K = G\,diag(\bar s)\,G^T / units \). Signs \( \omega \) that are drawn at random make this the mean over the units, on average
 * over draws (Hutchinson 1990, whose estimator of a trace it is). One draw does.
 *
 * <p>The recursion of {@link CellCovariance} counts weights as independent from step to step, by which K is 2 to 4 times too small after
 * 14 steps of an LSTM. What earlier layers' weights do is still taken as independent from step to step here.
 */
final class LastStepCovariance {

    private final int minibatch;
    private final int units;
    private final float[][] slopes;
    private final InducingExamples inducing;
    private final int[] others;
    /** [minibatch, inducing]. */
    private final float[] sum;
    /** Variance of each example; not needed where all are inducing. */
    private final double[] variances;

    /**
     * What the layer's own weights do.
     *
     * @param seen what they see, scaled by their deviations, [steps][minibatch, n]
     * @param minibatch number of sequences
     * @param units number of units
     * @param slopes from derivatives of a number by the activations at the last step, one for each unit, to those by the pre-activations
     *     at each step, [steps][minibatch, gates x units]
     * @param seed of the signs: another for each batch, and the same in all processes that share one
     * @param inducing examples with which the covariance is kept
     */
    LastStepCovariance(
            float[][] seen,
            int minibatch,
            int units,
            Function<float[], float[][]> slopes,
            long seed,
            InducingExamples inducing) {
        this.minibatch = minibatch;
        this.units = units;
        this.slopes = slopes.apply(signs(units, seed));
        this.inducing = inducing;
        this.others = inducing.numbers(minibatch);
        this.sum = new float[minibatch * others.length];
        this.variances = new double[inducing.areAll() ? 0 : minibatch];
        addWeights(seen);
    }

    private static float[] signs(int units, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] signs = new float[units];
        for (int unit = 0; unit < units; unit++) {
            signs[unit] = random.nextBoolean() ? 1 : -1;
        }
        return signs;
    }

    private void addWeights(float[][] seen) {
        int inputs = seen[0].length / minibatch;
        int gates = slopes[0].length / minibatch / units;
        FloatMatrix overTime = overTime(seen, inputs);
        FloatMatrix slopesOverTime = overTime(slopes, gates * units);
        FloatMatrix gradients = FloatMatrix.uninitialized(inputs, units * minibatch);
        FloatMatrix ofExamples = gradients.withRows(inputs * units);
        FloatMatrix products = FloatMatrix.of(sum, minibatch);
        for (int gate = 0; gate < gates; gate++) {
            for (int n = 0; n < minibatch; n++) {
                gradients
                        .part(0, inputs, n * units, units)
                        .assignProduct(
                                overTime.part(0, inputs, n * seen.length, seen.length),
                                false,
                                slopesOverTime.part(gate * units, units, n * seen.length, seen.length),
                                true,
                                1);
            }
            if (inducing.areAll()) {
                products.addLowerGram(ofExamples, 1f / units);
            } else {
                addWithOthers(products, ofExamples);
            }
        }
        for (int n = 0; inducing.areAll() && n < minibatch; n++) {
            for (int other = 0; other < n; other++) {
                sum[n * minibatch + other] = sum[other * minibatch + n];
            }
        }
    }

    private void addWithOthers(FloatMatrix products, FloatMatrix gradients) {
        FloatMatrix some = FloatMatrix.uninitialized(gradients.rows(), others.length);
        float[] gradient = new float[gradients.rows()];
        for (int i = 0; i < others.length; i++) {
            gradients.getColumn(others[i], gradient);
            some.putColumns(i, gradient, 0, 1);
        }
        products.addProduct(gradients, true, some, false, 1f / units);
        for (int n = 0; n < minibatch; n++) {
            gradients.getColumn(n, gradient);
            double square = 0;
            for (float element : gradient) {
                square += (double) element * element;
            }
            variances[n] += square / units;
        }
    }

    /**
     * Adds what earlier layers do, as if their weights were independent from step to step.
     *
     * @param given covariance of the inputs' part of a pre-activation at each step, [steps][minibatch, minibatch]; null for known inputs
     * @return this
     */
    LastStepCovariance plusInputs(float @Nullable [][] given) {
        for (int t = 0; given != null && t < given.length; t++) {
            float[] gram = new float[sum.length];
            FloatMatrix slope = FloatMatrix.of(slopes[t], minibatch);
            FloatMatrix some = inducing.areAll() ? slope : rowsOfOthers(slopes[t]);
            FloatMatrix.of(gram, minibatch).assignProduct(slope, false, some, true, 1f / units);
            for (int i = 0; i < gram.length; i++) {
                sum[i] += gram[i] * given[t][others[i / minibatch] * minibatch + i % minibatch];
            }
            for (int i = 0; variances.length > 0 && i < slopes[t].length; i++) {
                int n = i % minibatch;
                variances[n] += (double) slopes[t][i] * slopes[t][i] / units * given[t][n * minibatch + n];
            }
        }
        return this;
    }

    private FloatMatrix rowsOfOthers(float[] matrix) {
        float[] some = new float[matrix.length / minibatch * others.length];
        for (int i = 0; i < some.length; i++) {
            some[i] = matrix[i / others.length * minibatch + others[i % others.length]];
        }
        return FloatMatrix.of(some, others.length);
    }

    /** [columns, minibatch x steps], the steps fastest. */
    private FloatMatrix overTime(float[][] steps, int columns) {
        FloatMatrix turned = FloatMatrix.uninitialized(columns, minibatch * steps.length);
        float[] step = new float[columns * minibatch];
        for (int t = 0; t < steps.length; t++) {
            for (int i = 0; i < step.length; i++) {
                step[i % minibatch * columns + i / minibatch] = steps[t][i];
            }
            for (int n = 0; n < minibatch; n++) {
                turned.putColumns(n * steps.length + t, step, n * columns, 1);
            }
        }
        return turned;
    }

    ExampleCovariance covariance(DataType type) {
        return ExampleCovariance.of(inducing, FloatMatrix.of(sum, minibatch).toArray(type), variances);
    }
}
