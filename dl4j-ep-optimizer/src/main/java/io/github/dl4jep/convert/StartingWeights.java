package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.store.PosteriorTransfer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The weights of a network that was trained by gradients as the means of a posterior. Right after it the network predicts as the
 * original, but for what the variances change.
 */
final class StartingWeights {

    /** Default variance of the prior, as a share of the mean square of a layer's weights. */
    static final double DEFAULT_SHARE = 0.1;

    private static final Logger LOG = LoggerFactory.getLogger(EpNetworks.class);

    private StartingWeights() {}

    /** The options under which a network is converted: where they do not say it, a trained one keeps its weights. */
    static EpOptions options(MultiLayerNetwork network, EpOptions options) {
        return network.isInitCalled()
                ? options(
                        network.getLayers(),
                        network.getLayerWiseConfigurations().getIterationCount(),
                        options)
                : options;
    }

    /** The same for a graph. */
    static EpOptions options(ComputationGraph graph, EpOptions options) {
        return graph.getLayers() == null
                ? options
                : options(graph.getLayers(), graph.getConfiguration().getIterationCount(), options);
    }

    private static EpOptions options(Layer[] layers, int iterations, EpOptions options) {
        if (options.startShare() > 0) {
            return options;
        }
        boolean trained = iterations > 0;
        for (Layer layer : layers) {
            if (EpConf.unfrozen(layer.conf().getLayer()) instanceof EpConf) {
                return options; // What is EP's keeps its posterior, and new layers beside it start from their prior.
            }
            trained |= Boolean.TRUE.equals(LayerStart.isTrained(layer));
        }
        if (!trained) {
            return options;
        }
        if (options.replacesActivations() || !options.priors().areNormal()) {
            LOG.warn(
                    "The network is trained, but its weights are dropped: options replace its activations or its priors are not"
                            + " Gaussian");
            return options;
        }
        LOG.info(
                "The network is trained: the posterior starts from its weights (EpOptions.startFromWeights sets the width of the"
                        + " prior around them); to start from the prior convert its configuration");
        return options.startingFrom(DEFAULT_SHARE);
    }

    /**
     * The network that starts from weights.
     *
     * @param from the trained network; not changed
     * @param drawn the network that it was converted to, drawn from the prior; its parameters are taken
     * @param options how it starts
     * @return a network on the same parameters
     */
    static EpMultiLayerNetwork started(MultiLayerNetwork from, EpMultiLayerNetwork drawn, EpOptions options) {
        if (options.startShare() == 0 || !from.isInitCalled()) {
            return drawn;
        }
        List<LayerStart> all = new ArrayList<>();
        for (int i = 0; i < drawn.getnLayers(); i++) {
            String name = drawn.getLayer(i).conf().getLayer().getLayerName();
            all.add(new LayerStart(
                    name == null ? "layer" + i : name,
                    from.getLayer(i),
                    drawn.getLayer(i),
                    i == 0 ? null : all.get(i - 1)));
        }
        boolean learns = start(all, options);
        EpMultiLayerNetwork started = new EpMultiLayerNetwork(drawn.getLayerWiseConfigurations());
        started.init(drawn.params(), false);
        if (learns) {
            PosteriorTransfer.countAsLearned(started);
        }
        return started;
    }

    /** The same for a graph. */
    static EpComputationGraph started(ComputationGraph from, EpComputationGraph drawn, EpOptions options) {
        if (options.startShare() == 0 || from.getLayers() == null) {
            return drawn;
        }
        Map<String, LayerStart> all = new LinkedHashMap<>();
        for (Layer layer : drawn.getLayers()) {
            String name = layer.conf().getLayer().getLayerName();
            all.put(name, new LayerStart(name, from.getLayer(name), layer, onlyInput(drawn, name, all)));
        }
        boolean learns = start(List.copyOf(all.values()), options);
        EpComputationGraph started = new EpComputationGraph(drawn.getConfiguration());
        started.init(drawn.params(), false);
        if (learns) {
            PosteriorTransfer.countAsLearned(started);
        }
        return started;
    }

    /** The layer that only this one reads, or null. */
    private static @Nullable LayerStart onlyInput(
            EpComputationGraph graph, String name, Map<String, LayerStart> before) {
        List<String> inputs = GraphConfigurations.inputs(graph.getConfiguration(), name);
        return inputs.size() == 1
                        && GraphConfigurations.readers(graph.getConfiguration(), inputs.get(0))
                                        .size()
                                == 1
                ? before.get(inputs.get(0))
                : null;
    }

    /** Whether layers that learn start from weights. */
    private static boolean start(List<LayerStart> all, EpOptions options) {
        boolean trained = all.stream().anyMatch(layer -> layer.isStock() && Boolean.TRUE.equals(layer.isTrained()));
        List<LayerStart> kept = new ArrayList<>();
        for (LayerStart layer : all) {
            if (trained && !layer.isFrozen() && Boolean.FALSE.equals(layer.isTrained())) {
                LOG.info("Layer \"{}\" is new, for its biases never moved: it starts from its prior", layer.label());
            } else if (layer.isStock() && !layer.isReadable()) {
                LOG.warn("The weights of layer \"{}\" cannot be taken over: it starts from its prior", layer.label());
            } else {
                kept.add(layer);
            }
        }
        List<String> problems = kept.stream()
                .filter(LayerStart::isStock)
                .map(LayerStart::problem)
                .filter(Objects::nonNull)
                .toList();
        if (!problems.isEmpty()) {
            throw new DL4JInvalidConfigException(
                    "This network cannot start from its weights:\n - " + String.join("\n - ", problems));
        }
        List<LayerStart> withWeights = kept.stream().filter(LayerStart::isStock).toList();
        withWeights.forEach(layer -> layer.setPrior(options.startShare(), options.priors()));
        withWeights.forEach(LayerStart::put);
        kept.forEach(layer -> layer.putOutput(kept));
        return withWeights.stream().anyMatch(layer -> !layer.isFrozen());
    }
}
