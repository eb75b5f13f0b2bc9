package io.github.dl4jep.type.linear;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.vertex.LinearMap;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The maps of the DL4J layers that an {@link EpWeightedLayer} holds. */
public final class LinearMaps {

    private LinearMaps() {}

    /**
     * How many channels a layer reads and has.
     *
     * @param inputs channels of its input
     * @param outputs channels of its activation
     */
    public record Sizes(long inputs, long outputs) {}

    /**
     * The sizes of a DL4J layer.
     *
     * @param layer the DL4J layer
     * @return its channels
     */
    public static Sizes sizes(Layer layer) {
        return type(layer).sizes(layer);
    }

    private static <L extends Layer> WeightedType<L> type(L layer) {
        if (LayerTypes.find(layer) instanceof WeightedType<L> weighted) {
            return weighted;
        }
        throw new UnsupportedOperationException(
                "there are no moments for the type " + layer.getClass().getSimpleName());
    }

    /**
     * The layout of a layer's parameters.
     *
     * @param conf the EP layer
     * @return the layout
     * @throws UnsupportedOperationException if {@link LayerTypes} has no map for the type that it holds
     */
    public static PosteriorLayout parameters(EpWeightedLayer conf) {
        return type(conf.getOriginal()).parameters(conf.getOriginal(), conf);
    }

    /**
     * The map of a layer.
     *
     * @param conf the EP layer
     * @param place its name and index, for messages
     * @param parameters its parameter table
     * @return the map for the parameters that there are when it is used
     */
    public static LinearMap map(
            EpWeightedLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return type(conf.getOriginal()).map(conf.getOriginal(), conf, place, parameters);
    }

    /**
     * Whether a layer has a bias.
     *
     * @param conf the EP layer
     * @return true for a bias
     */
    public static boolean hasBias(EpWeightedLayer conf) {
        return type(conf.getOriginal()).hasBias(conf.getOriginal());
    }
}
