package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.WindowPlacement;
import io.github.dl4jep.vertex.Windows;
import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Cnn3DLossLayer;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.jspecify.annotations.Nullable;

/** DL4J's layers with labels at every position of an example, and the number of dimensions of these: one line each. */
public final class OutputPositions {

    private static final Map<Class<? extends FeedForwardLayer>, Integer> SPATIAL_RANK = new LinkedHashMap<>();

    static {
        SPATIAL_RANK.put(RnnLossLayer.class, 1);
        SPATIAL_RANK.put(RnnOutputLayer.class, 1);
        SPATIAL_RANK.put(CnnLossLayer.class, 2);
        SPATIAL_RANK.put(Cnn3DLossLayer.class, 3);
    }

    private OutputPositions() {}

    public static OutputRows rows(EpLossLayer layer) {
        return rows(layer.getOriginal(), layer.getNOut());
    }

    public static OutputRows rows(EpOutputLayer layer) {
        return rows(layer.getOriginal(), layer.getNOut());
    }

    private static OutputRows rows(@Nullable FeedForwardLayer original, long outputs) {
        return original == null
                ? OutputRows.examples(outputs)
                : new OutputRows(DataFormats.of(original), outputs, rank(original));
    }

    private static int rank(FeedForwardLayer original) {
        Integer rank = SPATIAL_RANK.get(original.getClass());
        if (rank == null) {
            throw new UnsupportedOperationException(
                    "the type " + original.getClass().getSimpleName() + " has no labels at every position");
        }
        return rank;
    }

    /** The windows of an output layer's weights: one position each, or null for a dense layer. */
    public static @Nullable WindowPlacement windows(EpOutputLayer layer) {
        FeedForwardLayer original = layer.getOriginal();
        return original == null ? null : Windows.ofOne(rank(original));
    }

    /**
     * Number of outputs at each position.
     *
     * @param inputType type of the input of a loss layer
     * @return its channels
     */
    public static long outputs(InputType inputType) {
        if (inputType instanceof InputType.InputTypeConvolutional images) {
            return images.getChannels();
        }
        if (inputType instanceof InputType.InputTypeConvolutional3D volumes) {
            return volumes.getChannels();
        }
        if (inputType instanceof InputType.InputTypeRecurrent sequences) {
            return sequences.getSize();
        }
        return inputType.arrayElementsPerExample();
    }
}
