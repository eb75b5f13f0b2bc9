package io.github.dl4jep.samediff.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;

/** The definition that a SameDiff graph is read as, while it is read. */
public final class GraphPlan {

    private final SameDiff sd;
    private final Ancestors ancestors;
    private final ExampleShapes shapes;
    private final Map<String, Value> values = new HashMap<>();
    private final Map<String, PlannedVertex> vertices = new LinkedHashMap<>();
    /** Op that uses each weight. */
    private final Map<String, String> claimed = new HashMap<>();

    private final List<PlannedVertex> inputs = new ArrayList<>();
    private final List<LabelledOutput> outputs = new ArrayList<>();
    /** Null until something is flattened. */
    private @Nullable CNN2DFormat format;

    public GraphPlan(SameDiff sd, Ancestors ancestors, ExampleShapes shapes) {
        this.sd = sd;
        this.ancestors = ancestors;
        this.shapes = shapes;
    }

    public SameDiff sd() {
        return sd;
    }

    public ExampleShapes shapes() {
        return shapes;
    }

    public List<SameDiffOp> readers(String variable) {
        return ancestors.readers(variable);
    }

    /** Whether no op computes a variable. */
    public boolean isLeaf(String variable) {
        return Ancestors.producer(sd, variable) == null;
    }

    public Value value(String variable) {
        return values.getOrDefault(variable, new Value.Unknown());
    }

    public void put(String variable, Value value) {
        values.put(variable, value);
    }

    public void addInput(String placeholder, ImageLayout layout) {
        PlannedVertex vertex = PlannedVertex.input(placeholder);
        inputs.add(vertex);
        values.put(placeholder, new Value.Activation(vertex, layout));
    }

    public PlannedVertex add(PlannedVertex vertex) {
        vertices.put(vertex.name(), vertex);
        return vertex;
    }

    public void remove(PlannedVertex vertex) {
        vertices.remove(vertex.name());
    }

    /** The only use of a weight. */
    public void claim(String variable, String op) {
        String before = claimed.putIfAbsent(variable, op);
        if (before != null) {
            throw new UnsupportedOperationException("the weight \"" + variable + "\" is used by the op \"" + before
                    + "\", too; EP has one posterior for each use, so give every op a variable of its own");
        }
    }

    /** The order of channels in which images are flattened, which must be one for the whole graph. */
    public void requireFormat(CNN2DFormat flattened) {
        if (format != null && format != flattened) {
            throw new UnsupportedOperationException("it flattens images with channels "
                    + (flattened == CNN2DFormat.NCHW ? "first" : "last")
                    + ", but another op of this graph flattens them the other way");
        }
        format = flattened;
    }

    /** How the network takes images. */
    public ImageLayout layoutOfInputs() {
        return format == CNN2DFormat.NHWC ? ImageLayout.CHANNELS_LAST : ImageLayout.CHANNELS_FIRST;
    }

    public void addOutput(LabelledOutput output) {
        outputs.add(output);
    }

    public List<LabelledOutput> outputs() {
        return outputs;
    }

    public List<PlannedVertex> vertices() {
        return List.copyOf(vertices.values());
    }

    public List<String> inputNames() {
        return inputs.stream().map(PlannedVertex::name).toList();
    }

    public ComputationGraphConfiguration configuration(DataType type, long seed) {
        ComputationGraphConfiguration.GraphBuilder builder = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(type)
                .graphBuilder()
                .addInputs(inputNames().toArray(String[]::new));
        for (PlannedVertex vertex : vertices.values()) {
            String[] from = vertex.inputs().stream().map(PlannedVertex::name).toArray(String[]::new);
            Layer layer = vertex.layer();
            if (layer == null) {
                builder.addVertex(vertex.name(), Objects.requireNonNull(vertex.vertex()), from);
            } else {
                builder.addLayer(vertex.name(), formatted(layer), from);
            }
        }
        return builder.setOutputs(outputs.stream().map(LabelledOutput::layer).toArray(String[]::new))
                .build();
    }

    private Layer formatted(Layer layer) {
        CNN2DFormat known = format == null ? CNN2DFormat.NCHW : format;
        if (layer instanceof ConvolutionLayer convolution) {
            convolution.setCnn2dDataFormat(known);
        } else if (layer instanceof SubsamplingLayer pooling) {
            pooling.setCnn2dDataFormat(known);
        }
        return layer;
    }
}
