package io.github.dl4jep.type;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.Windows;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.jspecify.annotations.Nullable;

/** Labels at every position of an example. */
public final class OutputPositions {

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
        int rank = LayerTypes.labelDimensions(original);
        if (rank == 0) {
            throw new UnsupportedOperationException(
                    "the type " + original.getClass().getSimpleName() + " has no labels at every position");
        }
        return rank;
    }

    /** The windows of an output layer's weights: one position each, or null for a dense layer. */
    public static @Nullable Windows windows(EpOutputLayer layer) {
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
