package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import java.util.SplittableRandom;
import java.util.function.IntFunction;

/**
 * How far the activations at all steps move, to first order, when the weights of a recurrent layer move in directions drawn at random:
 * own.
 *
 * <p>A direction moves every weight by its deviation, up or down. What a weight does at all steps adds up: with what the weights see,
 * \( a_t \), a direction \( \Xi \) of signs and the mean recurrent weights M, the pre-activations move by \( du_t = a_t\,diag(\sqrt{\bar
 * s})\,\Xi + dh_{t-1} M \), and the activations by the gains of the cell. The mean over directions of \( dh\,dh^T \) is the covariance of
 * all pairs of an example and a step, with all terms between steps; every unit of every direction counts, so few directions do.
 */
final class DrawnDirections {

    /** A covariance is a mean over at least so many units of directions. */
    private static final int LEAST_UNITS = 256;

    private final int draws;
    /** By step, [minibatch, draws x units]. */
    private final float[][] moves;

    /**
     * Draws directions and moves weights along them.
     *
     * @param seen what the weights see, scaled by their deviations, [steps][minibatch, n]
     * @param gains first-order answers of the cell, by step
     * @param recurrentMean means of the recurrent weights, [units, gates x units]
     * @param minibatch number of sequences
     * @param seed of the signs
     */
    DrawnDirections(
            float[][] seen,
            IntFunction<Cell.Gains> gains,
            FloatMatrix recurrentMean,
            int minibatch,
            int units,
            long seed) {
        this.draws = (LEAST_UNITS + units - 1) / units;
        this.moves = new float[seen.length][minibatch * draws * units];
        SplittableRandom random = new SplittableRandom(seed);
        int columns = gains.apply(0).memory == null ? units : 4 * units;
        int inputs = seen[0].length / minibatch;
        for (int draw = 0; draw < draws; draw++) {
            FloatMatrix direction = FloatMatrix.of(signs(random, inputs * columns), inputs);
            float[] activation = new float[minibatch * units];
            float[] memory = new float[minibatch * units];
            for (int t = 0; t < seen.length; t++) {
                float[] preActivations = new float[minibatch * columns];
                FloatMatrix u = FloatMatrix.of(preActivations, minibatch);
                u.assignProduct(FloatMatrix.of(seen[t], minibatch), false, direction, false, 1);
                if (t > 0) {
                    u.addProduct(FloatMatrix.of(activation, minibatch), false, recurrentMean, false, 1);
                }
                activation = gains.apply(t).move(preActivations, memory);
                System.arraycopy(activation, 0, moves[t], draw * activation.length, activation.length);
            }
        }
    }

    private static float[] signs(SplittableRandom random, int length) {
        float[] signs = new float[length];
        for (int i = 0; i < length; i++) {
            signs[i] = random.nextBoolean() ? 1 : -1;
        }
        return signs;
    }

    /** How far the activations move at a step, [minibatch, draws x units]. */
    float[] at(int step) {
        return moves[step];
    }

    /** Weights of units, repeated for every direction, so that a sum over them is a mean over directions. */
    float[] repeated(float[] q) {
        float[] all = new float[draws * q.length];
        for (int i = 0; i < all.length; i++) {
            all[i] = q[i % q.length] / draws;
        }
        return all;
    }
}
