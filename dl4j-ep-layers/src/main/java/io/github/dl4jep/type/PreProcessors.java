package io.github.dl4jep.type;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.type.recurrent.FrameColumns;
import io.github.dl4jep.type.recurrent.StepColumns;
import io.github.dl4jep.vertex.Rearrangement;
import io.github.dl4jep.vertex.Vertex;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What each DL4J preprocessor type means to EP. Those that only rearrange elements apply to means and variances alike: one line each. */
public final class PreProcessors {

    /**
     * What a preprocessor type means.
     *
     * @param columns how it rearranges
     * @param format where the arrays that it takes have their channels
     */
    private record PreProcessorType<P extends InputPreProcessor>(
            Function<P, Rearrangement.Columns> columns, Function<P, ExampleFormat> format) {}

    private static final Map<Class<?>, PreProcessorType<? extends InputPreProcessor>> REGISTRY = new LinkedHashMap<>();

    static {
        register(
                CnnToFeedForwardPreProcessor.class,
                p -> new AtSteps(
                        3,
                        FrameColumns.toSteps(p.getNumChannels(), p.getInputHeight(), p.getInputWidth()),
                        new Flattening(DataFormats.of(p.getFormat()))),
                p -> DataFormats.of(p.getFormat()));
        register(
                Cnn3DToFeedForwardPreProcessor.class,
                p -> new Flattening(ofVolumes(p.isNCDHW())),
                p -> ofVolumes(p.isNCDHW()));
        register(
                FeedForwardToCnnPreProcessor.class,
                p -> new AtSteps(
                        1,
                        FrameColumns.ofSteps(p.getNumChannels(), p.getInputHeight(), p.getInputWidth()),
                        new Unflattening(
                                ExampleShape.of(p.getNumChannels(), p.getInputHeight(), p.getInputWidth()),
                                ExampleFormat.CHANNELS_FIRST)));
        register(
                FeedForwardToCnn3DPreProcessor.class,
                p -> new Unflattening(
                        ExampleShape.of(p.getNumChannels(), p.getInputDepth(), p.getInputHeight(), p.getInputWidth()),
                        ofVolumes(p.isNCDHW())));
        // DL4J moves steps into the minibatch and back. Here they stay, and the layers between see each of them by
        // itself.
        register(
                RnnToFeedForwardPreProcessor.class,
                p -> new StepColumns(true),
                p -> DataFormats.of(p.getRnnDataFormat()));
        register(FeedForwardToRnnPreProcessor.class, p -> new StepColumns(false));
        register(
                RnnToCnnPreProcessor.class,
                p -> FrameColumns.ofSteps(p.getNumChannels(), p.getInputHeight(), p.getInputWidth()),
                p -> DataFormats.of(p.getRnnDataFormat()));
        register(
                CnnToRnnPreProcessor.class,
                p -> FrameColumns.toSteps(p.getNumChannels(), p.getInputHeight(), p.getInputWidth()));
    }

    private PreProcessors() {}

    private static ExampleFormat ofVolumes(boolean channelsFirst) {
        return channelsFirst ? ExampleFormat.CHANNELS_FIRST : ExampleFormat.CHANNELS_LAST;
    }

    /** It takes columns. */
    private static <P extends InputPreProcessor> void register(
            Class<P> type, Function<P, Rearrangement.Columns> columns) {
        register(type, columns, p -> ExampleFormat.CHANNELS_FIRST);
    }

    private static <P extends InputPreProcessor> void register(
            Class<P> type, Function<P, Rearrangement.Columns> columns, Function<P, ExampleFormat> format) {
        REGISTRY.put(type, new PreProcessorType<P>(columns, format));
    }

    @SuppressWarnings("unchecked") // the key is the class of what the functions take
    private static <P extends InputPreProcessor> @Nullable PreProcessorType<P> find(P preProcessor) {
        return (PreProcessorType<P>) REGISTRY.get(preProcessor.getClass());
    }

