package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.conf.EpRecurrentLayer;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.recurrent.Cell;
import io.github.dl4jep.recurrent.LstmCell;
import io.github.dl4jep.recurrent.Peepholes;
import io.github.dl4jep.recurrent.SimpleCell;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.LayerType;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.StockArrays;
import io.github.dl4jep.unit.LogisticUnit;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.weight.PriorScale;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A layer whose weights see the input and its own activation of the step before.
 *
 * <p>Weights of the input {@code W}, of the activation before {@code recurrentW} and of the memory {@code peepholeW}; a unit sees all of
 * them, so they share the scale of the prior.
 *
 * @param <L> the layer type
 */
public final class RecurrentType<L extends BaseRecurrentLayer> extends LayerType<L> {

    private static final String RECURRENT_PREFIX = "recurrent";
    private static final String PEEPHOLE_PREFIX = "peephole";

    /** How a layer's cell is made. */
    @FunctionalInterface
    private interface CellFactory<L> {

        Cell of(L layer, @Nullable Peepholes peepholes);
    }

    private final CellFactory<L> cell;
    private final int gates;
    private final boolean hasPeepholes;

    private RecurrentType(Class<L> type, int gates, boolean hasPeepholes, CellFactory<L> cell) {
        super(type);
        this.gates = gates;
        this.hasPeepholes = hasPeepholes;
        this.cell = cell;
    }

    /**
     * The types.
     *
     * @return simple recurrent layers and two kinds of LSTM
     */
    @SuppressWarnings("deprecation") // GravesLSTM is kept for old networks
    public static List<RecurrentType<?>> all() {
        return List.of(
                new RecurrentType<>(SimpleRnn.class, 1, false, (l, p) -> new SimpleCell(unit(l.getActivationFn()))),
                new RecurrentType<>(LSTM.class, 4, false, RecurrentType::lstm),
                new RecurrentType<>(GravesLSTM.class, 4, true, RecurrentType::lstm));
    }

    private static Cell lstm(AbstractLSTM layer, @Nullable Peepholes peepholes) {
        return new LstmCell(unit(layer.getActivationFn()), unit(layer.getGateActivationFn()), peepholes);
    }

    /** A closed form for what nearly all cells use: a cell has many units at every step. */
    private static Unit unit(IActivation activation) {
        if (activation instanceof ActivationSigmoid) {
            return LogisticUnit.sigmoid();
        }
        return activation instanceof ActivationTanH ? LogisticUnit.tanh() : Units.of(activation);
    }

    private static <L extends BaseRecurrentLayer> RecurrentType<L> of(L layer) {
        if (LayerTypes.find(layer) instanceof RecurrentType<L> type) {
            return type;
        }
        throw new UnsupportedOperationException(
                "there are no moments for the type " + layer.getClass().getSimpleName());
    }

    @Override
    public Layer convert(L layer, ConversionPlace place) {
        requireCell(layer);
        place.dropGradientSettings(layer);
        IActivation activation = place.activation(layer.getActivationFn());
        RecurrentRange.warning(activation).ifPresent(place::decided);
        BaseRecurrentLayer original = (BaseRecurrentLayer) layer.clone();
        original.setActivationFn(activation);
        return new EpRecurrentLayer(original, place.recurrentPrior(hasMemory(layer)), place.gain(activation));
    }

    static boolean hasMemory(BaseRecurrentLayer layer) {
        return of(layer).cell.of(layer, null).hasMemory();
    }

    /** Throws if a layer's cell has no moments. */
    static void requireCell(BaseRecurrentLayer layer) {
        if (layer instanceof SimpleRnn simple && simple.hasLayerNorm()) {
            throw new UnsupportedOperationException("layer normalization has no moments here; set hasLayerNorm(false)");
        }
        if (layer instanceof AbstractLSTM gated) {
            Units.of(gated.getGateActivationFn());
            RecurrentRange.requireGate(gated.getGateActivationFn());
        }
    }

    @Override
    public ExampleFormat format(L layer) {
        return DataFormats.of(layer.getRnnDataFormat());
    }

    @Override
    public int linearMaps() {
        return 1;
    }

    private static PosteriorParamInitializer part(EpRecurrentLayer conf, long rows, long columns, boolean hasBias) {
        PriorScale scale = new PriorScale(Math.max(1, conf.getNIn() + conf.getNOut()), conf.gain());
        return new PosteriorParamInitializer(conf.getWeightPrior(), scale, rows, columns, hasBias, null);
    }

    /** Forget gates start as the layer says (DL4J's default is 1), so that a memory keeps what it holds from the first batch on. */
    private PosteriorParamInitializer input(EpRecurrentLayer conf) {
        PosteriorParamInitializer input = part(conf, conf.getNIn(), gates * conf.getNOut(), true);
        if (conf.getOriginal() instanceof AbstractLSTM gated) {
            int units = Math.toIntExact(conf.getNOut());
            double[] means = new double[gates * units];
            // DL4J's order: input of the memory, forget gate, output gate, input gate.
            Arrays.fill(means, units, 2 * units, gated.getForgetGateBiasInit());
            return input.startingBiasesAt(means);
        }
        return input;
    }

    private PosteriorParamInitializer recurrent(EpRecurrentLayer conf) {
        return part(conf, conf.getNOut(), gates * conf.getNOut(), false);
    }

    private static PosteriorParamInitializer peepholes(EpRecurrentLayer conf) {
        return part(conf, 1, 3 * conf.getNOut(), false);
    }

    /**
     * The layout of a layer's parameters.
     *
     * @param conf the EP layer
     * @return the layout
     */
    public static PosteriorLayout parameters(EpRecurrentLayer conf) {
        return of(conf.getOriginal()).layout(conf);
    }

