package io.github.dl4jep.samediff.layer;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.type.samediff.SameDiffLambdaVertexLayer;
import io.github.dl4jep.type.samediff.SameDiffVertexLayer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.AttentionVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.PreprocessorVertex;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffVertex;

/** A graph in which layers and vertices of SameDiff are replaced. The last vertex of each has its name. */
final class GraphRewriting {

    private final ComputationGraphConfiguration given;
    private ComputationGraphConfiguration conf;
    private final Map<String, LayerGraph> graphs = new HashMap<>();
    private final Map<String, SameDiffLayer> linearised = new HashMap<>();
    private final Map<String, Long> sizes = new HashMap<>();

    private GraphRewriting(ComputationGraphConfiguration given) {
        this.given = given;
        this.conf = given;
    }

    static GraphRewriting of(ComputationGraphConfiguration given) {
        GraphRewriting rewriting = new GraphRewriting(given);
        if (given.getVertices().values().stream().anyMatch(GraphRewriting::isSameDiff)) {
            rewriting.rewrite();
        }
        return rewriting;
    }

    ComputationGraphConfiguration configuration() {
        return conf;
    }

    /** What layers and vertices of SameDiff were read as, by name. */
    Map<String, LayerGraph> graphs() {
        return graphs;
    }

    /** Whether a vertex became a layer, which is linearised. */
    boolean isLinearised(String name) {
        return linearised.containsKey(name);
    }

    /** The name of a vertex that another one was read as. */
    static String name(String of, LayerGraph graph, PlannedVertex vertex) {
        return vertex == graph.output() ? of : of + "-" + vertex.name();
    }

    private static boolean isSameDiff(GraphVertex vertex) {
        return (vertex instanceof SameDiffVertex && !(vertex instanceof AttentionVertex))
                || (vertex instanceof LayerVertex layer
                        && LayerGraph.isOwn(layer.getLayerConf().getLayer()));
    }

    private void rewrite() {
        Map<String, GraphVertex> vertices = new LinkedHashMap<>();
        Map<String, List<String>> inputs = new LinkedHashMap<>();
        given.getVertices().forEach((name, vertex) -> {
            if (isSameDiff(vertex)) {
                size(name);
            }
        });
        given.getVertices().forEach((name, vertex) -> {
            LayerGraph graph = graphs.get(name);
            SameDiffLayer layer = linearised.get(name);
            if (graph != null) {
                put(name, vertex, graph, vertices, inputs);
            } else if (layer != null) {
                put(name, layer, vertices, inputs);
            } else {
                vertices.put(name, vertex);
                inputs.put(name, GraphConfigurations.inputs(given, name));
            }
        });
        ComputationGraphConfiguration rewritten = given.clone();
        rewritten.setVertices(vertices);
        rewritten.setVertexInputs(inputs);
        rewritten.setTopologicalOrder(null);
        rewritten.setTopologicalOrderStr(null);
        rewritten.setIterationCount(given.getIterationCount());
        // What was kept is still that of the given definition.
        conf = GraphConfigurations.copy(rewritten);
    }

    private void put(
            String name,
            GraphVertex original,
            LayerGraph graph,
            Map<String, GraphVertex> vertices,
            Map<String, List<String>> inputs) {
        List<String> read = new ArrayList<>(GraphConfigurations.inputs(given, name));
        NeuralNetConfiguration base = given.getDefaultConfiguration();
        if (original instanceof LayerVertex layer) {
            base = layer.getLayerConf();
            InputPreProcessor preProcessor = layer.getPreProcessor();
            if (preProcessor != null) {
                vertices.put(name + "-input", new PreprocessorVertex(preProcessor));
                inputs.put(name + "-input", List.copyOf(read));
                read.set(0, name + "-input");
            }
        }
        if (graph.front() != null) {
            String front = ChainRewriting.frontOf(name);
            NeuralNetConfiguration own = base.clone();
            own.setLayer(ChainRewriting.stock(graph.front(), front));
            own.clearVariables();
            vertices.put(front, new LayerVertex(own, null));
            inputs.put(front, List.copyOf(read));
            read.set(0, front);
        }
        for (PlannedVertex vertex : graph.plan().vertices()) {
            String as = name(name, graph, vertex);
            Layer layer = vertex.layer();
            if (layer == null) {
                vertices.put(as, Objects.requireNonNull(vertex.vertex()));
            } else {
                NeuralNetConfiguration own = base.clone();
                own.setLayer(ChainRewriting.stock(layer, as));
                own.clearVariables();
                vertices.put(as, new LayerVertex(own, null));
            }
            inputs.put(
                    as,
                    vertex.inputs().stream()
                            .map(input -> graph.inputs().contains(input.name())
                                    ? read.get(graph.inputs().indexOf(input.name()))
                                    : name(name, graph, input))
                            .toList());
        }
    }

