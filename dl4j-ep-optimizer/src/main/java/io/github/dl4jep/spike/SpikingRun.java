package io.github.dl4jep.spike;

import io.github.dl4jep.engine.BatchCheck;
import io.github.dl4jep.stock.GraphChain;
import io.github.dl4jep.stock.OutputPotentials;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Runs a network for several time steps and averages its output potentials: for stochastic units, spike-coded inputs, or both.
 *
 * <pre>{@code
 * INDArray probabilities = SpikingRun.of(network).timeSteps(25).code(new RateCode()).output(features);
 * }</pre>
 *
 * <p>Any {@link MultiLayerNetwork} runs, trained by whatever; an EP network runs with its point weights, which it computes in
 * every step: for many steps its point network is faster. Potentials are the pre-activations of the output layer; in a
 * regression they are in the units of the labels. Spikes are drawn from ND4J's generator: set its seed to repeat a run. Without a
 * code the features enter unchanged in every step, and a network without stochastic units then gives the same in each. Immutable;
 * each run sees the network as it is at that moment.
 *
 * <p>Quality: Preview.
 */
public final class SpikingRun {

    /** Time steps where nothing else is set. */
    public static final int DEFAULT_TIME_STEPS = 25;

    /** Rows that run at once: bounds the memory. */
    private static final int ROWS = 1024;

    private final MultiLayerNetwork network;
    private final int timeSteps;
    private final @Nullable SpikeCode code;

    private SpikingRun(MultiLayerNetwork network, int timeSteps, @Nullable SpikeCode code) {
        this.network = network;
        this.timeSteps = timeSteps;
        this.code = code;
    }

    /**
     * A run of 25 time steps with features that enter unchanged.
     *
     * @param network any network with an output or loss layer; not changed
     * @return the run
     */
    public static SpikingRun of(MultiLayerNetwork network) {
        Objects.requireNonNull(network, "the network is null; give the one to run");
        return new SpikingRun(network, DEFAULT_TIME_STEPS, null);
    }

    /**
     * A run of a graph that is a chain of layers, as {@link #of(MultiLayerNetwork)}.
     *
     * @param graph any graph without branches, with an output or loss layer; not changed
     * @return the run
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the graph is no chain of layers; names the vertex
     */
    public static SpikingRun of(ComputationGraph graph) {
        Objects.requireNonNull(graph, "the network is null; give the one to run");
        return of(GraphChain.of(graph));
    }

    /**
     * The same run with another number of time steps.
     *
     * @param steps T, at least 1
     * @return a new run
     * @throws IllegalArgumentException if T is less than 1
     */
    public SpikingRun timeSteps(int steps) {
        TimeSteps.require(steps);
        return new SpikingRun(network, steps, code);
    }

    /**
     * The same run with features coded as spikes.
     *
     * @param spikeCode how intensities become spikes
     * @return a new run
     */
    public SpikingRun code(SpikeCode spikeCode) {
        return new SpikingRun(network, timeSteps, spikeCode);
    }

    /**
     * Output potentials, averaged over the time steps.
     *
     * @param features [n, ...]; with a code intensities in [0, 1]
     * @return [n, outputs]
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if a feature is not finite, or with a code not in [0, 1]
     */
    public INDArray potentials(INDArray features) {
        return potentials(OutputPotentials.of(network), features);
    }

    /**
     * What the output layer makes of the averaged potentials: class probabilities, or the prediction of a regression.
     *
     * @param features [n, ...]; with a code intensities in [0, 1]
     * @return [n, outputs]
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if a feature is not finite, or with a code not in [0, 1]
     */
    public INDArray output(INDArray features) {
        OutputPotentials oneStep = OutputPotentials.of(network);
        return oneStep.activation(potentials(oneStep, features));
    }

    /**
     * Output potentials averaged over the first 1, 2, ..., T time steps: how the prediction accumulates.
     *
     * @param features [n, ...]; with a code intensities in [0, 1]
     * @return [T, n, outputs]; the last is what {@link #potentials} gives for the same spikes
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if a feature is not finite, or with a code not in [0, 1]
     */
    public INDArray cumulativePotentials(INDArray features) {
        return cumulativePotentials(OutputPotentials.of(network), features);
    }

    /**
     * What the output layer makes of each of the cumulative averages.
     *
     * @param features [n, ...]; with a code intensities in [0, 1]
     * @return [T, n, outputs]
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if a feature is not finite, or with a code not in [0, 1]
     */
    public INDArray cumulativeOutput(INDArray features) {
        OutputPotentials oneStep = OutputPotentials.of(network);
        INDArray potentials = cumulativePotentials(oneStep, features);
        long outputs = potentials.size(2);
        return oneStep.activation(potentials.reshape(-1, outputs)).reshape(potentials.shape());
    }

    private INDArray potentials(OutputPotentials oneStep, INDArray features) {
        INDArray[] blocks = inBlocks(features, steps -> {
            INDArray sum = oneStep.of(steps.apply(0));
            for (int step = 1; step < timeSteps; step++) {
                sum.addi(oneStep.of(steps.apply(step)));
            }
            return sum.divi(timeSteps);
        });
        return Nd4j.concat(0, blocks);
    }

    private INDArray cumulativePotentials(OutputPotentials oneStep, INDArray features) {
        INDArray[] blocks = inBlocks(features, steps -> {
            INDArray[] means = new INDArray[timeSteps];
            INDArray sum = oneStep.of(steps.apply(0));
            means[0] = sum.dup();
            for (int step = 1; step < timeSteps; step++) {
                means[step] = sum.addi(oneStep.of(steps.apply(step))).div(step + 1);
            }
            return Nd4j.stack(0, means);
        });
        return Nd4j.concat(1, blocks);
    }

    /** Computes on blocks of rows; the computation gets the input of each time step. */
    private INDArray[] inBlocks(INDArray features, Function<IntFunction<INDArray>, INDArray> run) {
        Objects.requireNonNull(features, "the features are null; give one row for each example");
        long rows = features.size(0);
        INDArray intensities = code == null ? finite(features) : Intensities.of(features);
        INDArray[] blocks = new INDArray[Math.toIntExact((rows + ROWS - 1) / ROWS)];
        for (int block = 0; block < blocks.length; block++) {
            long start = (long) block * ROWS;
            INDArray part = intensities.get(NDArrayIndex.interval(start, Math.min(start + ROWS, rows)));
            long[] shape = features.shape().clone();
            shape[0] = part.size(0);
            blocks[block] = run.apply(step -> input(part, step).reshape(shape));
        }
        return blocks;
    }

    private static INDArray finite(INDArray features) {
        BatchCheck.requireFiniteRows("feature", features, 0);
        return features;
    }

    /** A new array: layers may overwrite it. */
    private INDArray input(INDArray part, int step) {
        if (code == null) {
            return part.dup();
        }
        INDArray steps = Nd4j.valueArrayOf(new long[] {part.size(0), 1}, step, part.dataType());
        return code.spikes(part, steps, timeSteps);
    }
}
