package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.weight.PriorScale;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A layer type with weights and a unit that becomes an {@link EpWeightedLayer}. Unless it says otherwise it takes columns.
 *
 * @param <L> the layer type
 */
public abstract class WeightedType<L extends Layer> extends LayerType<L> {

    /**
     * A layer type with weights.
     *
     * @param type the DL4J layer class
     */
    protected WeightedType(Class<L> type) {
        super(type);
    }

    /**
     * The layout of the parameters.
     *
     * @param layer a layer of this type
     * @param conf the EP layer that holds it
     * @return the layout
     */
    protected abstract PosteriorLayout parameters(L layer, EpWeightedLayer conf);

    /**
     * The map for the layer's current parameters.
     *
     * @param layer a layer of this type
     * @param conf the EP layer that holds it
     * @param place the layer's name and index, for messages
     * @param parameters the layer's parameter table
     * @return the map
     */
    protected abstract LinearMap map(
            L layer, EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters);

    /**
     * Whether there is a bias.
     *
     * @param layer a layer of this type
     * @return true for a bias
     */
    protected abstract boolean hasBias(L layer);

    /**
     * How many channels the layer reads and has; here those of a {@link FeedForwardLayer}.
     *
     * @param layer a layer of this type
     * @return its channels
     */
    protected LinearMaps.Sizes sizes(L layer) {
        FeedForwardLayer sized = (FeedForwardLayer) layer;
        return new LinearMaps.Sizes(sized.getNIn(), sized.getNOut());
    }

    /** Here that of a {@link FeedForwardLayer}. */
    @Override
    public Layer convert(L layer, ConversionPlace place) {
        FeedForwardLayer original = withActivation((FeedForwardLayer) layer, place);
        return new EpWeightedLayer(original, place.hiddenPrior(), place.gain(original.getActivationFn()));
    }

    /** A copy with the activation that it has under EP, whose settings for gradients are left out. */
    static <L extends FeedForwardLayer> L withActivation(L layer, ConversionPlace place) {
        place.dropGradientSettings(layer);
        IActivation activation = place.activation(layer.getActivationFn());
        @SuppressWarnings("unchecked") // a clone has the type of what it is a clone of
        L original = (L) layer.clone();
        original.setActivationFn(activation);
        return original;
    }

    @Override
    public @Nullable ExampleFormat format(L layer) {
        return ExampleFormat.CHANNELS_FIRST;
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    /**
     * The layout of an array of weights [rows, units] and a bias.
     *
     * @param conf the EP layer, which has the prior
     * @param gain gain of the prior
     * @param groups number of groups of the input, of which a unit sees one
     * @param rows elements of the input in a group
     * @param fanIn how many of them a unit sees at once
     * @param units number of units of all groups
     * @param bias whether there is a bias
     * @return the layout
     */
    protected static PosteriorParamInitializer layout(
            EpWeightedLayer conf, double gain, int groups, long rows, long fanIn, long units, boolean bias) {
        return layout(conf, gain, groups, rows, fanIn, units, bias ? units : 0);
    }

    /**
     * The same with a bias that several units share.
     *
     * @param conf the EP layer, which has the prior
     * @param gain gain of the prior
     * @param groups number of groups of the input, of which a unit sees one
     * @param rows elements of the input in a group
     * @param fanIn how many of them a unit sees at once
     * @param units number of units of all groups
     * @param biases number of biases: units, or those of a group, or 0
     * @return the layout
     */
    protected static PosteriorParamInitializer layout(
            EpWeightedLayer conf, double gain, int groups, long rows, long fanIn, long units, long biases) {
        PriorScale scale = new PriorScale(Math.max(1, fanIn), gain);
        return new PosteriorParamInitializer(conf.getWeightPrior(), scale, groups, rows, units, biases, null, null);
    }
}
