package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights by which gates of a unit see its own memory, one for each gate and unit, and what one batch says about them. For one
 * batch: messages add up over its steps.
 *
 * <p>Shape of the weights: [1, 3 x units], for f, o and i.
 */
public final class Peepholes {

    static final int FORGET = 0;
    static final int OUTPUT = 1;
    static final int INPUT = 2;

    private final float[] mean;
    private final float[] variance;
    private final float[] shift;
    private final float[] curvature;

    /**
     * Weights for one batch.
     *
     * @param weights moments, [1, 3 x units]
     */
    public Peepholes(WeightMoments weights) {
        this(Rows.floatColumns(weights.mean()), Rows.floatColumns(weights.variance()));
    }

    private Peepholes(float[] mean, float[] variance) {
        this.mean = mean;
        this.variance = variance;
        this.shift = new float[mean.length];
        this.curvature = new float[mean.length];
    }

    /**
     * Known weights.
     *
     * @param values [1, 3 x units]
     * @return weights without variance
     */
    public static Peepholes of(INDArray values) {
        float[] known = Rows.floatColumns(values);
        return new Peepholes(known, new float[known.length]);
    }

    /**
     * What the batch says about the weights.
     *
     * @param type data type
     * @return the site, [1, 3 x units]
     */
    public WeightSite site(DataType type) {
        return new WeightSite(
                FloatMatrix.of(shift, 1).toArray(type),
                FloatMatrix.of(curvature, 1).toArray(type));
    }

    private int minibatch(StepMoments memory) {
        return memory.mean.length * 3 / mean.length;
    }

    /** Adds the moments of p c to those of a gate whose elements begin at an offset. */
    void add(int gate, StepMoments memory, StepMoments u, int offset) {
        int minibatch = minibatch(memory);
        int first = gate * (mean.length / 3);
        for (int j = 0; j < memory.mean.length; j++) {
            float p = mean[first + j / minibatch];
            float s = variance[first + j / minibatch];
            u.mean[offset + j] += p * memory.mean[j];
            u.variance[offset + j] += p * p * memory.variance[j] + s * memory.square(j);
        }
    }

    /** Adds p c to a gate whose elements begin at an offset. */
    void addValues(int gate, float[] memory, float[] u, int offset) {
        int minibatch = memory.length * 3 / mean.length;
        int first = gate * (mean.length / 3);
        for (int j = 0; j < memory.length; j++) {
            u[offset + j] += mean[first + j / minibatch] * memory[j];
        }
    }

    /** Takes the message at a gate to the weights, and adds it to that at the memory. */
    void back(int gate, StepMoments memory, StepMessage u, int offset, StepMessage atMemory) {
        int minibatch = minibatch(memory);
        int first = gate * (mean.length / 3);
        for (int j = 0; j < memory.mean.length; j++) {
            int weight = first + j / minibatch;
            float z = u.shift[offset + j];
            float g = u.curvature[offset + j];
            shift[weight] += memory.mean[j] * z;
            curvature[weight] += memory.square(j) * g;
            atMemory.shift[j] += mean[weight] * z;
            atMemory.curvature[j] += (mean[weight] * mean[weight] + variance[weight]) * g;
        }
    }
}
