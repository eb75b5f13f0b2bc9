package io.github.dl4jep.convert;

import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.stock.StockGraph;
import io.github.dl4jep.stock.StockNetworks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.variational.VariationalAutoencoder;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.NoOp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts dense layers in the place of a variational autoencoder in a network with labels: those of its encoder, and one for the mean of what it
 * encodes. That is what DL4J's {@code fit} trains of it, too; the variances, the decoder and the draws are for {@code pretrain} only.
 */
public final class VariationalEncoders implements DefinitionReader {

    private static final Logger LOG = LoggerFactory.getLogger(EpNetworks.class);
    private static final String MEAN = "pZXMean";

    /** For {@link java.util.ServiceLoader}. */
    public VariationalEncoders() {}

    /** The autoencoder at a place, or null. */
    private static @Nullable VariationalAutoencoder encoder(@Nullable Layer layer) {
        return layer instanceof VariationalAutoencoder encoder ? encoder : null;
    }

    /** The layers in its place; the last one has its name. */
    private static List<NeuralNetConfiguration> layers(
            NeuralNetConfiguration conf, VariationalAutoencoder of, String label) {
        LOG.info(
                "Layer \"{}\": pretraining (variances, decoder, draws) has no effect under EP: the layer is its encoder; to learn a"
                        + " reconstruction, use dense layers and put the features in as labels",
                label);
        List<NeuralNetConfiguration> layers = new ArrayList<>();
        long before = of.getNIn();
        int[] sizes = of.getEncoderLayerSizes();
        for (int i = 0; i < sizes.length; i++) {
            layers.add(dense(conf, of, label + "-encoder" + i, before, sizes[i], of.getActivationFn()));
            before = sizes[i];
        }
        layers.add(dense(conf, of, of.getLayerName(), before, of.getNOut(), of.getPzxActivationFn()));
        return layers;
    }

    private static NeuralNetConfiguration dense(
            NeuralNetConfiguration conf,
            VariationalAutoencoder of,
            @Nullable String name,
            long inputs,
            long outputs,
            IActivation activation) {
        DenseLayer layer = new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(activation)
                .weightInit(of.getWeightInitFn())
                .biasInit(of.getBiasInit())
                .updater(new NoOp())
                .build();
        layer.setLayerName(name);
        NeuralNetConfiguration own = conf.clone();
        own.setLayer(layer);
        own.clearVariables();
        return own;
    }

    private static void copy(org.deeplearning4j.nn.api.Layer from, List<org.deeplearning4j.nn.api.Layer> to) {
        for (int i = 0; i < to.size(); i++) {
            String prefix = i == to.size() - 1 ? MEAN : "e" + i;
            for (String name : List.of(DefaultParamInitializer.WEIGHT_KEY, DefaultParamInitializer.BIAS_KEY)) {
                to.get(i).setParam(name, from.getParam(prefix + name).dup());
            }
        }
    }

    private static void copyAll(org.deeplearning4j.nn.api.Layer from, org.deeplearning4j.nn.api.Layer to) {
        if (from.numParams() > 0) {
            to.setParams(from.params().dup());
        }
    }

    /**
     * A list in which dense layers stand for autoencoders.
     *
     * @param configuration the list
     * @param places index of the first layer that each given layer became
     */
    private record Chain(MultiLayerConfiguration configuration, List<Integer> places) {}

    private static @Nullable Chain chain(MultiLayerConfiguration given) {
        if (given.getConfs().stream().allMatch(conf -> encoder(conf.getLayer()) == null)) {
            return null;
        }
        MultiLayerConfiguration copy = given.clone();
        List<NeuralNetConfiguration> layers = new ArrayList<>();
        List<Integer> places = new ArrayList<>();
        for (NeuralNetConfiguration conf : copy.getConfs()) {
            int index = places.size();
            places.add(layers.size());
            VariationalAutoencoder encoder = encoder(conf.getLayer());
            if (encoder == null) {
                layers.add(conf);
            } else {
                String name = encoder.getLayerName();
                layers.addAll(layers(conf, encoder, name == null ? "layer" + index : name));
            }
        }
        copy.setConfs(layers);
        Map<Integer, InputPreProcessor> preProcessors = new HashMap<>();
        if (copy.getInputPreProcessors() != null) {
            copy.getInputPreProcessors().forEach((index, value) -> preProcessors.put(places.get(index), value));
        }
        copy.setInputPreProcessors(preProcessors);
        copy.setIterationCount(given.getIterationCount());
        return new Chain(copy, places);
    }

