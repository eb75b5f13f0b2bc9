package io.github.dl4jep.accuracy;

import io.github.dl4jep.cli.data.split.Permutation;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Arrays;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/** An EP network on one split, with default options where nothing else is said. */
final class Training {

    private static final long SEED = 1;

    private final Split split;
    private final int batch;
    private final EpMultiLayerNetwork network;
    private int passes;

    Training(Split split, String definition, int batch) {
        this(split, definition, batch, EpOptions.defaults());
    }

    Training(Split split, String definition, int batch, EpOptions options) {
        this.split = split;
        this.batch = batch;
        this.network = EpNetworks.from(
                NetworkDefinition.of(definition, split.shape(), SEED).configuration(), options);
    }

    /** One pass in an order of its own. */
    void pass() {
        pass(network);
    }

    /** One more pass of another network that was made of this one. */
    void pass(EpMultiLayerNetwork other) {
        other.fit(batches(shuffled(split.train().numExamples())));
    }

    /** The beginning of a pass in an order of its own. */
    void beginningOfPass(int rows) {
        network.fit(batches(shuffled(rows)));
    }

    /** The first rows in the order of the next pass. */
    private DataSet shuffled(int rows) {
        int[] order = Permutation.of(split.train().numExamples(), SEED + 1_000_003L * passes);
        passes++;
        int[] first = Arrays.copyOf(order, rows);
        return new DataSet(
                Nd4j.pullRows(split.train().getFeatures(), 1, first, 'c'),
                Nd4j.pullRows(split.train().getLabels(), 1, first, 'c'));
    }

    /** One pass over the first rows, in the order of the file. */
    void passInOrder(int rows) {
        passInOrder(rows, null);
    }

    /** The same with every batch preprocessed. */
    void passInOrder(int rows, DataSetPreProcessor preProcessor) {
        DataSetIterator batches = batches((DataSet) split.train().getRange(0, rows));
        batches.setPreProcessor(preProcessor);
        network.fit(batches);
    }

    private DataSetIterator batches(DataSet rows) {
        return new ViewIterator(rows, batch);
    }

    EpMultiLayerNetwork network() {
        return network;
    }

    Split split() {
        return split;
    }
}
