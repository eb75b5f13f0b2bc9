package io.github.dl4jep.network;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.type.EpVertices;
import io.github.dl4jep.type.PreProcessors;
import io.github.dl4jep.vertex.GraphNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** An initialised DL4J graph of EP layers as a sweep, and where its vertices are in it. */
final class GraphLayout {

    private final ComputationGraph graph;
    private final ComputationGraphConfiguration conf;
    private final List<GraphNode> nodes = new ArrayList<>();
    /** Number of each vertex's activation; the network's inputs come first. */
    private final Map<String, Integer> slots = new HashMap<>();

    private final Map<String, Double> rows = new HashMap<>();
    private final Map<String, ExampleFormat> formats;
    private final List<EpOutput> outputs = new ArrayList<>();
    private final MessageGraph sweep;

    /**
     * Builds the sweep in the graph's topological order.
     *
     * @param graph an initialised graph
     * @throws DL4JInvalidConfigException if a layer is no EP layer, or an output takes no labels
     */
    GraphLayout(ComputationGraph graph) {
        this.graph = graph;
        this.conf = graph.getConfiguration();
        for (String input : conf.getNetworkInputs()) {
            rows.put(input, 1.0);
            slots.put(input, slots.size());
        }
        List<String> names = new ArrayList<>();
        for (int index : graph.topologicalSortOrder()) {
            String name = graph.getVertices()[index].getVertexName();
            GraphVertex vertex = conf.getVertices().get(name);
            if (vertex != null) {
                names.add(name);
                add(name, vertex);
            }
        }
        requireOutputs();
        this.formats = GraphFormats.of(conf, names);
        this.sweep = new MessageGraph(
                conf.getNetworkInputs().size(),
                nodes,
                conf.getNetworkOutputs().stream()
                        .map(name -> new MessageGraph.Output(
                                node(name), (EpOutput) graph.getVertex(name).getLayer()))
                        .toList());
    }

    private void add(String name, GraphVertex vertex) {
        List<Integer> inputs = new ArrayList<>();
        List<Double> rowsOfInputs = new ArrayList<>();
        for (String input : GraphConfigurations.inputs(conf, name)) {
            inputs.add(slot(input));
            rowsOfInputs.add(Objects.requireNonNull(rows.get(input)));
        }
        slots.put(name, vertex instanceof LayerVertex layer ? layer(name, layer, inputs) : other(name, vertex, inputs));
        rows.put(name, EpVertices.rows(vertex, rowsOfInputs));
    }

    private int layer(String name, LayerVertex vertex, List<Integer> inputs) {
        InputPreProcessor preProcessor = vertex.getPreProcessor();
        List<Integer> seen = preProcessor == null
                ? inputs
                : List.of(append(new GraphNode(PreProcessors.stage(preProcessor), inputs)));
        Layer layer = graph.getVertex(name).getLayer();
        if (!(layer instanceof EpRuntime runtime)) {
            throw new DL4JInvalidConfigException(Examples.notAnEpLayer("Layer \"" + name + "\"", layer));
        }
        return append(new GraphNode(runtime.vertex(), seen, runtime.isFrozen()));
    }

    private int other(String name, GraphVertex vertex, List<Integer> inputs) {
        try {
            return append(new GraphNode(EpVertices.of(vertex, name), inputs));
        } catch (UnsupportedOperationException e) {
            throw new DL4JInvalidConfigException("Vertex \"" + name + "\": " + e.getMessage());
        }
    }

    /** Number of the new node's activation. */
    private int append(GraphNode node) {
        nodes.add(node);
        return conf.getNetworkInputs().size() + nodes.size() - 1;
    }

    private void requireOutputs() {
        List<String> problems = GraphConfigurations.outputProblems(conf, name -> true);
        if (!problems.isEmpty()) {
            throw new DL4JInvalidConfigException(
                    "This graph cannot be trained by EP:\n - " + String.join("\n - ", problems));
        }
        for (String name : conf.getNetworkOutputs()) {
            outputs.add((EpOutput) graph.getVertex(name).getLayer());
        }
    }

    private int slot(String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    MessageGraph sweep() {
        return sweep;
    }

    /** Index in the sweep of a vertex that is no network input. */
    int node(String name) {
        return slot(name) - conf.getNetworkInputs().size();
    }

    /** How DL4J's arrays hold the activation of a vertex or network input. */
    ExampleFormat format(String name) {
        return Objects.requireNonNull(formats.get(name), name);
    }

    /** The layers with labels, in the order of the labels. */
    List<EpOutput> outputs() {
        return outputs;
    }

    /** Rows of each output, in units of the rows of the features: not 1 behind stack vertices. */
    double[] rowsOfOutputs() {
        return conf.getNetworkOutputs().stream()
                .mapToDouble(name -> Objects.requireNonNull(rows.get(name)))
                .toArray();
    }

    /** Whether each example is predicted from its own features only, so that a batch can be cut. */
    boolean keepsRows() {
        return rows.values().stream().allMatch(each -> each == 1);
    }
}