    @Override
    public MultiLayerConfiguration read(MultiLayerConfiguration configuration) {
        Chain chain = chain(configuration);
        return chain == null ? configuration : chain.configuration();
    }

    @Override
    public MultiLayerNetwork read(MultiLayerNetwork network) {
        Chain chain = chain(network.getLayerWiseConfigurations());
        if (chain == null) {
            return network;
        }
        MultiLayerNetwork stock = new MultiLayerNetwork(chain.configuration());
        StockNetworks.initialise(stock);
        for (int i = 0; i < network.getnLayers(); i++) {
            int first = chain.places().get(i);
            VariationalAutoencoder encoder = encoder(network.getLayer(i).conf().getLayer());
            if (encoder == null) {
                copyAll(network.getLayer(i), stock.getLayer(first));
            } else {
                List<org.deeplearning4j.nn.api.Layer> to = new ArrayList<>();
                for (int k = 0; k <= encoder.getEncoderLayerSizes().length; k++) {
                    to.add(stock.getLayer(first + k));
                }
                copy(network.getLayer(i), to);
            }
        }
        stock.setIterationCount(network.getLayerWiseConfigurations().getIterationCount());
        return stock;
    }

    @Override
    public ComputationGraphConfiguration read(ComputationGraphConfiguration configuration) {
        if (configuration.getVertices().keySet().stream()
                .allMatch(name -> encoder(GraphConfigurations.layer(configuration, name)) == null)) {
            return configuration;
        }
        Map<String, GraphVertex> vertices = new LinkedHashMap<>();
        Map<String, List<String>> inputs = new LinkedHashMap<>();
        configuration.getVertices().forEach((name, vertex) -> {
            List<String> read = GraphConfigurations.inputs(configuration, name);
            VariationalAutoencoder encoder = encoder(GraphConfigurations.layer(configuration, name));
            if (encoder == null) {
                vertices.put(name, vertex);
                inputs.put(name, read);
                return;
            }
            LayerVertex of = (LayerVertex) vertex;
            InputPreProcessor preProcessor = of.getPreProcessor();
            for (NeuralNetConfiguration layer : layers(of.getLayerConf(), encoder, name)) {
                String as = layer.getLayer().getLayerName();
                vertices.put(as, new LayerVertex(layer, preProcessor));
                inputs.put(as, read);
                read = List.of(as);
                preProcessor = null;
            }
        });
        ComputationGraphConfiguration rewritten = configuration.clone();
        rewritten.setVertices(vertices);
        rewritten.setVertexInputs(inputs);
        rewritten.setTopologicalOrder(null);
        rewritten.setTopologicalOrderStr(null);
        rewritten.setIterationCount(configuration.getIterationCount());
        return GraphConfigurations.copy(rewritten);
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // the same object where there was nothing to read
    public ComputationGraph read(ComputationGraph graph) {
        ComputationGraphConfiguration rewritten = read(graph.getConfiguration());
        if (rewritten == graph.getConfiguration()) {
            return graph;
        }
        ComputationGraph stock = new ComputationGraph(rewritten);
        StockGraph.initialise(stock);
        for (org.deeplearning4j.nn.api.Layer layer : graph.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            VariationalAutoencoder encoder = encoder(layer.conf().getLayer());
            if (encoder == null) {
                copyAll(layer, stock.getLayer(name));
            } else {
                List<org.deeplearning4j.nn.api.Layer> to = new ArrayList<>();
                for (int k = 0; k < encoder.getEncoderLayerSizes().length; k++) {
                    to.add(stock.getLayer(name + "-encoder" + k));
                }
                to.add(stock.getLayer(name));
                copy(layer, to);
            }
        }
        stock.getConfiguration().setIterationCount(graph.getConfiguration().getIterationCount());
        return stock;
    }
}
