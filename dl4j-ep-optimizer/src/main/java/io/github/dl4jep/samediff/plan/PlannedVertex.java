package io.github.dl4jep.samediff.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/** An input, layer or vertex of the definition that a SameDiff graph is read as. A bias and a unit may still join a layer. */
public final class PlannedVertex {

    private final String name;
    private final List<PlannedVertex> inputs;
    private @Nullable Layer layer;
    private final @Nullable GraphVertex vertex;
    private final List<WeightBinding> bindings = new ArrayList<>();
    private boolean shared;

    private PlannedVertex(
            String name, List<PlannedVertex> inputs, @Nullable Layer layer, @Nullable GraphVertex vertex) {
        this.name = name;
        this.inputs = inputs;
        this.layer = layer;
        this.vertex = vertex;
    }

    static PlannedVertex input(String name) {
        return new PlannedVertex(name, List.of(), null, null);
    }

    public static PlannedVertex of(String name, Layer layer, PlannedVertex input) {
        return new PlannedVertex(name, List.of(input), layer, null);
    }

    public static PlannedVertex of(String name, GraphVertex vertex, List<PlannedVertex> inputs) {
        return new PlannedVertex(name, inputs, null, vertex);
    }

    public String name() {
        return name;
    }

    public List<PlannedVertex> inputs() {
        return inputs;
    }

    @Nullable
    public Layer layer() {
        return layer;
    }

    @Nullable
    public GraphVertex vertex() {
        return vertex;
    }

    public List<WeightBinding> bindings() {
        return bindings;
    }

    public void bind(WeightBinding binding) {
        bindings.add(binding);
    }

    public void replaceLayer(Layer replacement) {
        layer = replacement;
    }

    /** Remembers that more than one op reads its activation. */
    public void share() {
        shared = true;
    }

    /** Whether more than one op reads its activation, so that nothing can join it. */
    public boolean isShared() {
        return shared;
    }

    /** Whether it is an input of the plan. */
    public boolean isInput() {
        return layer == null && vertex == null;
    }

    /** Whether it is a linear map that no unit follows yet. */
    public boolean isLinear() {
        return (layer instanceof DenseLayer || layer instanceof ConvolutionLayer)
                && ((BaseLayer) layer).getActivationFn() instanceof ActivationIdentity;
    }

    public boolean hasBias() {
        return (layer instanceof DenseLayer dense && dense.hasBias())
                || (layer instanceof ConvolutionLayer convolution && convolution.hasBias());
    }

    /** Joins a bias to a linear map. */
    public void addBias() {
        if (layer instanceof DenseLayer dense) {
            dense.setHasBias(true);
        } else if (layer instanceof ConvolutionLayer convolution) {
            convolution.setHasBias(true);
        }
    }

    /** Joins a unit to a linear map. */
    public void activate(IActivation activation) {
        ((BaseLayer) Objects.requireNonNull(layer)).setActivationFn(activation);
    }

    /** Whether this vertex is computed from the other, or is it. */
    public boolean dependsOn(PlannedVertex other) {
        return this == other || inputs.stream().anyMatch(input -> input.dependsOn(other));
    }
}
