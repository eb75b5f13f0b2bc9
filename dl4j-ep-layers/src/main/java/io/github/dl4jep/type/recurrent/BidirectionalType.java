package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.conf.EpBidirectionalLayer;
import io.github.dl4jep.map.Concatenation;
import io.github.dl4jep.map.ElementwiseProduct;
import io.github.dl4jep.map.VertexMap;
import io.github.dl4jep.map.WeightedSum;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.vertex.CompositeVertex;
import io.github.dl4jep.vertex.FixedVertex;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.Vertex;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.GravesBidirectionalLSTM;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Two recurrent layers, one of which reads sequences backwards.
 *
 * @param <L> the layer type
 */
@SuppressWarnings("deprecation") // GravesBidirectionalLSTM is kept for old networks
public final class BidirectionalType<L extends Layer> extends LayerType<L> {

    private static final String FORWARD_PREFIX = "forward";
    private static final String BACKWARD_PREFIX = "backward";

    private BidirectionalType(Class<L> type) {
        super(type);
    }

    /**
     * The types.
     *
     * @return DL4J's two layers of two directions
     */
    public static List<BidirectionalType<?>> all() {
        return List.of(
                new BidirectionalType<>(Bidirectional.class), new BidirectionalType<>(GravesBidirectionalLSTM.class));
    }

    /**
     * The layer that reads forwards.
     *
     * @param original a layer of two directions
     * @return a recurrent layer
     */
    public static BaseRecurrentLayer forward(Layer original) {
        return original instanceof Bidirectional two ? recurrent(two.getFwd()) : graves(original);
    }

    /**
     * The layer that reads backwards.
     *
     * @param original a layer of two directions
     * @return a recurrent layer
     */
    public static BaseRecurrentLayer backward(Layer original) {
        return original instanceof Bidirectional two ? recurrent(two.getBwd()) : graves(original);
    }

    private static BaseRecurrentLayer recurrent(Layer inside) {
        if (inside instanceof BaseRecurrentLayer layer && LayerTypes.find(layer) instanceof RecurrentType) {
            return layer;
        }
        throw new UnsupportedOperationException(
                "it wraps a layer of the type " + inside.getClass().getSimpleName() + ", allowed are recurrent layers");
    }

    private static GravesLSTM graves(Layer original) {
        GravesBidirectionalLSTM both = (GravesBidirectionalLSTM) original;
        GravesLSTM one = new GravesLSTM.Builder()
                .activation(both.getActivationFn())
                .gateActivationFunction(both.getGateActivationFn())
                .build();
        one.setLayerName(both.getLayerName());
        one.setNIn(both.getNIn());
        one.setNOut(both.getNOut());
        one.setRnnDataFormat(both.getRnnDataFormat());
        return one;
    }

    private static VertexMap merge(Layer original) {
        Bidirectional.Mode mode = original instanceof Bidirectional two ? two.getMode() : Bidirectional.Mode.ADD;
        return switch (mode) {
            case ADD -> WeightedSum.sum();
            case AVERAGE -> WeightedSum.average();
            case MUL -> new ElementwiseProduct();
            case CONCAT -> new Concatenation();
        };
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        BaseRecurrentLayer first = forward(layer);
        RecurrentType.requireCell(first);
        place.dropGradientSettings(first);
        IActivation activation = place.activation(first.getActivationFn());
        RecurrentRange.warning(activation).ifPresent(place::decided);
        Layer original = layer.clone();
        if (original instanceof Bidirectional two) {
            recurrent(two.getFwd()).setActivationFn(activation);
            recurrent(two.getBwd()).setActivationFn(activation);
        } else {
            ((BaseRecurrentLayer) original).setActivationFn(activation);
        }
        return new EpBidirectionalLayer(
                original, place.recurrentPrior(RecurrentType.hasMemory(first)), place.gain(activation));
    }

    @Override
    public @Nullable ExampleFormat format(L layer) {
        return LayerTypes.format(forward(layer));
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    /**
     * The layout of a layer's parameters.
     *
     * @param conf the EP layer
     * @return the layout
     */
    public static PosteriorLayout parameters(EpBidirectionalLayer conf) {
        Map<String, PosteriorLayout> parts = new LinkedHashMap<>();
        parts.put(FORWARD_PREFIX, conf.forward().initializer());
        parts.put(BACKWARD_PREFIX, conf.backward().initializer());
        return new ChainedParamInitializer(parts);
    }

    /**
     * The vertex of a layer.
     *
     * @param conf the EP layer
     * @param place the layer's name and index, for messages
     * @param parameters the layer's parameter table
     * @return the vertex
     */
    public static CompositeVertex vertex(
            EpBidirectionalLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return composite(
                conf.getOriginal(),
                RecurrentType.vertex(conf.forward(), place, FORWARD_PREFIX, parameters),
                RecurrentType.vertex(conf.backward(), place, BACKWARD_PREFIX, parameters),
                place);
    }

    /**
     * The vertex of a layer, whose draws are the point network.
     *
     * @param conf the EP layer
     * @param place the layer's name and index, for messages
     * @param parameters the layer's parameter table
     * @return a vertex to sample from
     */
    public static CompositeVertex pointVertex(
            EpBidirectionalLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return composite(
                conf.getOriginal(),
                RecurrentType.vertex(conf.forward(), place, FORWARD_PREFIX, parameters)
                        .asPoint(),
                RecurrentType.vertex(conf.backward(), place, BACKWARD_PREFIX, parameters)
                        .asPoint(),
                place);
    }

    private static CompositeVertex composite(
            Layer original, Vertex forwards, Vertex backwards, Supplier<String> place) {
        return new CompositeVertex(
                place,
                1,
                List.of(
                        new GraphNode(forwards, List.of(0)),
                        new GraphNode(new ReversedVertex(place), List.of(0)),
                        new GraphNode(backwards, List.of(2)),
                        new GraphNode(new ReversedVertex(place), List.of(3)),
                        new GraphNode(new FixedVertex(place.get(), merge(original)), List.of(1, 4))));
    }

    /** DL4J's names of the arrays of a direction. */
    private UnaryOperator<String> names(String direction) {
        boolean isGraves = type() == GravesBidirectionalLSTM.class;
        String letter = direction.substring(0, 1);
        return name -> isGraves ? name + letter.toUpperCase(Locale.ROOT) : letter + name;
    }

    @Override
    public void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        for (String direction : List.of(FORWARD_PREFIX, BACKWARD_PREFIX)) {
            RecurrentType.setStock(to, ChainedParamInitializer.part(values, direction), names(direction));
        }
    }

    @Override
    public Map<String, INDArray> stockValues(org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        for (String direction : List.of(FORWARD_PREFIX, BACKWARD_PREFIX)) {
            values.putAll(RecurrentType.stockValues(from, shapes, direction, names(direction)));
        }
        return values;
    }
}
