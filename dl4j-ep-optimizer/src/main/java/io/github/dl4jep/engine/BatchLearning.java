package io.github.dl4jep.engine;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.engine.MessageGraph.Evidence;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.vertex.Emphasis;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.SiteStep;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a batch says about the parameters of a graph, and the new values that come of it. Changes nothing itself. */
final class BatchLearning {

    private static final String WORKSPACE = "WS_EP_WITHHELD";
    /** Part of a teacher's message that memories with gates hear. */
    private static final double BEHIND_GATES = 1.0 / 16;

    private final VertexGraph graph;
    private final int networkInputs;
    private final List<MessageGraph.Output> outputs;
    private final List<Observer> observers = new ArrayList<>();
    private final StepCheck check;
    private final List<Readout> readouts;

    /**
     * Learning by some vertices. Teachers are added to them: they see what the weights of their outputs see. Behind a memory with gates they say
     * less to it: docs/algorithm.md, section 4.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order
     * @param outputs those with labels
     */
    BatchLearning(int networkInputs, List<GraphNode> nodes, List<MessageGraph.Output> outputs) {
        this.networkInputs = networkInputs;
        this.outputs = outputs;
        List<GraphNode> all = new ArrayList<>(nodes);
        VertexGraph untaught = new VertexGraph(networkInputs, nodes);
        boolean gates = untaught.hasGates();
        this.readouts = outputs.stream()
                .map(output -> Readout.of(networkInputs, untaught, output.node()))
                .toList();
        for (int i = 0; i < outputs.size(); i++) {
            MessageGraph.Output output = outputs.get(i);
            observers.add(new Observer(slotOf(i), output.likelihood(), i, false));
            EpOutput.Teacher teacher = output.teacher();
            if (teacher != null) {
                observers.add(new Observer(networkInputs + all.size(), teacher.likelihood(), i, true));
                Vertex vertex = teacher.vertex();
                all.add(readout(i).first().with(gates ? Emphasis.quieter(vertex, BEHIND_GATES) : vertex));
            }
        }
        this.graph = new VertexGraph(networkInputs, all);
        this.check = new StepCheck(networkInputs, graph, outputs, readouts);
    }

    /** What a batch says, and what the joint solve expects of the step; null where that is not checked. In turns each has the loss before it. */
    record Swept(Evidence evidence, StepCheck.@Nullable Goal goal) {}

    /** Compares a step with what was expected of it. */
    StepCheck check() {
        return check;
    }

    /** What takes the labels of an output: its likelihood, or its teacher's. */
    private record Observer(int slot, LikelihoodVertex likelihood, int output, boolean teacher) {}

    /** What makes an output's potentials of features. */
    Readout readout(int output) {
        return readouts.get(output);
    }

    /**
     * Whether steps are checked: where states go from step to step always, as what one step of learning does adds up over them.
     */
    boolean checksSteps(int output) {
        LikelihoodVertex likelihood = likelihood(output);
        return TrustRegion.isLearned(likelihood.parameters()) && (graph.hasState() || likelihood.hasLongSteps());
    }

    /** Whether a batch is learned from in turns. Where states go from step to step, and of weights without a width, that was not measured. */
    boolean takesTurns(long examples, int sweeps) {
        return sweeps == 1
                && TrustRegion.isLarge(examples)
                && observers.stream().anyMatch(Observer::teacher)
                && !graph.hasState()
                && check.canBeNarrower();
    }

    /** The activation that is an output's potentials. */
    int slotOf(int output) {
        return networkInputs + outputs.get(output).node();
    }

    /** The likelihood that looks at an activation. */
    LikelihoodVertex likelihoodAt(int slot) {
        return observers.stream()
                .filter(observer -> observer.slot() == slot)
                .findFirst()
                .orElseThrow()
                .likelihood();
    }

    private LikelihoodVertex likelihood(int output) {
        return outputs.get(output).likelihood();
    }

    /** Throws if labels are not what the likelihoods take. */
    void validate(List<Labels> labels) {
        for (int i = 0; i < outputs.size(); i++) {
            likelihood(i).validate(labels.get(i).values(), labels.get(i).mask());
        }
    }

