package io.github.dl4jep.network;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.engine.BatchCheck;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpOutput.Teacher;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.type.EpVertices;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.PreProcessors;
import io.github.dl4jep.vertex.GraphNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.rnn.DuplicateToTimeSeriesVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An initialised DL4J network of EP layers as a message graph, and where its vertices are in it. A list of layers is the graph of
 * its indices, which reads {@value #INPUT}.
 */
final class NetworkLayout {

    private static final String INPUT = "input";

    private final ComputationGraphConfiguration conf;
    private final Function<String, Layer> layers;
    private final UnaryOperator<String> place;
    private final List<GraphNode> nodes = new ArrayList<>();
    /** Number of each vertex's activation; the network's inputs come first. */
    private final Map<String, Integer> slots = new HashMap<>();

    private final Map<String, Double> rows = new HashMap<>();
    private final Map<String, ExampleFormat> formats;
    private final List<String> namesOfLayers = new ArrayList<>();
    private final List<EpOutput> outputs;
    private final MessageGraph sweep;

    private NetworkLayout(
            ComputationGraphConfiguration conf,
            List<String> order,
            Function<String, Layer> layers,
            UnaryOperator<String> place) {
        this.conf = conf;
        this.layers = layers;
        this.place = place;
        for (String input : conf.getNetworkInputs()) {
            rows.put(input, 1.0);
            slots.put(input, slots.size());
        }
        order.forEach(
                name -> add(name, Objects.requireNonNull(conf.getVertices().get(name))));
        requireOutputs();
        this.outputs = conf.getNetworkOutputs().stream()
                .map(name -> (EpOutput) layers.apply(name))
                .toList();
        this.formats = GraphFormats.of(conf, order);
        List<MessageGraph.Output> labelled =
                conf.getNetworkOutputs().stream().map(this::output).toList();
        this.sweep = new MessageGraph(conf.getNetworkInputs().size(), nodes, labelled);
    }

    /**
     * The layout of a graph, in its topological order.
     *
     * @param graph an initialised graph
     * @return the layout
     * @throws DL4JInvalidConfigException if a layer is no EP layer, or an output takes no labels
     */
    static NetworkLayout of(ComputationGraph graph) {
        ComputationGraphConfiguration conf = graph.getConfiguration();
        List<String> order = Arrays.stream(graph.topologicalSortOrder())
                .mapToObj(index -> graph.getVertices()[index].getVertexName())
                .filter(conf.getVertices()::containsKey)
                .toList();
        return new NetworkLayout(
                conf, order, name -> graph.getVertex(name).getLayer(), name -> "Layer \"" + name + "\"");
    }

    /**
     * The layout of a list of layers.
     *
     * @param network an initialised network
     * @return the layout
     * @throws DL4JInvalidConfigException if a layer is no EP layer, or the last one takes no labels
     */
    static NetworkLayout of(MultiLayerNetwork network) {
        Map<String, GraphVertex> vertices = new LinkedHashMap<>();
        Map<String, List<String>> inputs = new LinkedHashMap<>();
        for (int i = 0; i < network.getnLayers(); i++) {
            MultiLayerConfiguration layerConfs = network.getLayerWiseConfigurations();
            vertices.put(String.valueOf(i), new LayerVertex(layerConfs.getConf(i), layerConfs.getInputPreProcess(i)));
            inputs.put(String.valueOf(i), List.of(i == 0 ? INPUT : String.valueOf(i - 1)));
        }
        Layer last = network.getLayer(network.getnLayers() - 1);
        if (last instanceof EpRuntime && !(last instanceof EpOutput)) {
            throw new DL4JInvalidConfigException(
                    "The last layer, \"" + last.conf().getLayer().getLayerName()
                            + "\" (index " + last.getIndex()
                            + "), takes no labels; the last layer must be an output or loss layer."
                            + " External errors are gradients, which EP does not use: put a loss layer in their place");
        }
        ComputationGraphConfiguration conf = new ComputationGraphConfiguration();
        conf.setNetworkInputs(List.of(INPUT));
        conf.setVertices(vertices);
        conf.setVertexInputs(inputs);
        conf.setNetworkOutputs(List.of(String.valueOf(network.getnLayers() - 1)));
        conf.setDataType(network.getLayerWiseConfigurations().getDataType());
        return new NetworkLayout(
                conf,
                List.copyOf(vertices.keySet()),
                name -> network.getLayer(Integer.parseInt(name)),
                name -> "Layer " + name);
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
        Layer layer = layers.apply(name);
        if (!(layer instanceof EpRuntime runtime)) {
            throw new DL4JInvalidConfigException(place.apply(name) + " is a "
                    + layer.getClass().getSimpleName()
                    + ", allowed are EP layers; convert the configuration with EpNetworks.from(...)");
        }
        namesOfLayers.add(name);
        return append(new GraphNode(runtime.vertex(), seen, runtime.isFrozen()));
    }

    private int other(String name, GraphVertex vertex, List<Integer> inputs) {
        if (vertex instanceof DuplicateToTimeSeriesVertex repeated) {
            // It also looks at an input of the network, for the number of steps.
            inputs.add(slot(repeated.getInputName()));
        }
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
    }

    private MessageGraph.Output output(String name) {
        EpOutput layer = (EpOutput) layers.apply(name);
        int read = nodes.get(node(name)).inputs().get(0);
        for (String before : namesOfLayers) {
            Teacher behind = slot(before) == read ? layer.teacherBehind((EpRuntime) layers.apply(before)) : null;
            if (behind != null) {
                return new MessageGraph.Output(node(name), layer.likelihood(), behind);
            }
        }
        return new MessageGraph.Output(node(name), layer);
    }

    private int slot(String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    MessageGraph sweep() {
        return sweep;
    }

    /** One step of sequences, in the format of an input. */
    INDArray oneStep(int input, INDArray values) {
        boolean first = format(conf.getNetworkInputs().get(input)) == ExampleFormat.CHANNELS_FIRST;
        return first
                ? values.reshape('c', values.size(0), values.size(1), 1)
                : values.reshape('c', values.size(0), 1, values.size(1));
    }

    /** The network's inputs as the message graph takes them: in the network's data type, channels first, with their masks. */
    List<Moments> inputs(String what, INDArray[] features, INDArray @Nullable [] masks) {
        List<String> names = conf.getNetworkInputs();
        Examples.requireCount(what, "feature", "inputs", names.size(), features);
        Examples.requireExamples(what, features);
        List<Moments> inputs = new ArrayList<>();
        for (int i = 0; i < features.length; i++) {
            Moments observed = format(names.get(i)).observed(features[i].castTo(conf.getDataType()));
            inputs.add(
                    SequenceExamples.masked(what, observed, masks == null ? null : masks[i], areIndices(names.get(i))));
        }
        return inputs;
    }

    /**
     * The same for predictions and scores, whose features must be finite; what a mask leaves out may be anything.
     *
     * @param firstRow number of the first row in the arrays that the caller gave
     * @throws DL4JInvalidInputException naming input, row, column and value of the first feature that is not
     */
    List<Moments> finiteInputs(String what, INDArray[] features, INDArray @Nullable [] masks, long firstRow) {
        List<Moments> inputs = inputs(what, features, masks);
        for (int i = 0; i < inputs.size(); i++) {
            BatchCheck.requireFiniteRows(featureOf(i), inputs.get(i).mean(), firstRow);
        }
        return inputs;
    }

    /** What features of an input are called in messages. */
    String featureOf(int input) {
        return named("feature of input", "feature", conf.getNetworkInputs(), input);
    }

    /** What labels of an output are called in messages. */
    String labelOf(int output) {
        return named("label of output", "label", conf.getNetworkOutputs(), output);
    }

    private static String named(String oneOfSeveral, String only, List<String> names, int index) {
        return names.size() == 1 ? only : oneOfSeveral + " \"" + names.get(index) + "\"";
    }

    /** Whether a layer that reads an input takes sequences of indices. */
    private boolean areIndices(String input) {
        return namesOfLayers.stream()
                .filter(name -> GraphConfigurations.inputs(conf, name).contains(input))
                .anyMatch(
                        name -> LayerTypes.takesIndices(Objects.requireNonNull(GraphConfigurations.layer(conf, name))));
    }

    /** Names of the network's inputs, in order. */
    List<String> namesOfInputs() {
        return conf.getNetworkInputs();
    }

    /** Names of the layers with labels, in order. */
    List<String> namesOfOutputs() {
        return conf.getNetworkOutputs();
    }

    /** Names of all vertices with a layer, in the order of the parameters. */
    List<String> namesOfLayers() {
        return namesOfLayers;
    }

    /** A layer by its name. */
    Layer layerOf(String name) {
        return layers.apply(name);
    }

    /** Index in the message graph of a vertex that is no network input. */
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

    /** Rows of each output, in units of the rows of the features: not 1 after stack vertices. */
    double[] rowsOfOutputs() {
        return conf.getNetworkOutputs().stream()
                .mapToDouble(name -> Objects.requireNonNull(rows.get(name)))
                .toArray();
    }

    /** Whether each example is predicted from its own features only, so that a batch can be cut. */
    boolean keepsRows() {
        return rows.values().stream().allMatch(each -> each == 1);
    }

    /**
     * Predictions of outputs, mean activations of other vertices and the inputs, in DL4J's own shape; detached. One pass for all.
     *
     * @param graph a form of the graph
     * @param arrays one for each input
     * @param masks feature masks, or null
     * @param names what is wanted
     * @return arrays by name; perhaps more than what is wanted
     */
    Map<String, INDArray> activations(
            MessageGraph graph, INDArray[] arrays, INDArray @Nullable [] masks, List<String> names) {
        boolean predicted = names.stream().anyMatch(namesOfOutputs()::contains);
        // Listeners may look at the hidden layers of a batch that is refused afterwards.
        List<Moments> inputs =
                predicted ? finiteInputs("The call", arrays, masks, 0) : inputs("The call", arrays, masks);
        Map<String, INDArray> activations = new HashMap<>();
        for (int i = 0; i < arrays.length; i++) {
            activations.put(namesOfInputs().get(i), arrays[i]);
        }
        List<String> outputs = namesOfOutputs();
        List<String> hidden = names.stream()
                .filter(name -> !activations.containsKey(name) && !outputs.contains(name))
                .distinct()
                .sorted(Comparator.comparing(this::node))
                .toList();
        List<Integer> nodes = hidden.stream().map(this::node).toList();
        List<Moments> means = List.of();
        if (predicted) {
            MessageGraph.Activations all = graph.predict(inputs, nodes);
            for (int i = 0; i < outputs.size(); i++) {
                activations.put(outputs.get(i), all.predictions().get(i).output());
            }
            means = all.means();
        } else if (!hidden.isEmpty()) {
            means = graph.meanActivations(inputs, nodes);
        }
        for (int i = 0; i < means.size(); i++) {
            activations.put(hidden.get(i), format(hidden.get(i)).array(means.get(i)));
        }
        return activations;
    }
}
