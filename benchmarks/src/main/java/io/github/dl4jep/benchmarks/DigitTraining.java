package io.github.dl4jep.benchmarks;

import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.Permutation;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * MNIST and a network for it, trained by whole passes in an order that depends on seed and pass alone.
 *
 * @param split the digits
 * @param definition the network
 * @param batch rows in a batch
 * @param seed of weights and batches
 */
record DigitTraining(Split split, MultiLayerConfiguration definition, int batch, long seed) {

    private static final double ADAM_RATE = 1e-3;

    static DigitTraining of(Path dataDir, String net, int batch, long seed) {
        Split split = DataSources.open(new DataRequest("mnist", dataDir, null, null, 0.2, seed))
                .split(0);
        return new DigitTraining(
                split, NetworkDefinition.of(net, split.shape(), seed).configuration(), batch, seed);
    }

    /** The same definition for DL4J's own training. */
    MultiLayerNetwork adam() {
        MultiLayerConfiguration copy = definition.clone();
        for (NeuralNetConfiguration conf : copy.getConfs()) {
            if (conf.getLayer() instanceof FeedForwardLayer layer) {
                layer.setIUpdater(new Adam(ADAM_RATE));
            }
        }
        MultiLayerNetwork network = new MultiLayerNetwork(copy);
        network.init();
        return network;
    }

    /** One pass over all training rows. */
    void pass(MultiLayerNetwork network, int pass) {
        network.fit(new ViewIterator(ordered(pass), batch));
    }

    /** A pass in as many parts as there are networks to make, each of the one before. */
    EpMultiLayerNetwork pass(EpMultiLayerNetwork network, int pass, List<UnaryOperator<EpMultiLayerNetwork>> steps) {
        List<DataSet> batches = new ArrayList<>();
        new ViewIterator(ordered(pass), batch).forEachRemaining(batches::add);
        EpMultiLayerNetwork current = network;
        for (int i = 0; i < steps.size(); i++) {
            current = steps.get(i).apply(current);
            int from = i * batches.size() / steps.size();
            int to = (i + 1) * batches.size() / steps.size();
            batches.subList(from, to).forEach(current::fit);
        }
        current.incrementEpochCount();
        return current;
    }

    private DataSet ordered(int pass) {
        int[] order = Permutation.of(split.train().numExamples(), seed + 1_000_003L * pass);
        return new DataSet(
                Nd4j.pullRows(split.train().getFeatures(), 1, order, 'c'),
                Nd4j.pullRows(split.train().getLabels(), 1, order, 'c'));
    }

    /** Share of wrong classes among the test rows. */
    double error(INDArray probabilities) {
        return probabilities
                .argMax(1)
                .neq(split.test().getLabels().argMax(1))
                .castTo(probabilities.dataType())
                .meanNumber()
                .doubleValue();
    }
}
