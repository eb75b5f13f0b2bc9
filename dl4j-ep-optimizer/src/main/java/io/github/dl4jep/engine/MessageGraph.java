package io.github.dl4jep.engine;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.vertex.EpLayer;
import io.github.dl4jep.weight.SiteStep;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A graph of EP vertices, some of them with labels, and what can be done with a batch on it. A chain is a graph, too. */
public final class MessageGraph {

    private final int networkInputs;
    private final List<GraphNode> nodes;
    private final List<Integer> outputs;

    private static final String WORKSPACE = "WS_EP_SWEEP";

    /**
     * A chain.
     *
     * @param layers layers in the order of the data, preprocessors included; the last one takes labels
     */
    public MessageGraph(List<EpLayer> layers) {
        this(1, chain(layers), List.of(layers.size() - 1));
    }

    private static List<GraphNode> chain(List<EpLayer> layers) {
        List<GraphNode> nodes = new ArrayList<>();
        for (EpLayer layer : layers) {
            nodes.add(new GraphNode(layer, List.of(nodes.size())));
        }
        return nodes;
    }

    /**
     * A graph.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order; their activations are numbered from {@code networkInputs}, behind the inputs
     * @param outputs indices into {@code nodes} of those with labels, in the order of the labels; each an {@link EpOutput}
     * @throws IllegalArgumentException if a node reads an activation that is not there before it, or an output takes no labels
     */
    public MessageGraph(int networkInputs, List<GraphNode> nodes, List<Integer> outputs) {
        this.networkInputs = networkInputs;
        this.nodes = UnitsAfterMaxima.in(networkInputs, nodes, outputs);
        this.outputs = List.copyOf(outputs);
        for (int i = 0; i < nodes.size(); i++) {
            for (int input : nodes.get(i).inputs()) {
                if (input < 0 || input >= networkInputs + i) {
                    throw new IllegalArgumentException(nodes.get(i).vertex().describe() + " reads activation " + input
                            + ", allowed are 0 to " + (networkInputs + i - 1));
                }
            }
        }
        for (int output : outputs) {
            if (!(nodes.get(output).vertex() instanceof EpOutput)) {
                throw new IllegalArgumentException(nodes.get(output).vertex().describe() + " takes no labels");
            }
        }
    }

    private EpOutput output(int index) {
        return (EpOutput) nodes.get(outputs.get(index)).vertex();
    }

    private int slotOf(int output) {
        return networkInputs + outputs.get(output);
    }

