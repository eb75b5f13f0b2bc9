package io.github.dl4jep.engine;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.recurrent.SequenceStates;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.SiteStep;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A graph of EP vertices, some of them with labels, and what can be done with a batch on it. A chain is a graph, too.
 *
 * <p>Any number of threads may predict at once. A batch is learned from while no other thread predicts or learns; others wait for its end.
 */
public final class MessageGraph {

    /**
     * Where labels are.
     *
     * @param node index of the vertex whose activation the potentials are
     * @param likelihood what labels say to them
     * @param teacher what teaches the features beside it, or null
     */
    public record Output(int node, LikelihoodVertex likelihood, EpOutput.@Nullable Teacher teacher) {

        /**
         * The output of a layer with labels.
         *
         * @param node index of its vertex
         * @param layer the layer
         */
        public Output(int node, EpOutput layer) {
            this(node, layer.likelihood(), layer.teacher());
        }
    }

    /**
     * What a batch says, not learned from yet.
     *
     * @param score mean negative log predictive likelihood of the batch, in nats; of several outputs the sum
     * @param sites sites of weights and statistics of other learned numbers; they live in the workspace that is open
     */
    public record Evidence(double score, Sites sites) {}

    /**
     * What comes of a batch that nothing is learned from.
     *
     * @param predictions of each output
     * @param means mean activations of the nodes that were asked for
     */
    public record Activations(List<Prediction> predictions, List<Moments> means) {}

    private static final String WORKSPACE = "WS_EP_GRAPH";

    private final int networkInputs;
    private final Predicting predicting;
    private final List<Output> outputs;
    private final BatchLearning learning;
    private final List<GraphNode> nodes;
    private final ParameterLock lock;

    /**
     * A graph.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order; their activations are numbered from {@code networkInputs}, after the inputs
     * @param outputs vertices with labels, in the order of the labels
     * @throws IllegalArgumentException if a node reads an activation that is not there before it
     */
    public MessageGraph(int networkInputs, List<GraphNode> nodes, List<Output> outputs) {
        this(
                networkInputs,
                nodes,
                outputs,
                new ParameterLock(
                        new VertexGraph(networkInputs, nodes).learners().values()));
    }

    private MessageGraph(int networkInputs, List<GraphNode> nodes, List<Output> outputs, ParameterLock lock) {
        this.nodes = List.copyOf(nodes);
        this.lock = lock;
        this.networkInputs = networkInputs;
        this.outputs = List.copyOf(outputs);
        UnitsAfterMaxima units = new UnitsAfterMaxima(
                networkInputs, nodes, outputs.stream().map(Output::node).toList());
        this.predicting =
                new Predicting(networkInputs, new VertexGraph(networkInputs, units.nodes()), units, this.outputs);
        this.learning = new BatchLearning(networkInputs, units.nodes(), this.outputs);
    }

    /**
     * The same graph for segments of sequences: recurrent layers go on from their states, and leave those at the end.
     *
     * @param states the states
     * @return a graph with the same parameters
     */
    public MessageGraph continuing(SequenceStates states) {
        return new MessageGraph(networkInputs, VertexGraph.continuing(nodes, states), outputs, lock);
    }

    /** {@return whether a layer is recurrent, so that there are states that go on from segment to segment} */
    public boolean hasState() {
        return learning.hasState();
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
        return learn(() -> whole(inputs, labels, schedule, phase), schedule, phase);
    }

    /**
     * Learns from one batch whose parts may be elsewhere: all of it or, on any error, nothing of it. Where lost steps are taken back, the
     * batch is learned from again after one, with narrower priors.
     *
     * @param parts gives the batch, anew for each attempt, with the posterior as it is then
     * @param schedule how batches are counted
     * @param phase where training stands, the same as the parts have
     * @return mean negative log predictive likelihood of the batch before it was learned from, in nats; of several outputs the sum
     * @throws RejectedBatchException if the batch would put a NaN or an infinity into the posterior
     */
    public double learn(Supplier<BatchParts> parts, TrainingSchedule schedule, LearningPhase phase) {
        return lock.changing(new BatchStep(learning, parts, schedule, phase)::learn);
    }

    /**
     * Opens the memory of this thread in which a batch goes through the graph.
     *
     * @return the open workspace, to be closed
     */
    public static MemoryWorkspace openWorkspace() {
        return ReusedWorkspace.open(WORKSPACE);
    }

    private PartPass whole(List<Moments> inputs, List<Labels> labels, TrainingSchedule schedule, LearningPhase phase) {
        long rows = inputs.get(0).mean().size(0);
        return part(
                BatchPart.whole(phase.step(), rows, schedule.getInducingExamples()), inputs, labels, schedule, phase);
    }

