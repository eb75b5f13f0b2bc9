package io.github.dl4jep.message;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The covariance between examples at the steps of sequences, due to weight uncertainty: algorithm, section 3. Row t x minibatch + n is
 * example n at step t. Nothing is computed before it is asked for. The sequences end at the last step; shorter ones begin later.
 */
public interface StepCovariance {

    /** Which pairs of an example and a step are asked for. */
    enum Pairs {
        /** Those of one step. */
        EQUAL_STEPS,
        /** All, of which those will be taken that are of one step when the sequences have been moved: the same numbers as in the first. */
        OF_MOVED_STEPS,
        /** All. */
        ALL;

        /** {@return whether there are pairs of different steps} */
        public boolean areAll() {
            return this != EQUAL_STEPS;
        }

        /** {@return what is asked of sequences that are moved afterwards} */
        public Pairs beforeMove() {
            return this == EQUAL_STEPS ? OF_MOVED_STEPS : this;
        }
    }

    /**
     * What the next weights make of the covariance: \( (D\,diag(q)\,D^T) \circ K \), summed over the terms that the covariance has.
     *
     * @param gain a further gain of every unit, [steps x minibatch, units], or null for 1
     * @param q weight of every unit
     * @param pairs which pairs are asked for
     * @return for each step t a block [minibatch, columns], column by column: the covariance with the examples at step t, or at the
     *     steps 0 to t
     */
    float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs);

    /**
     * The covariance at the last step.
     *
     * @return the message of one activation
     */
    BatchCovariance last();

    /**
     * The number of units.
     *
     * @return units of an activation at one step
     */
    int units();

    /**
     * The number of sequences.
     *
     * @return examples
     */
    int minibatch();

    /**
     * The data type of the network.
     *
     * @return FLOAT or DOUBLE
     */
    DataType type();

    /**
     * The covariance of the activations at equal steps.
     *
     * @return mean over units and steps, [minibatch, minibatch]
     */
    default INDArray mean() {
        float[] evenly = new float[units()];
        Arrays.fill(evenly, 1f / evenly.length);
        float[][] blocks = passedOn(null, evenly, Pairs.EQUAL_STEPS);
        float[] mean = new float[minibatch() * minibatch()];
        for (float[] block : blocks) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += block[i] / blocks.length;
            }
        }
        return Nd4j.createFromArray(mean).reshape('f', minibatch(), minibatch()).castTo(type());
    }

    /**
     * The covariance of all pairs of an example and a step.
     *
     * @return mean over units, [steps x minibatch, steps x minibatch]
     */
    default INDArray pairs() {
        return pairs(InducingExamples.all()).present();
    }

    /**
     * The covariance of pairs of an example and a step.
     *
     * @param inducing pairs with which it is kept
     * @return mean over units, of [steps x minibatch] rows
     */
    default ExampleCovariance pairs(InducingExamples inducing) {
        float[] evenly = new float[units()];
        Arrays.fill(evenly, 1f / evenly.length);
        float[][] blocks = passedOn(null, evenly, Pairs.ALL);
        int rows = blocks.length * minibatch();
        int[] chosen = inducing.numbers(rows);
        float[] columns = new float[Math.multiplyExact(rows, chosen.length)];
        for (int i = 0; i < chosen.length; i++) {
            for (int row = 0; row < rows; row++) {
                columns[i * rows + row] = at(blocks, row, chosen[i]);
            }
        }
        double[] variances = new double[rows];
        for (int row = 0; row < rows; row++) {
            variances[row] = at(blocks, row, row);
        }
        return ExampleCovariance.of(
                inducing, Nd4j.createFromArray(columns).reshape('f', rows, chosen.length), variances);
    }

    /** The covariance of two pairs, from the blocks of {@link #passedOn}. */
    private float at(float[][] blocks, int row, int column) {
        int later = Math.max(row, column);
        int earlier = Math.min(row, column);
        int t = later / minibatch();
        boolean sameStep = earlier / minibatch() == t;
        // Within a step both orders are there.
        int n = sameStep ? row % minibatch() : later % minibatch();
        int from = sameStep ? column : earlier;
        return blocks[t][from * minibatch() + n];
    }

    /**
     * The covariance after a further unit.
     *
     * @param unitGain gain of the unit, [steps x minibatch, units]
     * @return the same covariance, the gain multiplied
     */
    default StepCovariance through(INDArray unitGain) {
        return new GainedSteps(this, unitGain);
    }
}
