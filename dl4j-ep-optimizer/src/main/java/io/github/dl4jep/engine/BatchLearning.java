package io.github.dl4jep.engine;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.engine.MessageGraph.Evidence;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.TrustRegion;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What a batch says about the parameters of a graph, and the new values that come of it. Changes nothing itself. */
final class BatchLearning {

    /** How far a probe pulls, in passes of strength 1. */
    private static final double PROBE = 0.05;

    private static final String WORKSPACE = "WS_EP_WITHHELD";

    private final VertexGraph graph;
    private final int networkInputs;
    private final List<MessageGraph.Output> outputs;
    private final List<Observer> observers = new ArrayList<>();
    private final StepCheck check;

    /**
     * Learning by some vertices. Teachers are added to them: they see what their output layer sees.
     *
     * @param networkInputs number of inputs of the network
     * @param nodes vertices in topological order
     * @param outputs those with labels
     */
    BatchLearning(int networkInputs, List<GraphNode> nodes, List<MessageGraph.Output> outputs) {
        this.networkInputs = networkInputs;
        this.outputs = outputs;
        List<GraphNode> all = new ArrayList<>(nodes);
        for (int i = 0; i < outputs.size(); i++) {
            MessageGraph.Output output = outputs.get(i);
            observers.add(new Observer(slotOf(i), output.likelihood(), i));
            if (output.teacher() != null) {
                observers.add(new Observer(
                        networkInputs + all.size(), output.teacher().likelihood(), i));
                all.add(nodes.get(output.node()).with(output.teacher().vertex()));
            }
        }
        this.graph = new VertexGraph(networkInputs, all);
        this.check = new StepCheck(networkInputs, graph, outputs);
    }

    /** What a batch says, and what the joint solve expects of the step; null where that is not checked. */
    record Swept(Evidence evidence, StepCheck.@Nullable Goal goal) {}

    /** Compares a step with what was expected of it. */
    StepCheck check() {
        return check;
    }

    /** What takes the labels of an output: its likelihood, or its teacher's. */
    private record Observer(int slot, LikelihoodVertex likelihood, int output) {}

    private int slotOf(int output) {
        return networkInputs + outputs.get(output).node();
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

    /** Sweeps over a batch, and checks that all that it says is finite. */
    Swept evidence(List<Moments> inputs, List<Labels> labels, TrainingSchedule schedule, LearningPhase phase) {
        return solved(phase, () -> sweepAll(inputs, labels, schedule, phase));
    }

    private Swept sweepAll(List<Moments> inputs, List<Labels> labels, TrainingSchedule schedule, LearningPhase phase) {
        int sweeps = schedule.getSweepsPerBatch();
        List<ForwardMessage> features = inputs.stream()
                .map(input -> ForwardMessage.observed(
                        input, InducingExamples.of(input.mean().size(0), schedule.getInducingExamples())))
                .toList();
        List<WithheldExamples> withheld = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            withheld.add(withheld(i, inputs, labels, phase));
        }
        double score = Double.NaN;
        StepCheck.Goal goal = null;
        Sites sites = Sites.NONE;
        Map<Integer, BackwardMessage> messages = Map.of();
        for (int number = 0; number < sweeps; number++) {
            VertexGraph.Sweep sweep = graph.forward(features, sites);
            if (number == 0) {
                score = meanScore(labels, i -> sweep.activation(slotOf(i)).moments());
            }
            Map<Integer, BackwardMessage> earlier = messages;
            messages = new HashMap<>();
            Map<Integer, INDArray> expected = new HashMap<>();
            Sites learned = Sites.NONE;
            List<double @Nullable []> trust = new ArrayList<>();
            for (int i = 0; i < outputs.size(); i++) {
                double[] given = likelihood(i)
                        .trust(
                                sweep.activation(slotOf(i)),
                                labels.get(i).values(),
                                labels.get(i).mask());
                trust.add(withheld.get(i).trust(given));
            }
            for (Observer observer : observers) {
                LikelihoodVertex.Observation observation = observer.likelihood()
                        .observe(
                                sweep.activation(observer.slot()),
                                labels.get(observer.output()).values(),
                                labels.get(observer.output()).mask(),
                                earlier.get(observer.slot()),
                                trust.get(observer.output()));
                messages.put(observer.slot(), observation.message());
                if (observation.expected() != null) {
                    expected.put(observer.output(), observation.expected());
                }
                learned = learned.plus(observation.sites());
            }
            if (sweeps == 1 && TrustRegion.checks(phase.step())) {
                goal = check.goal(sweep, expected, labels, withheld);
            }
            // A further sweep may learn less than the first: what it leaves out stays.
            sites = sweep.answer(messages).sites().plus(learned).orEarlier(sites);
        }
        sites = sites.plus(observeWithheld(inputs, withheld));
        requireFinite(sites, messages, score, phase);
        return new Swept(new Evidence(score, sites), goal);
    }