    /** The vertices, teachers after all others. */
    VertexGraph graph() {
        return graph;
    }

    List<MessageGraph.Output> outputs() {
        return outputs;
    }

    /** Numbers of the activations that likelihoods look at. */
    List<Integer> observedSlots() {
        return observers.stream().map(Observer::slot).toList();
    }

    /** Sweeps over a batch, and checks that all that it says is finite. Statistics of the data are whole in any but the last turn. */
    Swept evidence(BatchParts parts, TrainingSchedule schedule, LearningPhase phase, Turn turn) {
        return solved(phase, () -> sweepAll(parts, schedule.getSweepsPerBatch(), phase, turn));
    }

    private Swept sweepAll(BatchParts parts, int sweeps, LearningPhase phase, Turn turn) {
        double score = Double.NaN;
        StepCheck.Goal goal = null;
        Sites sites = Sites.NONE;
        Sites ofWithheld = Sites.NONE;
        Map<Integer, BackwardMessage> messages = Map.of();
        for (int number = 0; number < sweeps; number++) {
            BatchParts.Forward forward = parts.forward(sites);
            if (number == 0) {
                score = meanScore(
                        forward.withheld().stream().map(WithheldExamples::all).toList(),
                        i -> potentials(forward, slotOf(i)).moments());
                ofWithheld = observeWithheld(forward);
            }
            Map<Integer, BackwardMessage> earlier = messages;
            messages = new HashMap<>();
            Map<Integer, INDArray> expected = new HashMap<>();
            Sites learned = observe(forward, earlier, messages, expected, number == 0 && phase.firstPass(), turn);
            if (turn != Turn.ALL || check.checks(sweeps, phase)) {
                goal = check.goal(forward, expected, phase);
            }
            // A further sweep may learn less than the first: what it leaves out stays.
            sites = parts.answer(messages).plus(learned).orEarlier(sites);
        }
        sites = sites.plus(ofWithheld);
        requireFinite(sites, messages, score, phase);
        return new Swept(new Evidence(score, sites), goal);
    }

