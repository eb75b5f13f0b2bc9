package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.StepCovariance;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What weights see at the steps of sequences, for the covariance of what they make of it.
 *
 * @param mean means of the input, [steps x minibatch, n]
 * @param covariance the covariance of the input
 * @param meanVariance variances of the weights, averaged over units, [n]
 * @param meanSquare squared means of the weights, averaged over units, [n]
 */
public record SeenSteps(INDArray mean, BatchCovariance covariance, INDArray meanVariance, INDArray meanSquare) {

    /** [minibatch, n], scaled so that inner products are covariances due to the weights. */
    float[] scaled(int step, int minibatch) {
        return scaled(mean, meanVariance, step, minibatch);
    }

    static float[] rows(INDArray matrix, int step, int minibatch) {
        float[] rows = new float[minibatch * matrix.columns()];
        FloatMatrix.of(matrix).getRows(step * minibatch, rows, minibatch);
        return rows;
    }

    private static float[] scaled(INDArray matrix, INDArray weight, int step, int minibatch) {
        float[] rows = rows(matrix, step, minibatch);
        float[] factors = Rows.floatColumns(weight);
        for (int column = 0; column < factors.length; column++) {
            float factor = (float) Math.sqrt(factors[column]);
            for (int i = column * minibatch; i < (column + 1) * minibatch; i++) {
                rows[i] *= factor;
            }
        }
        return rows;
    }

    /**
     * What the weights make of the covariance of the input.
     *
     * @return null for an observed input; else blocks as {@link StepCovariance#passedOn} has them
     */
    float @Nullable [][] passedOn(SequenceRows rows, StepCovariance.Pairs pairs) {
        int steps = rows.steps();
        int minibatch = rows.minibatch();
        StepCovariance ofSteps = covariance.steps();
        if (ofSteps != null) {
            return passedOn(ofSteps, rows, pairs);
        }
        ExampleCovariance examples = covariance.examples();
        if (examples.isNone()) {
            return null;
        }
        float[] given = new float[minibatch * minibatch];
        FloatMatrix.of(examples.allPairs()).getRows(0, given, minibatch);
        INDArray gain = covariance.gain();
        INDArray gainRows = rows.gathered(
                gain == null ? null : gain.dup('f').reshape('f', (long) steps * minibatch, meanSquare.length()));
        float[][] blocks = new float[steps][];
        for (int t = 0; t < steps; t++) {
            int from = pairs.areAll() ? 0 : t;
            blocks[t] = new float[(t - from + 1) * given.length];
            for (int earlier = from; earlier <= t; earlier++) {
                float[] block = gainRows == null ? sum(given.length) : gram(gainRows, t, earlier, minibatch);
                for (int i = 0; i < block.length; i++) {
                    blocks[t][(earlier - from) * given.length + i] = block[i] * given[i];
                }
            }
        }
        return blocks;
    }

    private float[][] passedOn(StepCovariance ofSteps, SequenceRows rows, StepCovariance.Pairs pairs) {
        float[] q = Rows.floatColumns(meanSquare);
        if (rows.areAll()) {
            return ofSteps.passedOn(null, q, pairs);
        }
        if (ofSteps instanceof ScatteredSteps scattered && scattered.rows().equals(rows)) {
            return scattered.moved().passedOn(null, q, pairs);
        }
        float[][] blocks = rows.movedPairs(ofSteps.passedOn(null, q, pairs.beforeMove()), true);
        int size = rows.minibatch() * rows.minibatch();
        for (int t = 0; !pairs.areAll() && t < blocks.length; t++) {
            blocks[t] = Arrays.copyOfRange(blocks[t], t * size, (t + 1) * size);
        }
        return blocks;
    }

    private float[] sum(int length) {
        float[] block = new float[length];
        Arrays.fill(block, meanSquare.sumNumber().floatValue());
        return block;
    }

    private float[] gram(INDArray gainRows, int t, int earlier, int minibatch) {
        float[] block = new float[minibatch * minibatch];
        FloatMatrix.of(block, minibatch)
                .assignProduct(
                        FloatMatrix.of(scaled(Objects.requireNonNull(gainRows), meanSquare, t, minibatch), minibatch),
                        false,
                        FloatMatrix.of(scaled(gainRows, meanSquare, earlier, minibatch), minibatch),
                        true,
                        1);
        return block;
    }
}