    /**
     * Learns from one batch: all of it or, on any error, nothing of it.
     *
     * @param inputs features of each input, finite, in the network's data type
     * @param labels labels of each output, finite
     * @param schedule how batches are counted
     * @param phase where training stands
     * @return mean negative log predictive likelihood of the batch before it was learned from, in nats; of several outputs the sum
     * @throws RejectedBatchException if the batch would put a NaN or an infinity into the posterior
     */
    public double learn(List<Moments> inputs, List<Labels> labels, TrainingSchedule schedule, LearningPhase phase) {
        validate(labels);
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            double score = sweepAll(inputs, labels, schedule.getSweepsPerBatch(), phase);
            rejectUnlessFinite(score, phase);
            SiteStep step = schedule.at(phase.step(), phase.batchesPerPass());
            nodes.forEach(node -> node.vertex().commit(step));
            return score;
        } catch (ArithmeticException e) {
            throw new RejectedBatchException(
                    "Batch " + (phase.step() - 1) + " gives equations without a solution (" + e.getMessage()
                            + "); it was not learned from and the posterior is unchanged. Standardise the features, or look"
                            + " for extreme values in this batch",
                    e);
        } finally {
            nodes.forEach(node -> node.vertex().discard());
        }
    }

    private void validate(List<Labels> labels) {
        for (int i = 0; i < outputs.size(); i++) {
            output(i).validateLabels(labels.get(i).values(), labels.get(i).mask());
        }
    }

    private double sweepAll(List<Moments> inputs, List<Labels> labels, int sweeps, LearningPhase phase) {
        double score = Double.NaN;
        for (int sweep = 0; sweep < sweeps; sweep++) {
            forward(inputs);
            if (sweep == 0) {
                score = meanScore(labels, i -> output(i).potentials());
            }
            backward(labels, phase);
        }
        return score;
    }

    private void forward(List<Moments> inputs) {
        List<ForwardMessage> activations = new ArrayList<>();
        for (Moments input : inOpenWorkspace(inputs)) {
            activations.add(new ForwardMessage(input, BatchCovariance.none()));
        }
        for (GraphNode node : nodes) {
            activations.add(node.vertex().forward(node.select(activations)));
        }
    }

    private void backward(List<Labels> labels, LearningPhase phase) {
        BackwardMessage[] messages = new BackwardMessage[networkInputs + nodes.size()];
        for (int i = 0; i < outputs.size(); i++) {
            messages[slotOf(i)] =
                    output(i).observe(labels.get(i).values(), labels.get(i).mask(), phase);
        }
        for (int n = nodes.size() - 1; n >= 0; n--) {
            BackwardMessage message = messages[networkInputs + n];
            // Null where nothing behind this vertex has labels, or all before it is observed.
            if (message != null) {
                List<@Nullable BackwardMessage> toInputs = nodes.get(n).vertex().backwardAll(message);
                List<Integer> slots = nodes.get(n).inputs();
                for (int i = 0; i < slots.size(); i++) {
                    messages[slots.get(i)] = product(messages[slots.get(i)], toInputs.get(i));
                }
            }
        }
    }

    private static @Nullable BackwardMessage product(@Nullable BackwardMessage a, @Nullable BackwardMessage b) {
        return a == null ? b : b == null ? a : a.and(b);
    }

    private void rejectUnlessFinite(double score, LearningPhase phase) {
        for (GraphNode node : nodes) {
            if (!node.vertex().hasFiniteSites()) {
                throw rejected("messages at " + node.vertex().describe(), score, phase);
            }
        }
        if (!Double.isFinite(score)) {
            throw rejected("predictions at " + output(0).describe(), score, phase);
        }
    }

    private static RejectedBatchException rejected(String what, double score, LearningPhase phase) {
        return new RejectedBatchException("Batch " + (phase.step() - 1) + " gives NaN or infinite " + what + " (score "
                + score
                + "); it was not learned from and the posterior is unchanged. Standardise the features, or look for"
                + " extreme values in this batch");
    }

    private double meanScore(List<Labels> labels, IntFunction<Moments> potentials) {
        double sum = 0;
        for (int i = 0; i < outputs.size(); i++) {
            Labels label = labels.get(i);
            INDArray scores = output(i).negativeLogLikelihood(potentials.apply(i), label.values(), label.mask());
            double examples = label.count();
            sum += examples > 0 ? scores.sumNumber().doubleValue() / examples : 0;
        }
        return sum;
    }

    /**
     * Negative log predictive likelihood of each example, learned from or not; of several outputs the sum.
     *
     * @param inputs features of each input
     * @param labels labels of each output
     * @return nats per example, [minibatch, 1], detached
     */
    public INDArray scores(List<Moments> inputs, List<Labels> labels) {
        validate(labels);
        return detached(() -> {
            List<Moments> activations = predictAll(inputs);
            INDArray sum = null;
            for (int i = 0; i < outputs.size(); i++) {
                INDArray scores = output(i)
                        .negativeLogLikelihood(
                                activations.get(slotOf(i)),
                                labels.get(i).values(),
                                labels.get(i).mask());
                sum = sum == null ? scores : sum.add(scores);
            }
            return Objects.requireNonNull(sum);
        });
    }

    /**
     * Mean negative log predictive likelihood of a batch; of several outputs the sum.
     *
     * @param inputs features of each input
     * @param labels labels of each output
     * @return nats
     */
    public double score(List<Moments> inputs, List<Labels> labels) {
        validate(labels);
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            List<Moments> activations = predictAll(inputs);
            return meanScore(labels, i -> activations.get(slotOf(i)));
        }
    }

    /**
     * The predictions for a batch.
     *
     * @param inputs features of each input
     * @return the prediction of each output, detached
     */
    public List<Prediction> predict(List<Moments> inputs) {
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            List<Moments> activations = predictAll(inputs);
            List<Prediction> predictions = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                predictions.add(detached(output(i).prediction(activations.get(slotOf(i)))));
            }
            return predictions;
        }
    }

    private static Prediction detached(Prediction prediction) {
        INDArray probabilities = prediction.classProbabilities();
        return new Prediction(
                prediction.mean().detach(),
                prediction.epistemicVariance().detach(),
                prediction.aleatoricVariance().detach(),
                probabilities == null ? null : probabilities.detach(),
                prediction.entropy().detach());
    }

    /**
     * Mean activations of some of the nodes.
     *
     * @param inputs features of each input
     * @param wanted indices of nodes, in ascending order
     * @return their activations without variances, detached
     */
    public List<Moments> meanActivations(List<Moments> inputs, List<Integer> wanted) {
        List<Moments> means = new ArrayList<>();
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            List<Moments> activations = predict(inputs, wanted.get(wanted.size() - 1) + 1);
            for (int node : wanted) {
                Moments activation = nodes.get(node).activation().apply(activations.get(networkInputs + node));
                means.add(Moments.pointMass(activation.mean().detach()).shapedAs(activation.shape()));
            }
        }
        return means;
    }

    /**
     * Output potentials under draws of the weights from the posterior.
     *
     * @param inputs features of each input
     * @param draws number of draws, at least 1
     * @return for each output [draws, minibatch, outputs], detached; where an example has positions, their columns are outputs x positions
     */
    public List<INDArray> sample(List<Moments> inputs, int draws) {
        List<List<Moments>> potentials = new ArrayList<>();
        for (int draw = 0; draw < draws; draw++) {
            potentials.add(draw(inputs));
        }
        List<INDArray> stacked = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            int output = i;
            stacked.add(Nd4j.stack(
                    0, potentials.stream().map(draw -> draw.get(output).mean()).toArray(INDArray[]::new)));
        }
        return stacked;
    }

    /**
     * The predictions from mean and variance of the output potentials over draws of the weights.
     *
     * @param inputs features of each input
     * @param draws number of draws, at least 2
     * @return the prediction of each output, detached
     */
    public List<Prediction> predictFromSamples(List<Moments> inputs, int draws) {
        List<RunningMoments> potentials = new ArrayList<>();
        List<Moments> first = draw(inputs);
        for (Moments values : first) {
            potentials.add(new RunningMoments(values.mean()));
        }
        for (int draw = 1; draw < draws; draw++) {
            List<Moments> next = draw(inputs);
            for (int i = 0; i < next.size(); i++) {
                potentials.get(i).add(next.get(i).mean());
            }
        }
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            predictions.add(detached(output(i)
                    .prediction(
                            potentials.get(i).moments().shapedAs(first.get(i).shape()))));
        }
        return predictions;
    }

    /** Output potentials under one draw of the weights, [minibatch, outputs] each, c-ordered and detached. */
    private List<Moments> draw(List<Moments> inputs) {
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            List<Moments> values = new ArrayList<>(inputs);
            for (GraphNode node : nodes) {
                values.add(node.vertex().sample(node.select(values)));
            }
            List<Moments> potentials = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                Moments drawn = values.get(slotOf(i));
                potentials.add(Moments.pointMass(drawn.mean().dup('c').detach()).shapedAs(drawn.shape()));
            }
            return potentials;
        }
    }

    private List<Moments> predictAll(List<Moments> inputs) {
        return predict(inputs, nodes.size());
    }

    /** The inputs, then the activations of the first nodes. */
    private List<Moments> predict(List<Moments> inputs, int nodeCount) {
        List<Moments> activations = new ArrayList<>(inOpenWorkspace(inputs));
        for (GraphNode node : nodes.subList(0, nodeCount)) {
            activations.add(node.vertex().predict(node.select(activations)));
        }
        return activations;
    }

    /** Copies whose squares are computed in the open workspace: those of an earlier sweep are gone. */
    private static List<Moments> inOpenWorkspace(List<Moments> inputs) {
        return inputs.stream()
                .map(input -> new Moments(input.mean(), input.variance()).shapedAs(input.shape()))
                .toList();
    }

    private static INDArray detached(Supplier<INDArray> computation) {
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            return computation.get().detach();
        }
    }
}
