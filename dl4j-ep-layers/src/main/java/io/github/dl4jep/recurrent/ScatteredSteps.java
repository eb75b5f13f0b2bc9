package io.github.dl4jep.recurrent;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.StepCovariance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of steps that were moved together for a recurrent layer, at the places where they were before.
 *
 * @param moved the covariance of the moved steps
 * @param rows where they were
 */
record ScatteredSteps(StepCovariance moved, SequenceRows rows) implements StepCovariance {

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs) {
        float[][] blocks = rows.movedPairs(moved.passedOn(rows.gathered(gain), q, pairs.beforeMove()), false);
        if (pairs.areAll()) {
            return blocks;
        }
        int size = minibatch() * minibatch();
        float[][] same = new float[blocks.length][];
        for (int t = 0; t < blocks.length; t++) {
            same[t] = Arrays.copyOfRange(blocks[t], t * size, (t + 1) * size);
        }
        return same;
    }

    @Override
    public BatchCovariance last() {
        return moved.last();
    }

    @Override
    public int units() {
        return moved.units();
    }

    @Override
    public int minibatch() {
        return moved.minibatch();
    }

    @Override
    public DataType type() {
        return moved.type();
    }
}
