package io.github.dl4jep.type;

import io.github.dl4jep.map.ChannelSubset;
import io.github.dl4jep.map.Concatenation;
import io.github.dl4jep.map.ElementwiseMax;
import io.github.dl4jep.map.ElementwiseProduct;
import io.github.dl4jep.map.EuclideanDistance;
import io.github.dl4jep.map.L2Normalization;
import io.github.dl4jep.map.Stacking;
import io.github.dl4jep.map.Unstacking;
import io.github.dl4jep.map.VertexMap;
import io.github.dl4jep.map.WeightedSum;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.type.recurrent.LastStepVertex;
import io.github.dl4jep.type.recurrent.RepeatedVertex;
import io.github.dl4jep.type.recurrent.ReversedVertex;
import io.github.dl4jep.vertex.FixedVertex;
import io.github.dl4jep.vertex.Rearrangement;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.window.FirstRowAndColumnDropped;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.L2NormalizeVertex;
import org.deeplearning4j.nn.conf.graph.L2Vertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PoolHelperVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.graph.ReshapeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.deeplearning4j.nn.conf.graph.StackVertex;
import org.deeplearning4j.nn.conf.graph.SubsetVertex;
import org.deeplearning4j.nn.conf.graph.UnstackVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.graph.rnn.ReverseTimeSeriesVertex;
import org.jspecify.annotations.Nullable;

/** What each vertex type of a DL4J graph, other than layers, means to EP: one registration line each. */
public final class EpVertices {

    /**
     * Makes the vertex of a sweep.
     *
     * @param <V> the DL4J vertex configuration
     */
    @FunctionalInterface
    private interface Factory<V extends GraphVertex> {

        /**
         * Makes it.
         *
         * @param vertex the DL4J vertex
         * @param place its name, for messages
         * @return the vertex
         * @throws UnsupportedOperationException if a setting has no moments
         */
        Vertex of(V vertex, String place);
    }

    /**
     * What a vertex makes of a number that each of its inputs has.
     *
     * @param <V> the DL4J vertex configuration
     * @param <N> the number
     */
    @FunctionalInterface
    private interface Count<V extends GraphVertex, N> {

        /**
         * The number of the activation.
         *
         * @param vertex the DL4J vertex
         * @param inputs the number of each input
         * @return the number of its activation
         */
        N of(V vertex, List<N> inputs);
    }

    /**
     * What a vertex type means.
     *
     * @param factory makes the vertex of a sweep
     * @param rows its rows, of those of its inputs
     * @param channels its channels, of those of its inputs; 0 where they are not known
     */
    private record VertexType<V extends GraphVertex>(
            Factory<V> factory, Count<V, Double> rows, Count<V, Long> channels) {}

    private static final Map<Class<? extends GraphVertex>, VertexType<? extends GraphVertex>> REGISTRY =
            new LinkedHashMap<>();

    static {
        register(ElementWiseVertex.class, (vertex, place) -> new FixedVertex(place, elementwise(vertex)));
        register(
                MergeVertex.class,
                (vertex, place) -> new FixedVertex(place, new Concatenation()),
                (vertex, rows) -> rows.get(0),
                (vertex, channels) ->
                        channels.stream().mapToLong(Long::longValue).sum());
        register(
                SubsetVertex.class,
                (vertex, place) ->
                        new FixedVertex(place, VertexMap.of(new ChannelSubset(vertex.getFrom(), vertex.getTo()))),
                (vertex, rows) -> rows.get(0),
                (vertex, channels) -> vertex.getTo() - vertex.getFrom() + 1L);
        register(
                ScaleVertex.class,
                (vertex, place) -> new FixedVertex(place, WeightedSum.scale(vertex.getScaleFactor())));
        register(
                ShiftVertex.class,
                (vertex, place) -> new FixedVertex(place, WeightedSum.shift(vertex.getShiftFactor())));
        register(
                StackVertex.class,
                (vertex, place) -> new FixedVertex(place, new Stacking()),
                (vertex, rows) -> rows.stream().mapToDouble(Double::doubleValue).sum(),
                (vertex, channels) -> channels.get(0));
        register(
                UnstackVertex.class,
                (vertex, place) ->
                        new FixedVertex(place, VertexMap.of(new Unstacking(vertex.getFrom(), vertex.getStackSize()))),
                (vertex, rows) -> rows.get(0) / vertex.getStackSize(),
                (vertex, channels) -> channels.get(0));
        register(L2NormalizeVertex.class, EpVertices::normalization);
        register(
                L2Vertex.class,
                (vertex, place) -> new FixedVertex(place, new EuclideanDistance()),
                (vertex, rows) -> rows.get(0),
                (vertex, channels) -> 1L);
        register(
                PoolHelperVertex.class,
                (vertex, place) -> new FixedVertex(place, VertexMap.of(new FirstRowAndColumnDropped())));
        register(PreprocessorVertex.class, (vertex, place) -> PreProcessors.stage(vertex.getPreProcessor()));
        register(ReshapeVertex.class, EpVertices::reshape);
        register(LastTimeStepVertex.class, (vertex, place) -> new LastStepVertex(() -> place));
        register(DuplicateToTimeSeriesVertex.class, (vertex, place) -> new RepeatedVertex(() -> place));
        register(ReverseTimeSeriesVertex.class, (vertex, place) -> new ReversedVertex(() -> place));
    }

