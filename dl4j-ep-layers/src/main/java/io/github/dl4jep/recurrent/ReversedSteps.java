package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.message.StepMask;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of the steps of sequences that were turned round.
 *
 * @param before the covariance of the sequences before
 * @param rows what turned them round
 * @param mask which steps are there, or null for all
 */
public record ReversedSteps(
        StepCovariance before, SequenceRows rows, @Nullable StepMask mask) implements StepCovariance {

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs) {
        INDArray moved = rows.gathered(gain);
        if (!pairs.areAll() && mask == null) {
            float[][] same = before.passedOn(moved, q, Pairs.EQUAL_STEPS);
            float[][] reversed = new float[same.length][];
            for (int t = 0; t < same.length; t++) {
                reversed[t] = same[same.length - 1 - t];
            }
            return reversed;
        }
        float[][] blocks = rows.movedPairs(before.passedOn(moved, q, pairs.beforeMove()), true);
        int size = minibatch() * minibatch();
        for (int t = 0; !pairs.areAll() && t < blocks.length; t++) {
            blocks[t] = Arrays.copyOfRange(blocks[t], t * size, (t + 1) * size);
        }
        return blocks;
    }

    @Override
    public BatchCovariance last() {
        float[] evenly = new float[units()];
        Arrays.fill(evenly, 1f / evenly.length);
        float[][] blocks = passedOn(null, evenly, mask == null ? Pairs.EQUAL_STEPS : Pairs.OF_MOVED_STEPS);
        int examples = minibatch();
        if (mask == null) {
            return BatchCovariance.of(
                    FloatMatrix.of(blocks[blocks.length - 1], examples).toArray(type()));
        }
        float[] last = new float[examples * examples];
        for (int n = 0; n < examples; n++) {
            for (int k = 0; k < examples; k++) {
                int later = Math.max(mask.last(n), mask.last(k));
                int earlier = Math.min(mask.last(n), mask.last(k));
                boolean isLater = mask.last(n) == later;
                if (earlier >= 0) {
                    last[k * examples + n] = isLater
                            ? blocks[later][(earlier * examples + k) * examples + n]
                            : blocks[later][(earlier * examples + n) * examples + k];
                }
            }
        }
        return BatchCovariance.of(FloatMatrix.of(last, examples).toArray(type()));
    }

    @Override
    public int units() {
        return before.units();
    }

    @Override
    public int minibatch() {
        return before.minibatch();
    }

    @Override
    public DataType type() {
        return before.type();
    }
}
