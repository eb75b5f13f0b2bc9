package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

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
    private final float[] sum;

    /**
     * What the layer's own weights do.
     *
     * @param seen what they see, scaled by their deviations, [steps][minibatch, n]
     * @param minibatch number of sequences
     * @param units number of units
     * @param slopes from derivatives of a number by the activations at the last step, one for each unit, to those by the pre-activations
     *     at each step, [steps][minibatch, gates x units]
     * @param seed of the signs: another for each batch, and the same in all processes that share one
     */
    LastStepCovariance(float[][] seen, int minibatch, int units, Function<float[], float[][]> slopes, long seed) {
        this.minibatch = minibatch;
        this.units = units;
        this.slopes = slopes.apply(signs(units, seed));
        this.sum = new float[minibatch * minibatch];
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
        float[] gradients = new float[inputs * units * minibatch];
        for (int gate = 0; gate < gates; gate++) {
            for (int example = 0; example < minibatch; example++) {
                float[] gradient = new float[inputs * units];
                FloatMatrix.of(gradient, inputs)
                        .assignProduct(
                                FloatMatrix.of(overTime(seen, 0, inputs, example), inputs),
                                false,
                                FloatMatrix.of(overTime(slopes, gate * units, units, example), units),
                                true,
                                1);
                System.arraycopy(gradient, 0, gradients, example * gradient.length, gradient.length);
            }
            FloatMatrix all = FloatMatrix.of(gradients, inputs * units);
            FloatMatrix.of(sum, minibatch).addProduct(all, true, all, false, 1f / units);
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
            FloatMatrix.of(gram, minibatch).assignProduct(slope, false, slope, true, 1f / units);
            for (int i = 0; i < gram.length; i++) {
                sum[i] += gram[i] * given[t][i];
            }
        }
        return this;
    }

    /** One example's columns at all steps, [columns, steps]. */
    private float[] overTime(float[][] steps, int from, int columns, int example) {
        float[] values = new float[columns * steps.length];
        for (int t = 0; t < steps.length; t++) {
            for (int column = 0; column < columns; column++) {
                values[t * columns + column] = steps[t][(from + column) * minibatch + example];
            }
        }
        return values;
    }

    /** [minibatch, minibatch]. */
    INDArray toArray(DataType type) {
        return FloatMatrix.of(sum, minibatch).toArray(type);
    }
}
