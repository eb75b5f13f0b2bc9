package io.github.dl4jep.samediff.layer;

import io.github.dl4jep.samediff.plan.PlannedVertex;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.weights.WeightInitXavier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.NoOp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A list of layers in which those of SameDiff are replaced.
 *
 * @param configuration the definition; the given one where there is none
 * @param places index of the first layer that each given layer became
 * @param graphs what layers of SameDiff were read as, by their index in the given definition
 */
record ChainRewriting(MultiLayerConfiguration configuration, List<Integer> places, Map<Integer, LayerGraph> graphs) {

    private static final Logger LOG = LoggerFactory.getLogger(SameDiffLayers.class);

    static ChainRewriting of(MultiLayerConfiguration given) {
        if (given.getConfs().stream().noneMatch(conf -> LayerGraph.isOwn(conf.getLayer()))) {
            return new ChainRewriting(given, List.of(), Map.of());
        }
        MultiLayerConfiguration copy = given.clone();
        List<NeuralNetConfiguration> layers = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        Map<Integer, LayerGraph> graphs = new HashMap<>();
        long size = 0;
        for (int i = 0; i < copy.getConfs().size(); i++) {
            NeuralNetConfiguration conf = copy.getConf(i);
            places.add(layers.size());
            LayerGraph graph =
                    LayerGraph.isOwn(conf.getLayer()) ? read((AbstractSameDiffLayer) conf.getLayer(), i, size) : null;
            if (graph == null) {
                layers.add(conf);
                size = sizeAfter(conf.getLayer(), size);
            } else {
                graphs.put(i, graph);
                layers.addAll(layers(conf, graph, "layer" + i));
                size = graph.units();
            }
        }
        copy.setConfs(layers);
        Map<Integer, InputPreProcessor> preProcessors = new HashMap<>();
        if (copy.getInputPreProcessors() != null) {
            copy.getInputPreProcessors().forEach((index, value) -> preProcessors.put(places.get(index), value));
        }
        copy.setInputPreProcessors(preProcessors);
        return new ChainRewriting(copy, places, graphs);
    }

    /** Columns after a layer that stays, or 0 where it does not say so. */
    static long sizeAfter(Layer layer, long before) {
        if (layer instanceof AbstractSameDiffLayer && before > 0) {
            InputType after = layer.getOutputType(-1, InputType.feedForward(before));
            return after == null ? 0 : after.arrayElementsPerExample();
        }
        return layer instanceof FeedForwardLayer sized && sized.getNOut() > 0 ? sized.getNOut() : before;
    }

    private static @Nullable LayerGraph read(AbstractSameDiffLayer layer, int index, long size) {
        String what = "layer \"" + (layer.getLayerName() == null ? "layer" + index : layer.getLayerName())
                + "\" (index " + index + ", " + layer.getClass().getSimpleName() + ")";
        LayerGraph graph = LayerGraph.orLinearised(what, layer, size);
        if (graph == null || graph.isChain()) {
            return graph;
        }
        if (layer instanceof SameDiffLambdaLayer) {
            LOG.info("{} is linearised at the means of its input, because it is no list of layers", what);
            return null;
        }
        throw new DL4JInvalidConfigException(what + ": it was read as "
                + graph.plan().vertices().stream().map(PlannedVertex::name).toList()
                + ", which is no list of layers; put it into a ComputationGraph");
    }

    private static List<NeuralNetConfiguration> layers(NeuralNetConfiguration conf, LayerGraph graph, String name) {
        List<NeuralNetConfiguration> layers = new ArrayList<>();
        String own = conf.getLayer().getLayerName();
        if (graph.front() != null) {
            NeuralNetConfiguration front = conf.clone();
            front.setLayer(stock(graph.front(), frontOf(own == null ? name : own)));
            front.clearVariables();
            layers.add(front);
        }
        for (PlannedVertex vertex : graph.plan().vertices()) {
            NeuralNetConfiguration next = conf.clone();
            boolean last = vertex == graph.output();
            next.setLayer(stock(
                    Objects.requireNonNull(vertex.layer()),
                    last ? own : (own == null ? name : own) + "-" + vertex.name()));
            next.clearVariables();
            layers.add(next);
        }
        return layers;
    }

    /** The name of the layer before the loss of an output layer. */
    static String frontOf(String name) {
        return name + "-potentials";
    }

    /** A layer as a builder of DL4J leaves it. */
    static Layer stock(Layer layer, @Nullable String name) {
        layer.setLayerName(name);
        if (layer instanceof BaseLayer base) {
            base.setIUpdater(new NoOp());
            base.setWeightInitFn(new WeightInitXavier());
            base.setBiasInit(0);
        }
        return layer;
    }
}