    /** What all likelihoods say, of fresh examples more; adds their messages and the potentials that they expect. */
    private Sites observe(
            BatchParts.Forward forward,
            Map<Integer, BackwardMessage> earlier,
            Map<Integer, BackwardMessage> messages,
            Map<Integer, INDArray> expected,
            boolean fresh,
            Turn turn) {
        List<double @Nullable []> trust = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            Labels labels = forward.withheld().get(i).all();
            double[] given = likelihood(i).trust(potentials(forward, slotOf(i)), labels.values(), labels.mask());
            trust.add(forward.withheld().get(i).trust(given));
        }
        Sites learned = Sites.NONE;
        for (Observer observer : observers) {
            Labels labels = forward.withheld().get(observer.output()).all();
            LikelihoodVertex.Observation observation = observer.likelihood()
                    .observe(
                            potentials(forward, observer.slot()),
                            labels.values(),
                            labels.mask(),
                            earlier.get(observer.slot()),
                            trust.get(observer.output()));
            messages.put(
                    observer.slot(),
                    turn.isOf(observer.teacher())
                            ? observation.message()
                            : BackwardMessage.nothing(observation.message().shift()));
            if (observation.expected() != null && checksSteps(observer.output())) {
                expected.put(observer.output(), observation.expected());
            }
            learned = learned.plus(observation.sites());
            if (fresh) {
                learned = learned.plus(observer.likelihood()
                        .observeFresh(
                                potentials(forward, observer.slot()),
                                labels.values(),
                                labels.mask(),
                                trust.get(observer.output())));
            }
        }
        return learned;
    }

    private static ForwardMessage potentials(BatchParts.Forward forward, int slot) {
        return Objects.requireNonNull(forward.potentials().get(slot));
    }

    /** What withheld examples say about the pull of the prior; changes: of their negative log likelihood by a small pull. */
    Sites ofPull(double[] changes) {
        return changes.length == 0 ? Sites.NONE : likelihood(0).observePull(changes);
    }

    /** How often the prior's message is multiplied in by this batch. The first pass is a posterior without that. */
    double pull(LearningPhase phase) {
        return phase.firstPass() ? 0 : likelihood(0).pull(phase.step()) / phase.batchesPerPass();
    }

    /** In memory of its own, so that a batch takes the same with and without withheld examples. */
    private Sites observeWithheld(BatchParts.Forward forward) {
        Sites sites = Sites.NONE;
        for (int i = 0; i < outputs.size(); i++) {
            Moments predictions = forward.predictions().get(i);
            if (predictions != null) {
                try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
                    Labels labels = forward.withheld().get(i).labels();
                    sites = sites.plus(likelihood(i)
                            .observeWithheld(predictions, labels.values(), labels.mask())
                            .detached());
                }
            }
        }
        return sites;
    }

    private void requireFinite(Sites sites, Map<Integer, BackwardMessage> messages, double score, LearningPhase phase) {
        sites.notFinite(learners().keySet()).ifPresent(key -> {
            throw rejected("messages at " + key.place(), score, phase);
        });
        for (Observer observer : observers) {
            BackwardMessage message = Objects.requireNonNull(messages.get(observer.slot()));
            if (!Double.isFinite(Rows.sum(message.shift()))) {
                throw rejected("messages at " + observer.likelihood().describe(), score, phase);
            }
        }
        if (!Double.isFinite(score)) {
            throw rejected("predictions at " + likelihood(0).describe(), score, phase);
        }
    }

    /** Mean over the examples that have labels; of several outputs the sum. */
    double meanScore(List<Labels> labels, IntFunction<Moments> potentials) {
        double sum = 0;
        for (int i = 0; i < outputs.size(); i++) {
            Labels label = labels.get(i);
            INDArray scores = likelihood(i).negativeLogLikelihood(potentials.apply(i), label.values(), label.mask());
            double examples = label.count();
            sum += examples > 0 ? Rows.sum(scores) / examples : 0;
        }
        return sum;
    }

    /** Multiplies sites into the posterior. All new values are found before the first is put in place. */
    void putInPlace(Sites sites, SiteStep step, LearningPhase phase, Turn turn) {
        changes(sites, turn.of(step.withPull(pull(phase))), phase).forEach(Runnable::run);
    }

    /** What puts the new values of all parameters in place. */
    private List<Runnable> changes(Sites sites, SiteStep step, LearningPhase phase) {
        Map<ParameterKey, Learner> learners = learners();
        for (ParameterKey key : sites.keys()) {
            if (!learners.containsKey(key)) {
                throw new IllegalArgumentException("There is a site of " + key + ", allowed are those of "
                        + learners.keySet() + "; add up the sites of networks of one definition only");
            }
        }
        Function<ParameterKey, SiteStep> steps = check.steps(step);
        return solved(
                phase,
                () -> learners.entrySet().stream()
                        .map(entry -> entry.getValue().learn(sites, steps.apply(entry.getKey()), phase))
                        .toList());
    }

    private Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = graph.learners();
        observers.forEach(observer -> learners.putAll(observer.likelihood().learners()));
        return learners;
    }

    private <T> T solved(LearningPhase phase, Supplier<T> computation) {
        try {
            return computation.get();
        } catch (ArithmeticException e) {
            throw new RejectedBatchException(
                    "Batch " + (phase.step() - 1) + " gives equations without a solution (" + e.getMessage()
                            + "); it was not learned from and the posterior is unchanged. " + advice(),
                    e);
        }
    }

    private RejectedBatchException rejected(String what, double score, LearningPhase phase) {
        return new RejectedBatchException("Batch " + (phase.step() - 1) + " gives NaN or infinite " + what + " (score "
                + score
                + "); it was not learned from and the posterior is unchanged. " + advice());
    }

    /** Whether a layer is recurrent. */
    boolean hasState() {
        return graph.hasState();
    }

    private String advice() {
        return new Overflow(graph, networkInputs).advice();
    }
}