    /** The format of the arrays that a preprocessor takes; of several in turn that of the first. */
    static ExampleFormat format(InputPreProcessor preProcessor) {
        if (preProcessor instanceof ComposableInputPreProcessor several) {
            return Stream.of(several.getInputPreProcessors())
                    .findFirst()
                    .map(PreProcessors::format)
                    .orElse(ExampleFormat.CHANNELS_FIRST);
        }
        PreProcessorType<InputPreProcessor> type = find(preProcessor);
        return type == null ? ExampleFormat.CHANNELS_FIRST : type.format().apply(preProcessor);
    }

    /**
     * Whether a preprocessor can stand in an EP network.
     *
     * @param preProcessor a DL4J preprocessor
     * @return true if its type is registered
     */
    public static boolean supports(InputPreProcessor preProcessor) {
        if (preProcessor instanceof ComposableInputPreProcessor several) {
            return Stream.of(several.getInputPreProcessors()).allMatch(PreProcessors::supports);
        }
        return REGISTRY.containsKey(preProcessor.getClass());
    }

    /**
     * Why a preprocessor cannot stand in an EP network.
     *
     * @param preProcessor one that is not supported
     * @param place where it stands, put behind its type; may be empty
     * @return the reason and what to do
     */
    public static String refusal(InputPreProcessor preProcessor, String place) {
        if (preProcessor instanceof ComposableInputPreProcessor several) {
            return Stream.of(several.getInputPreProcessors())
                    .filter(part -> !supports(part))
                    .map(part -> refusal(part, place))
                    .collect(Collectors.joining("; "));
        }
        return "preprocessor " + preProcessor.getClass().getSimpleName() + place
                + " may change values, not only their arrangement; apply it to the data instead, supported are "
                + names();
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
     * The vertex that a preprocessor becomes.
     *
     * @param preProcessor one of a registered type
     * @return the vertex
     * @throws UnsupportedOperationException if the type is not supported anywhere
     */
    public static Vertex stage(InputPreProcessor preProcessor) {
        if (!supports(preProcessor)) {
            throw new UnsupportedOperationException(refusal(preProcessor, ""));
        }
        return new Rearrangement("preprocessor " + preProcessor.getClass().getSimpleName(), columns(preProcessor));
    }

    private static Rearrangement.Columns columns(InputPreProcessor preProcessor) {
        if (preProcessor instanceof ComposableInputPreProcessor several) {
            return new InTurn(Stream.of(several.getInputPreProcessors())
                    .map(PreProcessors::columns)
                    .toList());
        }
        return Objects.requireNonNull(find(preProcessor)).columns().apply(preProcessor);
    }

    /** Several rearrangements, one after the other. */
    private record InTurn(List<Rearrangement.Columns> parts) implements Rearrangement.Columns {

        @Override
        public ExampleShape outputShape(ExampleShape shape) {
            ExampleShape next = shape;
            for (Rearrangement.Columns part : parts) {
                next = part.outputShape(next);
            }
            return next;
        }

        @Override
        public INDArray forward(INDArray matrix, ExampleShape shape) {
            INDArray moved = matrix;
            ExampleShape next = shape;
            for (Rearrangement.Columns part : parts) {
                moved = part.forward(moved, next);
                next = part.outputShape(next);
            }
            return moved;
        }

        @Override
        public INDArray back(INDArray matrix, ExampleShape shape) {
            if (parts.isEmpty()) {
                return matrix;
            }
            InTurn rest = new InTurn(parts.subList(1, parts.size()));
            Rearrangement.Columns first = parts.get(0);
            return first.back(rest.back(matrix, first.outputShape(shape)), shape);
        }
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

    /** Images at the steps of sequences, and single ones. */
    private record AtSteps(int rankOfSequences, Rearrangement.Columns sequences, Rearrangement.Columns single)
            implements Rearrangement.Columns {

        private Rearrangement.Columns of(ExampleShape shape) {
            return shape.spatialRank() == rankOfSequences ? sequences : single;
        }

        @Override
        public ExampleShape outputShape(ExampleShape shape) {
            return of(shape).outputShape(shape);
        }

        @Override
        public INDArray forward(INDArray matrix, ExampleShape shape) {
            return of(shape).forward(matrix, shape);
        }

        @Override
        public INDArray back(INDArray matrix, ExampleShape shape) {
            return of(shape).back(matrix, shape);
        }
    }
}
