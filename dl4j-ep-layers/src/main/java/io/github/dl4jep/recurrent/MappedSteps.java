package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.StepCovariance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of pre-activations whose weights see every step by itself: \( K = x\,diag(\bar s)\,x^T + \bar s_b \) and what the weights
 * make of the covariance of x.
 *
 * @param inputs what the weights see
 * @param minibatch number of sequences
 * @param bias mean variance of the biases
 * @param units number of units
 */
public record MappedSteps(SeenSteps inputs, int minibatch, double bias, int units) implements StepCovariance {

    private int steps() {
        return inputs.mean().rows() / minibatch;
    }

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs) {
        int size = minibatch * minibatch;
        float[][] seen = new float[steps()][];
        for (int t = 0; t < seen.length; t++) {
            seen[t] = inputs.scaled(t, minibatch);
        }
        float[][] given = inputs.passedOn(SequenceRows.all(minibatch, seen.length), pairs);
        float[][] blocks = new float[seen.length][];
        for (int t = 0; t < seen.length; t++) {
            int from = pairs.areAll() ? 0 : t;
            blocks[t] = new float[(t - from + 1) * size];
            for (int earlier = from; earlier <= t; earlier++) {
                float[] k = gram(seen[t], seen[earlier], minibatch);
                float[] weight = weight(gain, q, t, earlier, minibatch);
                int at = (earlier - from) * size;
                for (int i = 0; i < size; i++) {
                    float passedOn = given == null ? 0 : given[t][at + i];
                    blocks[t][at + i] = weight[i] * (k[i] + (float) bias + passedOn);
                }
            }
        }
        return blocks;
    }

    /** D diag(q) D'. */
    static float[] weight(@Nullable INDArray gain, float[] q, int t, int earlier, int minibatch) {
        float[] weight = new float[minibatch * minibatch];
        if (gain != null) {
            float[] now = SeenSteps.rows(gain, t, minibatch);
            for (int i = 0; i < now.length; i++) {
                now[i] *= q[i / minibatch];
            }
            return gram(now, SeenSteps.rows(gain, earlier, minibatch), minibatch);
        }
        float sum = 0;
        for (float each : q) {
            sum += each;
        }
        Arrays.fill(weight, sum);
        return weight;
    }

    private static float[] gram(float[] a, float[] b, int minibatch) {
        float[] product = new float[minibatch * minibatch];
        FloatMatrix.of(product, minibatch)
                .assignProduct(FloatMatrix.of(a, minibatch), false, FloatMatrix.of(b, minibatch), true, 1);
        return product;
    }

    @Override
    public BatchCovariance last() {
        float[] evenly = new float[units];
        Arrays.fill(evenly, 1f / units);
        float[][] blocks = passedOn(null, evenly, Pairs.EQUAL_STEPS);
        return BatchCovariance.of(
                FloatMatrix.of(blocks[blocks.length - 1], minibatch).toArray(type()));
    }

    @Override
    public DataType type() {
        return inputs.mean().dataType();
    }
}
