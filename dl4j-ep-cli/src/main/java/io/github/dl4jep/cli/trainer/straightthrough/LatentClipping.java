package io.github.dl4jep.cli.trainer.straightthrough;

import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Clips latent weights to [-1, 1] after every update. Beyond that range a latent weight has no effect on the rounded one; without
 * the clipping it would only take ever longer to come back.
 */
public final class LatentClipping implements LayerConstraint {
    private static final long serialVersionUID = 1L;

    /** Names of the parameters that are clipped. */
    @JsonProperty("params")
    private Set<String> params;

    /** Clips nothing yet; DL4J sets the names. Also for Jackson. */
    public LatentClipping() {
        this(Set.of());
    }

    /**
     * Clips the given parameters.
     *
     * @param params their names
     */
    public LatentClipping(Set<String> params) {
        this.params = new TreeSet<>(params);
    }

    @Override
    public void applyConstraint(Layer layer, int iteration, int epoch) {
        for (String name : params) {
            INDArray latent = layer.getParam(name);
            Transforms.max(Transforms.min(latent, 1, false), -1, false);
        }
    }

    @Override
    public void setParams(Set<String> params) {
        this.params = new TreeSet<>(params);
    }

    @Override
    public Set<String> getParams() {
        return new TreeSet<>(params);
    }

    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod") // DL4J's LayerConstraint declares no exception
    public LatentClipping clone() {
        return new LatentClipping(params);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LatentClipping that && params.equals(that.params);
    }

    @Override
    public int hashCode() {
        return params.hashCode();
    }
}
