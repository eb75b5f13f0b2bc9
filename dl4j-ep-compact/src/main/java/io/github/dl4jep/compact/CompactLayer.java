package io.github.dl4jep.compact;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One dense layer: potentials = input * weights + bias, then the unit. Immutable.
 *
 * <p>Discrete weights are signs times a positive scale, one scale per layer or one per output. Limits: 2^24 inputs, 2^24 outputs,
 * 2^24 continuous weights; discrete weights as many as one array of packed bits can hold (2^36).
 *
 * <p>Quality: Preview.
 */
public final class CompactLayer {

    /** Largest number of inputs, of outputs, and of continuous weights of one layer. */
    static final int MOST = 1 << 24;

    private final WeightKind kind;
    private final CompactUnit unit;
    private final int inputs;
    private final int outputs;
    private final Weights weights;
    private final double @Nullable [] bias;

    CompactLayer(CompactUnit unit, int inputs, int outputs, Weights weights, double @Nullable [] bias) {
        this.kind = weights.kind();
        this.unit = unit;
        this.inputs = inputs;
        this.outputs = outputs;
        this.weights = weights;
        this.bias = bias;
    }

    /**
     * A layer with the weights scale * sign. It is binary if no sign is 0, else ternary.
     *
     * @param signs [inputs][outputs], each -1, 0 or 1; copied
     * @param scales [1] for the layer or [outputs], positive, up to 1e100; copied
     * @param bias [outputs], of size up to 1e100, or null for none; copied
     * @param unit what it makes of its potentials
     * @return the layer
     * @throws IllegalArgumentException if a value is outside what is said above
     */
    public static CompactLayer discrete(byte[][] signs, double[] scales, double @Nullable [] bias, CompactUnit unit) {
        int outputs = signs.length == 0 ? 0 : signs[0].length;
        LayerChecks.dimensions(signs.length, outputs);
        LayerChecks.discreteSize(signs.length, outputs);
        LayerChecks.scales(scales, outputs);
        LayerChecks.bias(bias, outputs);
        return new CompactLayer(
                unit,
                signs.length,
                outputs,
                DiscreteWeights.of(signs, scales.clone()),
                bias == null ? null : bias.clone());
    }

    /**
     * A layer with any weights. Only an output layer can have them.
     *
     * @param weights [inputs][outputs], finite; copied
     * @param bias [outputs], of size up to 1e100, or null for none; copied
     * @param unit what it makes of its potentials
     * @return the layer
     * @throws IllegalArgumentException if a value is outside what is said above
     */
    public static CompactLayer continuous(float[][] weights, double @Nullable [] bias, CompactUnit unit) {
        int outputs = weights.length == 0 ? 0 : weights[0].length;
        LayerChecks.dimensions(weights.length, outputs);
        LayerChecks.continuousSize(weights.length, outputs);
        LayerChecks.bias(bias, outputs);
        return new CompactLayer(
                unit, weights.length, outputs, ContinuousWeights.of(weights), bias == null ? null : bias.clone());
    }

    /**
     * What its weights can be.
     *
     * @return the kind
     */
    public WeightKind kind() {
        return kind;
    }

    /**
     * What it makes of its potentials.
     *
     * @return the unit
     */
    public CompactUnit unit() {
        return unit;
    }

    /**
     * Length of its input.
     *
     * @return number of inputs
     */
    public int inputs() {
        return inputs;
    }

    /**
     * Length of its output.
     *
     * @return number of units
     */
    public int outputs() {
        return outputs;
    }

    /**
     * Whether it has a bias.
     *
     * @return true if so
     */
    public boolean hasBias() {
        return bias != null;
    }

    /**
     * One bias.
     *
     * @param output which unit, from 0
     * @return its bias, 0 where the layer has none
     */
    public double bias(int output) {
        Objects.checkIndex(output, outputs);
        return bias == null ? 0 : bias[output];
    }

    /**
     * One weight.
     *
     * @param input which input, from 0
     * @param output which unit, from 0
     * @return the weight, scale included
     */
    public double weight(int input, int output) {
        Objects.checkIndex(input, inputs);
        Objects.checkIndex(output, outputs);
        return weights.get(input, output);
    }

    Weights weights() {
        return weights;
    }

    LayerForward forward() {
        if (weights instanceof DiscreteWeights discrete) {
            return new DiscreteForward(this, discrete);
        }
        return new ContinuousForward(this);
    }

    @Override
    public String toString() {
        return inputs + " -> " + outputs + ' ' + kind + (hasBias() ? " with bias, " : ", ") + unit;
    }
}
