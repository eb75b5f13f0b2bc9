package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.ExampleFormat;
import io.github.dl4jep.distribution.ExampleShape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Which DL4J preprocessors only rearrange elements, so that they apply to means and variances alike: one line each. */
public final class PreProcessors {

    private static final Map<Class<?>, Function<InputPreProcessor, Rearrangement.Columns>> REGISTRY =
            new LinkedHashMap<>();

    static {
        register(CnnToFeedForwardPreProcessor.class, p -> new Flattening(DataFormats.of(p)));
        register(Cnn3DToFeedForwardPreProcessor.class, p -> new Flattening(DataFormats.of(p)));
        register(
                FeedForwardToCnnPreProcessor.class,
                p -> new Unflattening(
                        ExampleShape.of(p.getNumChannels(), p.getInputHeight(), p.getInputWidth()),
                        ExampleFormat.CHANNELS_FIRST));
        register(
                FeedForwardToCnn3DPreProcessor.class,
                p -> new Unflattening(
                        ExampleShape.of(p.getNumChannels(), p.getInputDepth(), p.getInputHeight(), p.getInputWidth()),
                        p.isNCDHW() ? ExampleFormat.CHANNELS_FIRST : ExampleFormat.CHANNELS_LAST));
    }

    private PreProcessors() {}

    @SuppressWarnings("unchecked") // the key is the class of what the function takes
    private static <P extends InputPreProcessor> void register(
            Class<P> type, Function<P, Rearrangement.Columns> columns) {
        REGISTRY.put(type, (Function<InputPreProcessor, Rearrangement.Columns>) columns);
    }

    /**
     * Whether a preprocessor can stand in an EP network.
     *
     * @param preProcessor a DL4J preprocessor
     * @return true if its type is registered
     */
    public static boolean supports(InputPreProcessor preProcessor) {
        return REGISTRY.containsKey(preProcessor.getClass());
    }

    /**
     * The names of the registered types, for messages.
     *
     * @return simple class names, sorted
     */
    public static List<String> names() {
        return REGISTRY.keySet().stream().map(Class::getSimpleName).sorted().toList();
    }

    /**
     * The stage of a sweep that a preprocessor becomes.
     *
     * @param preProcessor one of a registered type
     * @return the stage
     * @throws UnsupportedOperationException if the type is not registered
     */
    public static EpLayer stage(InputPreProcessor preProcessor) {
        Function<InputPreProcessor, Rearrangement.Columns> columns = REGISTRY.get(preProcessor.getClass());
        String name = preProcessor.getClass().getSimpleName();
        if (columns == null) {
            throw new UnsupportedOperationException("preprocessor " + name
                    + " may change values, not only their arrangement; apply it to the data instead, supported are "
                    + names());
        }
        return new Rearrangement("preprocessor " + name, columns.apply(preProcessor));
    }

    /** An image as columns, in the order of a format. */
    private record Flattening(ExampleFormat format) implements Rearrangement.Columns {

        @Override
        public ExampleShape outputShape(ExampleShape shape) {
            return ExampleShape.of(shape.length());
        }

        @Override
        public INDArray forward(INDArray matrix, ExampleShape shape) {
            return format.fromChannelsFirst(matrix, shape);
        }

        @Override
        public INDArray back(INDArray matrix, ExampleShape shape) {
            return format.toChannelsFirst(matrix, shape);
        }
    }

    /** Columns as an image; what is an image already stays. */
    private record Unflattening(ExampleShape image, ExampleFormat format) implements Rearrangement.Columns {

        @Override
        public ExampleShape outputShape(ExampleShape shape) {
            boolean fits = shape.spatialRank() == 0 ? shape.length() == image.length() : shape.equals(image);
            if (!fits) {
                throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are " + image
                        + " and [" + image.length() + "]; check the data or the input type of the network");
            }
            return image;
        }

        @Override
        public INDArray forward(INDArray matrix, ExampleShape shape) {
            return shape.spatialRank() == 0 ? format.toChannelsFirst(matrix, image) : matrix;
        }

        @Override
        public INDArray back(INDArray matrix, ExampleShape shape) {
            return shape.spatialRank() == 0 ? format.fromChannelsFirst(matrix, image) : matrix;
        }
    }
}
