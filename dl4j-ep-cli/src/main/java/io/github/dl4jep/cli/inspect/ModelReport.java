package io.github.dl4jep.cli.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.model.ModelCard;
import io.github.dl4jep.cli.model.Position;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.network.EpNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;

/**
 * A model file. What only {@code dl4j-ep train} writes is null for other files, and absent from JSON.
 *
 * @param kind {@code layers} or {@code graph}
 * @param network the value of {@code --net} that it comes from
 * @param layers all layers in the order of the sweep
 * @param weights the number of weights and biases
 * @param certainShare the share of them whose sign is certain: |mean| &gt; 2 sd
 * @param parameters the number of numbers in the file
 * @param outputs the likelihood of each output and what it has learned
 * @param iterations batches learned from
 * @param passes passes that are complete
 * @param position where training stands
 * @param normalizer the kind of DL4J's normalizer in the file
 * @param rows the format of the rows
 * @param settings the options of the training
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ModelReport(
        String kind,
        @Nullable String network,
        List<LayerReport> layers,
        long weights,
        double certainShare,
        long parameters,
        List<NoiseReport> outputs,
        int iterations,
        int passes,
        @Nullable Position position,
        @Nullable String normalizer,
        @Nullable RowFormat rows,
        @Nullable Map<String, String> settings) {
    /**
     * Looks at a model.
     *
     * @param model the model
     * @return the report
     */
    public static ModelReport of(SavedModel model) {
        EpNetwork network = model.network();
        ModelCard card = model.card();
        List<LayerReport> layers = new ArrayList<>();
        List<NoiseReport> outputs = new ArrayList<>();
        RowFormat rows = card == null ? null : card.rows();
        for (Named layer : layers(network)) {
            layers.add(LayerReport.of(layer.name(), layer.runtime()));
            if (layer.runtime().conf().getLayer() instanceof EpOutputConf output) {
                outputs.add(NoiseReport.of(layer.name(), output, layer.runtime().paramTable(), rows));
            }
        }
        long weights = layers.stream().mapToLong(l -> l.weights() + l.biases()).sum();
        long certain = layers.stream().mapToLong(LayerReport::certain).sum();
        return new ModelReport(
                network instanceof ComputationGraph ? "graph" : "layers",
                card == null ? null : card.network(),
                layers,
                weights,
                weights == 0 ? 0 : (double) certain / weights,
                network.numParams(),
                outputs,
                network.getIterationCount(),
                network.getEpochCount(),
                card == null ? null : card.position(),
                model.normalizer(),
                rows,
                card == null ? null : card.settings());
    }

    /** A layer and what to call it. */
    private record Named(String name, Layer runtime) {}

    private static List<Named> layers(EpNetwork network) {
        if (network instanceof ComputationGraph graph) {
            List<Named> layers = new ArrayList<>();
            for (int index : graph.topologicalSortOrder()) {
                GraphVertex vertex = graph.getVertices()[index];
                if (vertex.hasLayer()) {
                    layers.add(new Named(vertex.getVertexName(), vertex.getLayer()));
                }
            }
            return layers;
        }
        Layer[] all = ((MultiLayerNetwork) network).getLayers();
        return IntStream.range(0, all.length)
                .mapToObj(i -> new Named(name(i, all[i]), all[i]))
                .toList();
    }

    private static String name(int index, Layer layer) {
        String own = layer.conf().getLayer().getLayerName();
        return own == null || own.equals("layer" + index) ? String.valueOf(index) : index + " " + own;
    }
}