    private WithheldExamples withheld(int output, List<Moments> inputs, List<Labels> labels, LearningPhase phase) {
        Labels ofOutput = labels.get(output);
        double share = WithheldExamples.share(
                likelihood(output).withheldShare(),
                phase.batchesPerPass(),
                ofOutput.values().size(0));
        return WithheldExamples.of(inputs, ofOutput, share);
    }

    /** How often the prior's message is multiplied in by this batch. The first pass is a posterior without that. */
    double pull(LearningPhase phase) {
        return phase.firstPass() ? 0 : likelihood(0).pull(phase.step()) / phase.batchesPerPass();
    }

    /**
     * What the withheld examples of a batch say about the pull of the prior, by a small pull on all means that is taken back. Only while no
     * other thread predicts.
     */
    Sites probe(List<Moments> inputs, List<Labels> labels, LearningPhase phase) {
        WithheldExamples examples = withheld(0, inputs, labels, phase);
        if (!phase.probes() || examples.count() == 0 || !likelihood(0).learnsPull()) {
            return Sites.NONE;
        }
        INDArray before = withheldScores(examples, inputs);
        List<Runnable> undo = graph.learners().values().stream()
                .map(learner -> learner.pulled(PROBE))
                .toList();
        INDArray after = withheldScores(examples, inputs);
        undo.forEach(Runnable::run);
        double[] changes = examples.labels().ofLabelled(after.subi(before));
        return changes.length == 0 ? Sites.NONE : likelihood(0).observePull(Nd4j.createFromArray(changes));
    }

    private INDArray withheldScores(WithheldExamples examples, List<Moments> inputs) {
        int node = outputs.get(0).node();
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            Labels labels = examples.labels();
            Moments potentials = graph.predict(examples.of(inputs), node + 1).get(networkInputs + node);
            return likelihood(0)
                    .negativeLogLikelihood(potentials, labels.values(), labels.mask())
                    .detach();
        }
    }

    /** Withheld examples are predicted as any others. */
    private Sites observeWithheld(List<Moments> inputs, List<WithheldExamples> withheld) {
        Sites sites = Sites.NONE;
        for (int i = 0; i < outputs.size(); i++) {
            WithheldExamples examples = withheld.get(i);
            if (examples.count() > 0) {
                sites = sites.plus(observeWithheld(i, examples, inputs));
            }
        }
        return sites;
    }

    private Sites observeWithheld(int output, WithheldExamples examples, List<Moments> inputs) {
        int node = outputs.get(output).node();
        // Memory of its own, so that a batch takes the same with and without withheld examples.
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            List<Moments> activations = graph.predict(examples.of(inputs), node + 1);
            Labels labels = examples.labels();
            return likelihood(output)
                    .observeWithheld(activations.get(networkInputs + node), labels.values(), labels.mask())
                    .detached();
        }
    }

    private void requireFinite(Sites sites, Map<Integer, BackwardMessage> messages, double score, LearningPhase phase) {
        sites.notFinite(learners().keySet()).ifPresent(key -> {
            throw rejected("messages at " + key.place(), score, phase);
        });
        for (Observer observer : observers) {
            BackwardMessage message = Objects.requireNonNull(messages.get(observer.slot()));
            if (!Double.isFinite(message.shift().sumNumber().doubleValue())) {
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
            sum += examples > 0 ? scores.sumNumber().doubleValue() / examples : 0;
        }
        return sum;
    }

    /** What puts the new values of all parameters in place. */
    List<Runnable> changes(Sites sites, SiteStep step, LearningPhase phase) {
        Map<ParameterKey, Learner> learners = learners();
        for (ParameterKey key : sites.keys()) {
            if (!learners.containsKey(key)) {
                throw new IllegalArgumentException("There is a site of " + key + ", allowed are those of "
                        + learners.keySet() + "; add up the sites of networks of one definition only");
            }
        }
        return solved(
                phase,
                () -> learners.entrySet().stream()
                        .map(entry -> entry.getValue().learn(sites, check.stepOf(entry.getKey(), step), phase))
                        .toList());
    }

    private Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = graph.learners();
        observers.forEach(observer -> learners.putAll(observer.likelihood().learners()));
        return learners;
    }

    private static <T> T solved(LearningPhase phase, Supplier<T> computation) {
        try {
            return computation.get();
        } catch (ArithmeticException e) {
            throw new RejectedBatchException(
                    "Batch " + (phase.step() - 1) + " gives equations without a solution (" + e.getMessage()
                            + "); it was not learned from and the posterior is unchanged. Standardise the features, or look"
                            + " for extreme values in this batch",
                    e);
        }
    }

    private static RejectedBatchException rejected(String what, double score, LearningPhase phase) {
        return new RejectedBatchException("Batch " + (phase.step() - 1) + " gives NaN or infinite " + what + " (score "
                + score
                + "); it was not learned from and the posterior is unchanged. Standardise the features, or look for"
                + " extreme values in this batch");
    }
}