    /**
     * Some examples of a batch, in this process. {@link #openWorkspace} holds what they need until they have answered.
     *
     * @param part which examples of the batch these are
     * @param inputs features of each input, of all {@link BatchPart#rows}, finite, in the network's data type
     * @param labels labels of each output, of as many rows, finite
     * @param schedule how batches are learned from
     * @param phase where training stands
     * @return the examples on their way through this graph
     */
    public PartPass part(
            BatchPart part, List<Moments> inputs, List<Labels> labels, TrainingSchedule schedule, LearningPhase phase) {
        learning.validate(labels.stream().map(each -> each.own(part)).toList());
        boolean checked = learning.check().checks(schedule.getSweepsPerBatch(), phase);
        return new PartPass(learning, part, inputs, labels, phase, checked);
    }

    /**
     * What a batch, or a part of one that is learned from by itself, says about all parameters; nothing is learned.
     *
     * @param inputs features of each input, finite, in the network's data type
     * @param labels labels of each output, finite
     * @param schedule how batches are learned from: the number of sweeps and of inducing examples
     * @param phase where training stands, for messages
     * @return score and sites, all finite
     * @throws RejectedBatchException if there is a NaN or an infinity among them
     */
    public Evidence evidence(
            List<Moments> inputs, List<Labels> labels, TrainingSchedule schedule, LearningPhase phase) {
        return lock.reading(() -> learning.evidence(whole(inputs, labels, schedule, phase), schedule, phase, Turn.ALL)
                .evidence());
    }

    /**
     * Multiplies sites into the posterior: the one place where parameters change. All new values are found before the first is put
     * in place.
     *
     * @param sites what one batch says, or the sum of what its parts say
     * @param step retention, averaging and damping
     * @param phase where training stands
     * @throws RejectedBatchException if there are no finite new values; the posterior is unchanged then
     * @throws IllegalArgumentException if the sites are those of another network; the posterior is unchanged then
     */
    public void commit(Sites sites, SiteStep step, LearningPhase phase) {
        changing(() -> learning.putInPlace(sites, step, phase, Turn.ALL));
    }

    /**
     * Changes parameters in another way than by learning, while nobody predicts.
     *
     * @param change what to do
     */
    public void changing(Runnable change) {
        lock.changing(() -> {
            change.run();
            return null;
        });
    }

    /** Says that nobody writes to the parameters from now on: what predictions keep of them is not compared any more. */
    public void fix() {
        lock.fix();
    }

    /**
     * Negative log predictive likelihood of each example, learned from or not; of several outputs the sum.
     *
     * @param inputs features of each input
     * @param labels labels of each output
     * @return nats per example, [minibatch, 1], detached
     */
    public INDArray scores(List<Moments> inputs, List<Labels> labels) {
        learning.validate(labels);
        return reading(() -> predicting.scores(inputs, labels));
    }

    /**
     * Mean negative log predictive likelihood of a batch; of several outputs the sum.
     *
     * @param inputs features of each input
     * @param labels labels of each output
     * @return nats
     */
    public double score(List<Moments> inputs, List<Labels> labels) {
        learning.validate(labels);
        return reading(() -> {
            List<Moments> potentials = predicting.potentials(inputs);
            return learning.meanScore(labels, potentials::get);
        });
    }

    /**
     * The predictions for a batch.
     *
     * @param inputs features of each input
     * @param firstRow number of the first row in messages
     * @return the prediction of each output, detached
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if features are so large that a prediction is not finite
     */
    public List<Prediction> predict(List<Moments> inputs, long firstRow) {
        return reading(() -> predicting.predict(inputs, List.of(), firstRow)).predictions();
    }

    /**
     * The predictions for a batch and mean activations of some of the nodes, in one pass.
     *
     * @param inputs features of each input
     * @param wanted indices of nodes
     * @return both, detached
     */
    public Activations predict(List<Moments> inputs, List<Integer> wanted) {
        return reading(() -> predicting.predict(inputs, wanted, 0));
    }

    /**
     * Mean activations of some of the nodes.
     *
     * @param inputs features of each input
     * @param wanted indices of nodes, in ascending order
     * @return their activations without variances, detached
     */
    public List<Moments> meanActivations(List<Moments> inputs, List<Integer> wanted) {
        return reading(() -> predicting.meanActivations(inputs, wanted));
    }

    /**
     * Output potentials under draws of the weights from the posterior.
     *
     * @param inputs features of each input
     * @param draws number of draws, at least 1
     * @return for each output [draws, minibatch, outputs], detached; where an example has positions, their columns are outputs x positions
     */
    public List<INDArray> sample(List<Moments> inputs, int draws) {
        return PotentialDraws.stacked(draws, () -> reading(() -> predicting.draw(inputs)));
    }

    /**
     * The predictions from mean and variance of the output potentials over draws of the weights.
     *
     * @param inputs features of each input
     * @param draws number of draws, at least 2
     * @return the prediction of each output, detached
     */
    public List<Prediction> predictFromSamples(List<Moments> inputs, int draws) {
        return predicting.of(PotentialDraws.moments(draws, () -> reading(() -> predicting.draw(inputs))), 0);
    }

    /** Runs while nothing is learned; what it gives must be detached. */
    private <T> T reading(Supplier<T> computation) {
        return lock.reading(() -> {
            try (MemoryWorkspace workspace = openWorkspace()) {
                return computation.get();
            }
        });
    }
}
