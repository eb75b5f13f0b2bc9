package io.github.dl4jep.samediff.moment;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.LabelledOutput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A SameDiff graph of the predictive moments: one op or more for each vertex of the EP network, in double precision. */
public final class MomentGraph {

    private final SameDiff original;
    private final EpComputationGraph network;
    private final GraphReading reading;
    private final SameDiff moments = SameDiff.create();
    private final Map<String, MomentPair> pairs = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    private MomentGraph(SameDiff original, EpComputationGraph network, GraphReading reading) {
        this.original = original;
        this.network = network;
        this.reading = reading;
    }

    /**
     * Builds the graph.
     *
     * @param original whose placeholders the new graph has, too
     * @param network the posterior
     * @param reading how the two belong together
     * @return a separate graph
     * @throws DL4JInvalidConfigException if something cannot be expressed; lists it all
     */
    public static SameDiff of(SameDiff original, EpComputationGraph network, GraphReading reading) {
        return new MomentGraph(original, network, reading).build();
    }

    private SameDiff build() {
        reading.features().forEach(this::addInput);
        for (int index : network.topologicalSortOrder()) {
            String name = network.getVertices()[index].getVertexName();
            GraphVertex vertex = network.getConfiguration().getVertices().get(name);
            if (vertex != null) {
                add(name, vertex);
            }
        }
        if (!problems.isEmpty()) {
            throw new DL4JInvalidConfigException("There is no moment graph of this network, for " + problems.size()
                    + " reason(s); use EpSameDiff.predict:\n - " + String.join("\n - ", problems));
        }
        return moments;
    }

    private void addInput(GraphReading.FeatureInput input) {
        SDVariable declared = original.getVariable(input.placeholder());
        SDVariable placeholder =
                moments.placeHolder(input.placeholder(), declared.dataType(), declared.placeholderShape());
        SDVariable value = placeholder.castTo(DataType.DOUBLE);
        boolean images = declared.placeholderShape().length == 4;
        if (images && input.layout() == ImageLayout.CHANNELS_LAST) {
            value = value.permute(ImageLayout.toChannelsFirst());
        }
        pairs.put(input.placeholder(), MomentPair.observed(value));
    }

    private void add(String name, GraphVertex vertex) {
        List<MomentPair> inputs = new ArrayList<>();
        for (String input : Objects.requireNonNull(
                network.getConfiguration().getVertexInputs().get(name))) {
            MomentPair pair = pairs.get(input);
            if (pair == null) {
                return;
            }
            inputs.add(pair);
        }
        try {
            pairs.put(
                    name,
                    vertex instanceof LayerVertex
                            ? layer(name, inputs.get(0))
                            : MomentVertices.moments(vertex, inputs));
        } catch (UnsupportedOperationException e) {
            problems.add("\"" + name + "\": " + e.getMessage());
        }
    }

    private MomentPair layer(String name, MomentPair input) {
        org.deeplearning4j.nn.api.Layer runtime = network.getLayer(name);
        Layer conf = runtime.conf().getLayer();
        if (conf instanceof EpDenseLayer dense) {
            return MomentUnits.moments(MomentProducts.dense(runtime, input), dense.getActivationFn());
        }
        if (conf instanceof EpConvolutionLayer convolution
                && convolution.getOriginal().getClass() == ConvolutionLayer.class) {
            MomentPair linear = MomentProducts.convolution(runtime, convolution.getOriginal(), input);
            return MomentUnits.moments(linear, convolution.getOriginal().getActivationFn());
        }
        if (conf instanceof EpActivationLayer activation) {
            return MomentUnits.moments(input, activation.getActivationFn());
        }
        if (conf instanceof EpOutputLayer output && output.getOriginal() == null) {
            return MomentOutputs.add(moments, runtime, MomentProducts.dense(runtime, input), prefix(name));
        }
        if (conf instanceof EpLossLayer loss && loss.getOriginal() == null) {
            return MomentOutputs.add(moments, runtime, input, prefix(name));
        }
        throw new UnsupportedOperationException(
                EpConf.definition(conf).getClass().getSimpleName() + " has no moments in SameDiff's ops");
    }

    /** Of several outputs each has its loss in its names. */
    private String prefix(String layer) {
        return reading.outputs().size() == 1
                ? ""
                : reading.outputs().stream()
                                .filter(output -> output.layer().equals(layer))
                                .map(LabelledOutput::loss)
                                .findFirst()
                                .orElse(layer)
                        + "/";
    }

    /** A constant in double precision. */
    static SDVariable constant(SameDiff sd, INDArray array) {
        return sd.constant(array.castTo(DataType.DOUBLE).dup('c'));
    }

    static SDVariable constant(SameDiff sd, double value) {
        return sd.constant(Nd4j.scalar(DataType.DOUBLE, value));
    }
}
