package io.github.dl4jep.type;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.window.MaxPoolingKind;
import io.github.dl4jep.window.ResponseNormalization;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.jspecify.annotations.Nullable;

/** The maps of DL4J layers without weights. */
public final class FixedMaps {

    /**
     * What a map is made for.
     *
     * @param shape shape of the input
     * @param maxPooling how maxima are taken
     * @param behind the unit that is applied behind a maximum of its pre-activations; null where activations come in
     * @param place the layer's name and index, for messages
     */
    public record Context(
            ExampleShape shape,
            MaxPoolingKind maxPooling,
            @Nullable Unit behind,
            String place) {

        /**
         * Throws if the input has another number of dimensions.
         *
         * @param rank dimensions beside the channels
         * @throws DL4JInvalidInputException if examples have more or fewer
         */
        public void requireRank(int rank) {
            if (shape.spatialRank() != rank) {
                throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are channels and "
                        + rank + " dimension(s) at " + place
                        + "; set the input type of the network or add a preprocessor");
            }
        }
    }

    /**
     * Makes the map of a layer for inputs of one shape.
     *
     * @param <L> the DL4J layer type
     */
    @FunctionalInterface
    public interface Factory<L extends Layer> {

        /**
         * Makes the map.
         *
         * @param layer the DL4J layer
         * @param site what it is for
         * @return the map
         * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the layer does not take this shape
         */
        FixedMap map(L layer, Context site);
    }

    private FixedMaps() {}

    /**
     * Whether a layer's activations are the largest elements of windows.
     *
     * @param layer a DL4J layer
     * @return true for max pooling of all kinds
     */
    public static boolean isMaximum(Layer layer) {
        return LayerTypes.isMaximum(layer);
    }

    /**
     * The map of a layer.
     *
     * @param <L> the DL4J layer type
     * @param layer a DL4J layer without weights
     * @param context what it is for
     * @return the map
     * @throws UnsupportedOperationException if {@link LayerTypes} has no map for the type
     */
    public static <L extends Layer> FixedMap of(L layer, Context context) {
        if (LayerTypes.find(layer) instanceof FixedType<L> fixed) {
            return fixed.map(layer, context);
        }
        throw new UnsupportedOperationException(
                "there are no moments for the type " + layer.getClass().getSimpleName());
    }

    static FixedMap responseNormalization(LocalResponseNormalization layer, Context site) {
        site.requireRank(2);
        return new ResponseNormalization(
                site.shape(), layer.getK(), (int) layer.getN() / 2, layer.getAlpha(), layer.getBeta());
    }
}
