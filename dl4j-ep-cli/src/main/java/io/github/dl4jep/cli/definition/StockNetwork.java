package io.github.dl4jep.cli.definition;

import io.github.dl4jep.spike.SpikingRun;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A network of stock DL4J: what its two classes do alike, but do not declare together.
 *
 * @param network a {@link MultiLayerNetwork}, or a {@link ComputationGraph} with one input and one output
 */
public record StockNetwork(Model network) {
    /** Rows that run at once, to bound the memory of wide networks. */
    private static final int ROWS = 1000;

    /**
     * Trains for one pass.
     *
     * @param batches the batches
     */
    public void fit(DataSetIterator batches) {
        ((NeuralNetwork) network).fit(batches);
    }

    /**
     * Runs the network on all rows.
     *
     * @param features {@code [rows, ...]}
     * @return {@code [rows, outputs]}
     */
    public INDArray output(INDArray features) {
        DataSetIterator rows = new ViewIterator(new DataSet(features, features), ROWS);
        return network instanceof ComputationGraph graph ? graph.outputSingle(rows) : layers().output(rows);
    }

    /**
     * Runs the network on all rows as in training, that is with units dropped at random.
     *
     * @param features {@code [rows, ...]}
     * @return {@code [rows, outputs]}
     */
    public INDArray outputAsInTraining(INDArray features) {
        List<INDArray> blocks = new ArrayList<>();
        DataSetIterator rows = new ViewIterator(new DataSet(features, features), ROWS);
        while (rows.hasNext()) {
            INDArray block = rows.next().getFeatures();
            blocks.add(
                    network instanceof ComputationGraph graph
                            ? graph.output(true, block)[0]
                            : layers().output(block, true));
        }
        return Nd4j.vstack(blocks);
    }

    private MultiLayerNetwork layers() {
        return (MultiLayerNetwork) network;
    }

    /**
     * Runs the network for several time steps.
     *
     * @param timeSteps how many
     * @return the run
     */
    public SpikingRun run(int timeSteps) {
        SpikingRun run = network instanceof ComputationGraph graph ? SpikingRun.of(graph) : SpikingRun.of(layers());
        return run.timeSteps(timeSteps);
    }

    /**
     * Returns the number of weights and biases.
     *
     * @return the number
     */
    public long parameters() {
        return network.numParams();
    }

    /**
     * Says whether the network can be trained with labels.
     *
     * @return true if what gives its outputs are output layers
     */
    public boolean takesLabels() {
        return (network instanceof ComputationGraph graph ? graph.getOutputLayer(0) : layers().getOutputLayer())
                instanceof IOutputLayer;
    }

    /**
     * Returns what the network is made of.
     *
     * @return the definition
     */
    public Definition definition() {
        return network instanceof ComputationGraph graph
                ? Definition.of(graph.getConfiguration())
                : Definition.of(layers().getLayerWiseConfigurations());
    }
}
