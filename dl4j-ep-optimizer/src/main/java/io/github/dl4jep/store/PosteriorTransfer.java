package io.github.dl4jep.store;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Arrays;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Takes the posteriors over from a plain network that has EP layers already, as DL4J's {@code TransferLearning} makes it of an EP
 * network. Layers that were converted just now keep their prior.
 */
public final class PosteriorTransfer {

    private PosteriorTransfer() {}

    /**
     * Takes the posteriors over.
     *
     * @param from a plain network, perhaps with EP layers; not changed
     * @param to the network that it was converted to
     */
    public static void carry(MultiLayerNetwork from, EpMultiLayerNetwork to) {
        if (!from.isInitCalled()) {
            return;
        }
        boolean learns = false;
        for (int i = 0; i < to.getnLayers(); i++) {
            org.deeplearning4j.nn.conf.layers.Layer original =
                    from.getLayerWiseConfigurations().getConf(i).getLayer();
            org.deeplearning4j.nn.conf.layers.Layer converted =
                    to.getLayerWiseConfigurations().getConf(i).getLayer();
            learns |= carry(original, converted, from.getLayer(i), to.getLayer(i));
        }
        if (learns) {
            countAsLearned(to);
        }
    }

    /**
     * Counts what a network knows as the shortest memory: at iteration 0 the first batch would take its place.
     *
     * @param network a network whose posterior was given
     */
    public static void countAsLearned(EpMultiLayerNetwork network) {
        int counted = countedBatches(network.getLayers());
        network.setIterationCount(counted);
        startPassAt(counted, network.getLayers());
    }

    /**
     * Counts what a graph knows as the shortest memory.
     *
     * @param graph a graph whose posterior was given
     */
    public static void countAsLearned(EpComputationGraph graph) {
        int counted = countedBatches(graph.getLayers());
        graph.getConfiguration().setIterationCount(counted);
        startPassAt(counted, graph.getLayers());
    }

    /**
     * Takes the posteriors over.
     *
     * @param from a plain graph, perhaps with EP layers; not changed
     * @param to the graph that it was converted to
     */
    public static void carry(ComputationGraph from, EpComputationGraph to) {
        if (from.getLayers() == null) {
            return;
        }
        boolean learns = false;
        for (String name : to.getConfiguration().getVertices().keySet()) {
            org.deeplearning4j.nn.conf.layers.Layer original = GraphConfigurations.layer(from.getConfiguration(), name);
            org.deeplearning4j.nn.conf.layers.Layer converted = GraphConfigurations.layer(to.getConfiguration(), name);
            if (original != null && converted != null) {
                learns |= carry(original, converted, from.getLayer(name), to.getLayer(name));
            }
        }
        if (learns) {
            countAsLearned(to);
        }
    }

    /** Whether the layer's posterior was taken over and goes on learning. */
    private static boolean carry(
            org.deeplearning4j.nn.conf.layers.Layer original,
            org.deeplearning4j.nn.conf.layers.Layer converted,
            Layer from,
            Layer to) {
        boolean same = EpConf.unfrozen(original).getClass()
                == EpConf.unfrozen(converted).getClass();
        if (!same || to.numParams() == 0) {
            return false;
        }
        to.setParams(from.params().reshape(to.params().shape()));
        return !(converted instanceof EpFrozenLayer);
    }

    private static int countedBatches(Layer[] layers) {
        double shortest = Arrays.stream(layers)
                .map(layer -> layer.conf().getLayer())
                .filter(EpOutputConf.class::isInstance)
                .mapToDouble(layer -> ((EpOutputConf) layer).getSchedule().getMinMemoryBatches())
                .findFirst()
                .orElse(TrainingSchedule.DEFAULT_MIN_MEMORY_BATCHES);
        return (int) Math.ceil(shortest);
    }

    private static void startPassAt(int iteration, Layer[] layers) {
        for (Layer layer : layers) {
            if (layer.conf().getLayer() instanceof EpOutputConf output) {
                output.setPassCounter(new PassCounter(output.getPassCounter().getBatchesPerPass(), iteration));
            }
        }
    }
}
