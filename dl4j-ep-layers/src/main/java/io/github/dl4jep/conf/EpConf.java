package io.github.dl4jep.conf;

import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer;
import org.jspecify.annotations.Nullable;

/** What the configuration of every EP layer answers. */
public interface EpConf {

    /**
     * The DL4J layer that it stands for.
     *
     * @return the layer that it holds, whose type and settings it has; the layer itself if it holds none
     */
    Layer definition();

    /**
     * A layer's configuration without what freezes it. The one place that knows which layers do.
     *
     * @param layer a DL4J layer or an EP layer
     * @return what DL4J's and our own frozen layers wrap; else the layer
     */
    static Layer unfrozen(Layer layer) {
        if (layer instanceof FrozenLayer frozen) {
            return unfrozen(frozen.getLayer());
        }
        return layer instanceof FrozenLayerWithBackprop || layer instanceof EpFrozenLayer
                ? unfrozen(((BaseWrapperLayer) layer).getUnderlying())
                : layer;
    }

    /**
     * The DL4J layer that a configuration means, whether it is frozen, converted or neither.
     *
     * @param layer a DL4J layer or an EP layer
     * @return the DL4J layer; an EP layer where that holds none
     */
    static Layer definition(Layer layer) {
        Layer unfrozen = unfrozen(layer);
        return unfrozen instanceof EpConf converted ? converted.definition() : unfrozen;
    }

    /**
     * The weights of a layer, whether they are frozen or in a wrapper.
     *
     * @param layer any layer
     * @return the EP layer that has the prior, or null for a layer without weights
     */
    static @Nullable EpWeightConf weights(Layer layer) {
        Layer unfrozen = unfrozen(layer);
        if (unfrozen instanceof EpWrapperLayer wrapper) {
            return weights(wrapper.getUnderlying());
        }
        return unfrozen instanceof EpWeightConf weights ? weights : null;
    }
}
