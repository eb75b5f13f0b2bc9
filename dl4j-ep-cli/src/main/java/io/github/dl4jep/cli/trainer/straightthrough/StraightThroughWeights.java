package io.github.dl4jep.cli.trainer.straightthrough;

import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Rounds a layer's latent weights, in training and in inference; biases pass. Immutable.
 *
 * <p>It is no noise, but DL4J's weight noise has the place of it: the weights that DL4J computes outputs, gradients and errors with
 * are those returned here, while the updater changes the parameters themselves.
 */
public final class StraightThroughWeights implements IWeightNoise {
    private static final long serialVersionUID = 1L;

    /** The values of weights, before scaling. */
    private final DiscreteLevels levels;
    /** c. */
    private final double scale;

    /**
     * Weights of the given levels.
     *
     * @param levels the levels
     * @param scale c, the value of level 1
     * @throws IllegalArgumentException if the scale is not a positive finite number
     */
    @JsonCreator
    public StraightThroughWeights(@JsonProperty("levels") DiscreteLevels levels, @JsonProperty("scale") double scale) {
        if (!(scale > 0) || Double.isInfinite(scale)) {
            throw new IllegalArgumentException(
                    "scale of discrete weights is " + scale + ", allowed are positive finite numbers");
        }
        this.levels = levels;
        this.scale = scale;
    }

    /**
     * The levels.
     *
     * @return the levels
     */
    @JsonProperty("levels")
    public DiscreteLevels levels() {
        return levels;
    }

    /**
     * The value of level 1.
     *
     * @return c
     */
    @JsonProperty("scale")
    public double scale() {
        return scale;
    }

    @Override
    public INDArray getParameter(
            Layer layer, String key, int iteration, int epoch, boolean train, LayerWorkspaceMgr workspaces) {
        INDArray parameter = layer.getParam(key);
        var conf = layer.conf().getLayer();
        return conf.initializer().isWeightParam(conf, key) ? levels.round(parameter, scale) : parameter;
    }

    @Override
    @SuppressWarnings("MethodDoesntCallSuperMethod") // immutable
    public StraightThroughWeights clone() {
        return this;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StraightThroughWeights that
                && levels == that.levels
                && Double.compare(scale, that.scale) == 0;
    }

    @Override
    public int hashCode() {
        return Objects.hash(levels, scale);
    }

    @Override
    public String toString() {
        return levels + "(scale=" + scale + ")";
    }
}
