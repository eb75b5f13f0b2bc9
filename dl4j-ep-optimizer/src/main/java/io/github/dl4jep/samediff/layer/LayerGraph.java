package io.github.dl4jep.samediff.layer;

import io.github.dl4jep.samediff.plan.Ancestors;
import io.github.dl4jep.samediff.plan.GraphPlan;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.samediff.plan.Value;
import io.github.dl4jep.samediff.reader.GraphReader;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.samediff.SameDiffLambdaVertexLayer;
import io.github.dl4jep.type.samediff.SameDiffPotentialsLayer;
import io.github.dl4jep.type.samediff.SameDiffVertexLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SDVertexParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The graph of one layer or vertex of the user, read as layers and vertices.
 *
 * @param plan what it was read as
 * @param inputs names of its inputs in the plan
 * @param output the vertex whose activation is that of the layer, or that takes the labels
 * @param units size of the activation
 * @param front a layer before the plan, which is linearised and has all parameters; or null
 */
record LayerGraph(
        GraphPlan plan,
        List<String> inputs,
        PlannedVertex output,
        long units,
        @Nullable SameDiffLayer front) {

    private static final Logger LOG = LoggerFactory.getLogger(SameDiffLayers.class);
    static final String INPUT = "input";
    static final String LABELS = "labels";
    /** Of inputs whose size nothing says: what can be computed for any size is computed for this one. */
    private static final long ANY_SIZE = 4;

    /** Builds the graph of a layer, and returns the variable that the layer returns. */
    @FunctionalInterface
    private interface Definition {
        SDVariable in(SameDiff sd, Map<String, SDVariable> inputs, Map<String, SDVariable> parameters);
    }

    /** Whether a layer is a graph of the user: DL4J's own layers of this kind have descriptors, and what was not read is not read again. */
    static boolean isOwn(Layer layer) {
        boolean kept = layer instanceof SameDiffVertexLayer
                || layer instanceof SameDiffLambdaVertexLayer
                || layer instanceof SameDiffPotentialsLayer;
        return layer instanceof AbstractSameDiffLayer && !kept && !LayerTypes.isRegistered(layer);
    }

    /**
     * Reads a layer.
     *
     * @param what the layer, for messages
     * @param layer the layer
     * @param size number of columns of its input, or 0 where that is unknown
     */
    static LayerGraph of(String what, AbstractSameDiffLayer layer, long size) {
        if (layer instanceof SameDiffOutputLayer output) {
            LossPart part = new LossPart(output);
            return overSizes(what, layer.getLayerParams(), List.of(size), tried -> part.whole(tried.get(0)));
        }
        Definition definition = (sd, inputs, parameters) ->
                ((SameDiffLayer) layer).defineLayer(sd, inputs.get(INPUT), parameters, null);
        return read(what, definition, layer.getLayerParams(), List.of(INPUT), List.of(size));
    }

    /**
     * Reads a layer, or leaves one that cannot be read: it is linearised.
     *
     * @param what the layer, for messages
     * @param layer the layer
     * @param size number of columns of its input, or 0 where that is unknown
     * @return null for a layer that stays
     * @throws DL4JInvalidConfigException if it can be neither read nor linearised: an output layer whose loss cannot be read, or a graph
     *     of several outputs
     */
    static @Nullable LayerGraph orLinearised(String what, AbstractSameDiffLayer layer, long size) {
        try {
            return of(what, layer, size);
        } catch (DL4JInvalidConfigException e) {
            requireOneOutput(e);
            if (layer instanceof SameDiffOutputLayer output) {
                return orLinearised(what, output, size, e);
            }
            logLinearised(what, e);
            return null;
        }
    }

    /** Reads the loss of an output layer; what stands before it is linearised. */
    private static LayerGraph orLinearised(
            String what, SameDiffOutputLayer layer, long size, DL4JInvalidConfigException problem) {
        LossPart part = new LossPart(layer);
        try {
            LayerGraph graph = overSizes(
                    what, layer.getLayerParams(), List.of(size), tried -> part.behindLinearised(tried.get(0)));
            logLinearised(what + " before its loss", problem);
            return graph;
        } catch (DL4JInvalidConfigException e) {
            requireOneOutput(e);
            throw new DL4JInvalidConfigException(
                    problem.getMessage() + "; nor is it linearised before its loss (" + e.getMessage()
                            + "): write a SameDiffLayer and a loss of DL4J",
                    e);
        }
    }

    /**
     * Reads a vertex, or leaves one that cannot be read: it is linearised.
     *
     * @param what the vertex, for messages
     * @param vertex the vertex, not changed
     * @param sizes number of columns of each input, or 0 where that is unknown
     * @return null for a vertex that stays
     * @throws DL4JInvalidConfigException if it can be neither read nor linearised
     */
    static @Nullable LayerGraph orLinearised(String what, SameDiffVertex vertex, List<Long> sizes) {
        try {
            return of(what, vertex, sizes);
        } catch (DL4JInvalidConfigException e) {
            requireOneOutput(e);
            if (sizes.contains(0L)) {
                throw new DL4JInvalidConfigException(
                        e.getMessage() + "; to be linearised, its inputs " + sizes + " must have known sizes", e);
            }
            logLinearised(what, e);
            return null;
        }
    }

    private static void requireOneOutput(DL4JInvalidConfigException problem) {
        if (problem.getCause() instanceof SeveralOutputsException) {
            throw problem;
        }
    }

    private static void logLinearised(String what, DL4JInvalidConfigException problem) {
        LOG.info(
                "{} is linearised at the means of its inputs and parameters; it is no network of known ops, because {}",
                what,
                problem.getMessage());
    }

    /**
     * Reads a vertex.
     *
     * @param what the vertex, for messages
     * @param given the vertex, not changed
     * @param sizes number of columns of each input, or 0 where that is unknown
     */
    static LayerGraph of(String what, SameDiffVertex given, List<Long> sizes) {
        SameDiffVertex vertex = (SameDiffVertex) given.clone();
        vertex.setDataType(DataType.FLOAT); // Without a type a lambda vertex does not know its inputs.
        SDVertexParams parameters = vertex.getVertexParams();
        List<String> names = parameters.getInputs();
        if (names.size() != sizes.size()) {
            throw new DL4JInvalidConfigException(
                    what + ": it names the inputs " + names + ", but reads " + sizes.size() + " vertices");
        }
        return read(
                what,
                (sd, inputs, table) -> vertex.defineVertex(sd, inputs, table, new LinkedHashMap<>()),
                parameters,
                names,
                sizes);
    }

    private static LayerGraph read(
            String what, Definition definition, SDLayerParams parameters, List<String> inputs, List<Long> sizes) {
        return overSizes(what, parameters, sizes, tried -> read(definition, parameters, inputs, tried));
    }

    private static LayerGraph overSizes(
            String what, SDLayerParams parameters, List<Long> sizes, Function<List<Long>, LayerGraph> reading) {
        RuntimeException first = null;
        for (long size : candidates(parameters, sizes)) {
            List<Long> tried =
                    sizes.stream().map(known -> known > 0 ? known : size).toList();
            try {
                return reading.apply(tried);
            } catch (RuntimeException e) {
                // The user's code may throw anything.
                first = first == null ? e : first;
            }
        }
        throw new DL4JInvalidConfigException(what + ": " + (first == null ? "" : first.getMessage()), first);
    }

    /** Sizes that an unknown input can have: those of the parameters. */
    private static Set<Long> candidates(SDLayerParams parameters, List<Long> sizes) {
        Set<Long> candidates = new LinkedHashSet<>();
        if (sizes.contains(0L)) {
            parameters.getParamShapes().values().stream()
                    .filter(shape -> shape.length == 2)
                    .forEach(shape -> List.of(shape[0], shape[1]).forEach(candidates::add));
        }
        if (candidates.isEmpty()) {
            candidates.add(ANY_SIZE);
        }
        return candidates;
    }

    private static LayerGraph read(
            Definition definition, SDLayerParams parameters, List<String> inputs, List<Long> sizes) {
        SameDiff sd = SameDiff.create();
        Map<String, SDVariable> placeholders = new LinkedHashMap<>();
        for (int i = 0; i < inputs.size(); i++) {
            placeholders.put(inputs.get(i), sd.placeHolder(inputs.get(i), DataType.FLOAT, -1, sizes.get(i)));
        }
        Map<String, SDVariable> table = table(sd, parameters);
        SDVariable returned = definition.in(sd, placeholders, table);
        if (returned == null) {
            throw new DL4JInvalidConfigException("it returns no variable");
        }
        requireOneOutput(sd, returned.name(), null);
        GraphPlan plan = GraphReader.readPart(sd, inputs, List.of(), returned.name());
        if (plan.value(returned.name()) instanceof Value.Activation activation) {
            long[] shape = plan.shapes().of(returned.name());
            return new LayerGraph(
                    plan, inputs, activation.vertex(), shape == null || shape.length != 2 ? 0 : shape[1], null);
        }
        throw new DL4JInvalidConfigException(
                "what it returns, \"" + returned.name() + "\", is no activation of its input");
    }

    /** The parameters of a layer or vertex as variables. */
    static Map<String, SDVariable> table(SameDiff sd, SDLayerParams parameters) {
        Map<String, SDVariable> table = new LinkedHashMap<>();
        parameters
                .getParamShapes()
                .forEach((name, shape) -> table.put(name, sd.var(name, Nd4j.zeros(DataType.FLOAT, shape))));
        return table;
    }

    /** What nothing reads is an output; of an output layer its activations need no reader. */
    static void requireOneOutput(SameDiff sd, String returned, @Nullable String activations) {
        Set<String> read = new LinkedHashSet<>();
        sd.getOps().values().forEach(op -> read.addAll(Ancestors.inputs(op)));
        List<String> outputs = new ArrayList<>(List.of(returned));
        for (SameDiffOp op : sd.getOps().values()) {
            boolean unread = op.getOutputsOfOp().stream().noneMatch(read::contains);
            boolean expected = op.getOutputsOfOp().contains(returned)
                    || (activations != null && op.getOutputsOfOp().contains(activations));
            if (unread && !expected) {
                outputs.add(op.getOutputsOfOp().get(0));
            }
        }
        if (outputs.size() > 1) {
            throw new SeveralOutputsException(outputs);
        }
    }

    /** Whether its vertices are layers that each read the one before. */
    boolean isChain() {
        PlannedVertex before = null;
        for (PlannedVertex vertex : plan.vertices()) {
            boolean follows = before == null
                    ? vertex.inputs().size() == 1
                            && inputs.contains(vertex.inputs().get(0).name())
                    : vertex.inputs().equals(List.of(before));
            if (vertex.layer() == null || !follows) {
                return false;
            }
            before = vertex;
        }
        return before == output;
    }
}