    private PosteriorLayout layout(EpRecurrentLayer conf) {
        Map<String, PosteriorLayout> parts = new LinkedHashMap<>();
        parts.put("", input(conf));
        parts.put(RECURRENT_PREFIX, recurrent(conf));
        if (hasPeepholes) {
            parts.put(PEEPHOLE_PREFIX, peepholes(conf));
        }
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
    public static RecurrentVertex vertex(
            EpRecurrentLayer conf, Supplier<String> place, Supplier<Map<String, INDArray>> parameters) {
        return vertex(conf, place, "", parameters);
    }

    /** The vertex of a layer whose parameters have a common prefix. */
    static RecurrentVertex vertex(
            EpRecurrentLayer conf, Supplier<String> place, String prefix, Supplier<Map<String, INDArray>> parameters) {
        return vertex(conf.getOriginal(), conf, place, prefix, parameters);
    }

    private static <L extends BaseRecurrentLayer> RecurrentVertex vertex(
            L original,
            EpRecurrentLayer conf,
            Supplier<String> place,
            String prefix,
            Supplier<Map<String, INDArray>> parameters) {
        RecurrentType<L> type = of(original);
        return new RecurrentVertex(
                conf.getNIn(),
                peepholes -> type.cell.of(original, peepholes),
                weights(place, prefix, type.input(conf), parameters),
                weights(place, prefix + RECURRENT_PREFIX, type.recurrent(conf), parameters),
                type.hasPeepholes ? weights(place, prefix + PEEPHOLE_PREFIX, peepholes(conf), parameters) : null);
    }

    private static LayerWeights weights(
            Supplier<String> place,
            String prefix,
            PosteriorParamInitializer layout,
            Supplier<Map<String, INDArray>> parameters) {
        return new LayerWeights(place, prefix, layout, () -> ChainedParamInitializer.part(parameters.get(), prefix));
    }

    @Override
    public void setStock(org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values) {
        setStock(to, values, name -> name);
    }

    /** Puts values into a DL4J layer that may have other names for its arrays. */
    static void setStock(
            org.deeplearning4j.nn.api.Layer to, Map<String, INDArray> values, UnaryOperator<String> names) {
        set(to, names.apply(LSTMParamInitializer.INPUT_WEIGHT_KEY), values, PosteriorParamInitializer.WEIGHT_PREFIX);
        set(to, names.apply(LSTMParamInitializer.BIAS_KEY), values, PosteriorParamInitializer.BIAS_PREFIX);
        INDArray recurrent = Parameters.get(values, RECURRENT_PREFIX + PosteriorParamInitializer.WEIGHT_PREFIX);
        INDArray peepholes = values.get(PEEPHOLE_PREFIX + PosteriorParamInitializer.WEIGHT_PREFIX);
        String name = names.apply(LSTMParamInitializer.RECURRENT_WEIGHT_KEY);
        to.setParam(
                name,
                peepholes == null ? recurrent : Nd4j.hstack(recurrent, peepholes.reshape('f', recurrent.rows(), 3)));
    }

    private static void set(
            org.deeplearning4j.nn.api.Layer to, String name, Map<String, INDArray> values, String posterior) {
        to.setParam(
                name,
                Parameters.get(values, posterior).reshape(to.getParam(name).shape()));
    }

    @Override
    public Map<String, INDArray> stockValues(org.deeplearning4j.nn.api.Layer from, Map<String, long[]> shapes) {
        return stockValues(from, shapes, "", name -> name);
    }

    /** Values of a DL4J layer that may have other names for its arrays, as posteriors with a prefix. */
    static Map<String, INDArray> stockValues(
            org.deeplearning4j.nn.api.Layer from,
            Map<String, long[]> shapes,
            String prefix,
            UnaryOperator<String> names) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        get(
                values,
                prefix + PosteriorParamInitializer.WEIGHT_PREFIX,
                from,
                names,
                LSTMParamInitializer.INPUT_WEIGHT_KEY,
                shapes);
        get(values, prefix + PosteriorParamInitializer.BIAS_PREFIX, from, names, LSTMParamInitializer.BIAS_KEY, shapes);
        String recurrent = prefix + RECURRENT_PREFIX + PosteriorParamInitializer.WEIGHT_PREFIX;
        String peepholes = prefix + PEEPHOLE_PREFIX + PosteriorParamInitializer.WEIGHT_PREFIX;
        if (!shapes.containsKey(peepholes)) {
            get(values, recurrent, from, names, LSTMParamInitializer.RECURRENT_WEIGHT_KEY, shapes);
            return values;
        }
        long[] shape = Objects.requireNonNull(shapes.get(recurrent));
        INDArray both = StockArrays.reshaped(
                from, names.apply(LSTMParamInitializer.RECURRENT_WEIGHT_KEY), shape[0], shape[1] + 3);
        values.put(
                recurrent,
                both.get(NDArrayIndex.all(), NDArrayIndex.interval(0, shape[1])).dup());
        INDArray ofMemory = both.get(NDArrayIndex.all(), NDArrayIndex.interval(shape[1], shape[1] + 3));
        values.put(peepholes, ofMemory.dup('f').reshape('f', 1, 3 * shape[0]));
        return values;
    }

    private static void get(
            Map<String, INDArray> values,
            String posterior,
            org.deeplearning4j.nn.api.Layer from,
            UnaryOperator<String> names,
            String name,
            Map<String, long[]> shapes) {
        values.put(
                posterior,
                StockArrays.reshaped(from, names.apply(name), Objects.requireNonNull(shapes.get(posterior))));
    }
}
