package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.spike.SpikingRun;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

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
        return output(new DataSet(features, features));
    }

    /**
     * Runs the network on all rows.
     *
     * @param rows features {@code [rows, ...]} and their mask, if they have one
     * @return {@code [rows, ...]}
     */
    public INDArray output(DataSet rows) {
        return outputs(rows, false);
    }

    /**
     * Runs the network on all rows as in training, that is with units dropped at random.
     *
     * @param rows features {@code [rows, ...]} and their mask, if they have one
     * @return {@code [rows, ...]}
     */
    public INDArray outputAsInTraining(DataSet rows) {
        return outputs(rows, true);
    }

    private INDArray outputs(DataSet rows, boolean train) {
        INDArray features = rows.getFeatures();
        INDArray mask = rows.getFeaturesMaskArray();
        long count = features.size(0);
        int block = SequenceSteps.atOnce(features, ROWS);
        List<INDArray> blocks = new ArrayList<>();
        for (long from = 0; from < count; from += block) {
            INDArrayIndex part = NDArrayIndex.interval(from, Math.min(from + block, count));
            INDArray values = features.get(part);
            INDArray there = mask == null ? null : mask.get(part);
            blocks.add(
                    network instanceof ComputationGraph graph
                            ? output(graph, train, values, there)
                            : layers().output(values, train, there, null));
        }
        return Nd4j.concat(0, blocks.toArray(INDArray[]::new));
    }

    /** Without workspaces in training: DL4J has none open for dropout in front of a graph's output at every step. */
    private static INDArray output(ComputationGraph graph, boolean train, INDArray values, @Nullable INDArray there) {
        ComputationGraphConfiguration configuration = graph.getConfiguration();
        WorkspaceMode mode = configuration.getTrainingWorkspaceMode();
        configuration.setTrainingWorkspaceMode(WorkspaceMode.NONE);
        try {
            return graph.output(train, new INDArray[] {values}, there == null ? null : new INDArray[] {there})[0];
        } finally {
            configuration.setTrainingWorkspaceMode(mode);
        }
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
