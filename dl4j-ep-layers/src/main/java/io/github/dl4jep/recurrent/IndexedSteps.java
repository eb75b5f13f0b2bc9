package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.StepCovariance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of rows of weights that are chosen by indices: \( K = \bar s_i\,[i = j] + \bar s_b \) for the indices i and j of two
 * examples at their steps.
 */
public final class IndexedSteps implements StepCovariance {

    private final int[] indices;
    private final int minibatch;
    private final float[] meanVariance;
    private final float bias;
    private final int units;
    private final DataType type;

    /**
     * A covariance.
     *
     * @param indices the index of each row, [steps x minibatch]
     * @param minibatch number of sequences
     * @param meanVariance variances of each row of the weights, averaged over units
     * @param bias mean variance of the biases
     * @param units number of units
     */
    public IndexedSteps(int[] indices, int minibatch, INDArray meanVariance, double bias, int units) {
        this.indices = indices;
        this.minibatch = minibatch;
        this.meanVariance = Rows.floatColumns(meanVariance);
        this.bias = (float) bias;
        this.units = units;
        this.type = meanVariance.dataType();
    }

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs) {
        int size = minibatch * minibatch;
        float[][] blocks = new float[indices.length / minibatch][];
        for (int t = 0; t < blocks.length; t++) {
            int from = pairs.areAll() ? 0 : t;
            blocks[t] = new float[(t - from + 1) * size];
            for (int earlier = from; earlier <= t; earlier++) {
                float[] weight = MappedSteps.weight(gain, q, t, earlier, minibatch);
                for (int i = 0; i < size; i++) {
                    int row = indices[t * minibatch + i % minibatch];
                    boolean same = row == indices[earlier * minibatch + i / minibatch];
                    blocks[t][(earlier - from) * size + i] = weight[i] * (bias + (same ? meanVariance[row] : 0));
                }
            }
        }
        return blocks;
    }

    @Override
    public BatchCovariance last() {
        float[] evenly = new float[units];
        Arrays.fill(evenly, 1f / units);
        float[][] blocks = passedOn(null, evenly, Pairs.EQUAL_STEPS);
        return BatchCovariance.of(
                FloatMatrix.of(blocks[blocks.length - 1], minibatch).toArray(type));
    }

    @Override
    public int units() {
        return units;
    }

    @Override
    public int minibatch() {
        return minibatch;
    }

    @Override
    public DataType type() {
        return type;
    }
}