    private EpVertices() {}

    /** A vertex that leaves rows and channels as those of its first input. */
    private static <V extends GraphVertex> void register(Class<V> type, Factory<V> factory) {
        register(type, factory, (vertex, rows) -> rows.get(0), (vertex, channels) -> channels.get(0));
    }

    private static <V extends GraphVertex> void register(
            Class<V> type, Factory<V> factory, Count<V, Double> rows, Count<V, Long> channels) {
        REGISTRY.put(type, new VertexType<>(factory, rows, channels));
    }

    @SuppressWarnings("unchecked") // register ties type and class together
    private static <V extends GraphVertex> @Nullable VertexType<V> find(V vertex) {
        return (VertexType<V>) REGISTRY.get(vertex.getClass());
    }

    /**
     * The vertex of a sweep that a DL4J vertex becomes.
     *
     * @param vertex a DL4J vertex that is no layer
     * @param name its name in the graph
     * @return the vertex
     * @throws UnsupportedOperationException if its type or a setting has no moments; the message says why
     */
    public static Vertex of(GraphVertex vertex, String name) {
        return make(vertex, "vertex \"" + name + "\" (" + vertex.getClass().getSimpleName() + ")");
    }

    private static <V extends GraphVertex> Vertex make(V vertex, String place) {
        VertexType<V> type = find(vertex);
        if (type == null) {
            throw new UnsupportedOperationException("there are no moments for the type "
                    + vertex.getClass().getSimpleName() + ", supported are "
                    + REGISTRY.keySet().stream()
                            .map(Class::getSimpleName)
                            .sorted()
                            .toList());
        }
        return type.factory().of(vertex, place);
    }

    private static VertexMap elementwise(ElementWiseVertex vertex) {
        return switch (vertex.getOp()) {
            case Add -> WeightedSum.sum();
            case Subtract -> WeightedSum.difference();
            case Average -> WeightedSum.average();
            case Product -> new ElementwiseProduct();
            case Max -> new ElementwiseMax();
        };
    }

    private static Vertex normalization(L2NormalizeVertex vertex, String place) {
        int[] dimensions = vertex.getDimension();
        if (dimensions != null && dimensions.length > 0 && !Arrays.equals(dimensions, new int[] {1})) {
            throw new UnsupportedOperationException("it normalizes over the dimensions " + Arrays.toString(dimensions)
                    + ", supported is the whole example: use new L2NormalizeVertex()");
        }
        VertexMap whole = VertexMap.of(new L2Normalization(vertex.getEps()));
        boolean columnsOnly = dimensions != null && dimensions.length > 0;
        return new FixedVertex(place, inputs -> {
            ExampleShape shape = inputs.get(0).moments().shape();
            if (columnsOnly && shape.spatialRank() > 0) {
                throw new IllegalArgumentException("it normalizes over dimension 1 of examples of shape " + shape
                        + ", supported is the whole example: use new L2NormalizeVertex()");
            }
            return whole.forward(inputs);
        });
    }

    private static Vertex reshape(ReshapeVertex vertex, String place) {
        int[] newShape = vertex.getNewShape();
        if (vertex.getReshapeOrder() != 'c' || newShape.length < 2) {
            throw new UnsupportedOperationException("it reshapes to " + Arrays.toString(newShape) + " in order '"
                    + vertex.getReshapeOrder() + "', supported are [minibatch, ...] in order 'c'");
        }
        return new Rearrangement(place, shape -> reshaped(shape, newShape, place));
    }

    /** The new shape of one example; a size of -1 is what is left. */
    private static ExampleShape reshaped(ExampleShape before, int[] newShape, String place) {
        long[] dims = Arrays.stream(newShape).skip(1).asLongStream().toArray();
        long known = 1;
        int free = -1;
        for (int i = 0; i < dims.length; i++) {
            if (dims[i] == -1) {
                free = i;
            } else {
                known *= dims[i];
            }
        }
        if (free >= 0) {
            dims[free] = before.length() / known;
            known *= dims[free];
        }
        if (known != before.length()) {
            throw new DL4JInvalidInputException("An example has shape " + before + ", which cannot be read as "
                    + Arrays.toString(newShape) + " at " + place
                    + "; the number of rows must stay, so the other sizes must multiply to " + before.length());
        }
        return ExampleShape.of(dims);
    }

    /**
     * By how much a vertex changes the number of rows.
     *
     * @param vertex a DL4J vertex
     * @param rows rows of each input, in units of the network's minibatch
     * @return rows of its activation in the same unit
     */
    public static double rows(GraphVertex vertex, List<Double> rows) {
        VertexType<GraphVertex> type = find(vertex);
        return type == null ? rows.get(0) : type.rows().of(vertex, rows);
    }

    /**
     * How many channels a vertex has.
     *
     * @param vertex a DL4J vertex
     * @param channels channels of each input, at least one; 0 where they are not known
     * @return channels of its activation
     */
    public static long channels(GraphVertex vertex, List<Long> channels) {
        VertexType<GraphVertex> type = find(vertex);
        return type == null ? channels.get(0) : type.channels().of(vertex, channels);
    }
}