    /** A vertex that stays, as a layer of its inputs side by side. */
    private void put(
            String name, SameDiffLayer layer, Map<String, GraphVertex> vertices, Map<String, List<String>> inputs) {
        List<String> read = GraphConfigurations.inputs(given, name);
        if (read.size() > 1) {
            String merged = name + "-inputs";
            vertices.put(merged, new MergeVertex());
            inputs.put(merged, read);
            read = List.of(merged);
        }
        NeuralNetConfiguration own = given.getDefaultConfiguration().clone();
        own.setLayer(ChainRewriting.stock(layer, name));
        own.clearVariables();
        vertices.put(name, new LayerVertex(own, null));
        inputs.put(name, read);
    }

    /** Columns of the activation of a layer or vertex of SameDiff, which is read; or else stays. */
    private long sizeOfSameDiff(String name) {
        List<Long> before =
                GraphConfigurations.inputs(given, name).stream().map(this::size).toList();
        GraphVertex vertex = Objects.requireNonNull(given.getVertices().get(name));
        Layer layer = vertex instanceof LayerVertex of ? of.getLayerConf().getLayer() : null;
        String type = (layer == null ? vertex : layer).getClass().getSimpleName();
        String what = (layer == null ? "vertex \"" : "layer \"") + name + "\" (" + type + ")";
        LayerGraph graph = layer == null
                ? LayerGraph.orLinearised(what, (SameDiffVertex) vertex, before)
                : LayerGraph.orLinearised(what, (AbstractSameDiffLayer) layer, before.get(0));
        if (graph != null) {
            graphs.put(name, graph);
            return graph.units();
        }
        if (layer == null) {
            SameDiffVertex own = (SameDiffVertex) vertex.clone();
            SameDiffLayer stays = isFixed((SameDiffVertex) vertex)
                    ? new SameDiffLambdaVertexLayer(own, before)
                    : new SameDiffVertexLayer(own, before);
            linearised.put(name, stays);
            layer = stays;
        }
        return ChainRewriting.sizeAfter(layer, before.get(0));
    }

    /** Whether a vertex has no parameters. */
    private static boolean isFixed(SameDiffVertex vertex) {
        return vertex instanceof SameDiffLambdaVertex
                || vertex.getVertexParams().getParamShapes().isEmpty();
    }

    /** Columns of an activation, or 0 where that is unknown. */
    private long size(String name) {
        Long known = sizes.get(name);
        if (known != null) {
            return known;
        }
        GraphVertex vertex = given.getVertices().get(name);
        long size;
        if (vertex == null) {
            size = sizeOfInput(name);
        } else if (isSameDiff(vertex)) {
            size = sizeOfSameDiff(name);
        } else if (vertex instanceof LayerVertex layer
                && layer.getLayerConf().getLayer() instanceof FeedForwardLayer sized
                && sized.getNOut() > 0) {
            size = sized.getNOut();
        } else {
            List<Long> before = GraphConfigurations.inputs(given, name).stream()
                    .map(this::size)
                    .toList();
            Layer layer = GraphConfigurations.layer(given, name);
            size = layer instanceof AbstractSameDiffLayer
                    ? ChainRewriting.sizeAfter(layer, before.get(0))
                    : vertex instanceof MergeVertex
                            ? before.contains(0L)
                                    ? 0
                                    : before.stream().mapToLong(Long::longValue).sum()
                            : before.get(0);
        }
        sizes.put(name, size);
        return size;
    }

    private long sizeOfInput(String name) {
        return GraphConfigurations.readers(given, name).stream()
                .map(reader -> GraphConfigurations.layer(given, reader))
                .filter(FeedForwardLayer.class::isInstance)
                .mapToLong(layer -> ((FeedForwardLayer) layer).getNIn())
                .filter(size -> size > 0)
                .findFirst()
                .orElse(0);
    }
}
