package io.github.dl4jep.engine;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.vertex.Learner;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.SiteStep;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares what a step does with what the joint solve expects of it, and keeps the priors of the hidden layers as narrow as needed:
 * {@link TrustRegion}.
 *
 * @param networkInputs number of inputs of the network
 * @param graph all vertices
 * @param outputs those with labels
 * @param readouts what makes the potentials of each; all other layers are hidden
 */
record StepCheck(int networkInputs, VertexGraph graph, List<MessageGraph.Output> outputs, List<Readout> readouts) {

    /**
     * What is expected of one step.
     *
     * @param before loss of the batch before
     * @param expected loss after it, if the network is as linear as the solve takes it
     * @param withheld the examples that are not learned from, which do not count
     * @param means potentials before, by output
     */
    record Goal(double before, double expected, List<WithheldExamples> withheld, Map<Integer, INDArray> means) {}

    /** Whether every step is checked, and so with some examples. */
    boolean isOfEveryStep() {
        return takesBack();
    }

    /** Potentials of which those alone have moved that are checked. */
    private Map<Integer, INDArray> ofChecked(
            Map<Integer, INDArray> moved, Map<Integer, INDArray> means, LearningPhase phase) {
        Map<Integer, INDArray> checked = new HashMap<>();
        moved.forEach((i, potentials) -> {
            INDArray before = Objects.requireNonNull(means.get(i));
            BatchPart batch = BatchPart.whole(phase.step(), before.size(0), 1);
            checked.put(i, CheckedExamples.of(batch, isOfEveryStep()).moved(potentials, before));
        });
        return checked;
    }

    /**
     * The goal of a step; null where no output checks its steps, or no hidden prior could be narrower. Expected: potentials by output.
     */
    @Nullable
    Goal goal(BatchParts.Forward forward, Map<Integer, INDArray> expected, LearningPhase phase) {
        if (expected.isEmpty() || !canBeNarrower()) {
            return null;
        }
        Map<Integer, INDArray> means = new HashMap<>();
        expected.keySet()
                .forEach(i -> means.put(
                        i,
                        HostMemory.detached(
                                Objects.requireNonNull(forward.potentials().get(slotOf(i)))
                                        .moments()
                                        .mean())));
        return new Goal(
                loss(means, means, forward.withheld()),
                loss(ofChecked(expected, means, phase), means, forward.withheld()),
                forward.withheld(),
                means);
    }

    /**
     * The weights before a step.
     *
     * @param back puts them back
     * @param factor of their priors
     */
    record Before(Runnable back, double factor) {}

    /** Whether the step of a batch is checked: all of them where lost ones are taken back. */
    boolean checks(int sweeps, LearningPhase phase) {
        return sweeps == 1 && (takesBack() || TrustRegion.checks(phase.step()));
    }

    /** Whether a lost step of the next batch is taken back. */
    boolean takesBack(int sweeps) {
        return sweeps == 1
                && takesBack()
                && canBeNarrower()
                && outputs.stream()
                        .anyMatch(output ->
                                TrustRegion.isLearned(output.likelihood().parameters()));
    }

    /** Copies all weights, in the open workspace. */
    Before saved() {
        List<Runnable> saved =
                graph.learners().values().stream().map(Learner::saved).toList();
        return new Before(() -> saved.forEach(Runnable::run), priorFactor());
    }

    /**
     * Compares the loss after a step with its goal, and narrows or widens the hidden priors. With the weights before the step, it is taken back if it is
     * lost; answers whether it was.
     */
    boolean compare(Goal goal, BatchParts.After after, LearningPhase phase, @Nullable Before before) {
        // An output may begin to check its steps later than others.
        Map<Integer, INDArray> reached = new HashMap<>(after.means());
        reached.keySet().retainAll(goal.means().keySet());
        double loss = loss(ofChecked(reached, goal.means(), phase), goal.means(), goal.withheld());
        double factor = priorFactor();
        if (before == null) {
            rescalePriors(
                    goal,
                    factor,
                    TrustRegion.next(
                            factor,
                            goal.before(),
                            goal.expected(),
                            loss,
                            TrustRegion.leastWon(rows(goal)),
                            featuresShare(goal, after),
                            phase.step()));
            return false;
        }
        boolean lost = TrustRegion.isLost(goal.before(), goal.expected(), loss);
        if (lost) {
            before.back().run();
        }
        rescalePriors(
                goal,
                lost ? before.factor() : factor,
                TrustRegion.nextWhereTakenBack(factor, goal.before(), goal.expected(), loss));
        return lost;
    }

    /** From: the factor that the weights have now. */
    private void rescalePriors(Goal goal, double from, double to) {
        Set<String> ofOutputs = placesOfOutputs();
        graph.learners().forEach((key, learner) -> {
            if (from != to && !ofOutputs.contains(key.place())) {
                learner.rescalePrior(from, to);
            }
        });
        goal.means().keySet().forEach(i -> TrustRegion.set(likelihood(i).parameters(), to));
    }

    /** Rows of labels: examples, or their positions. */
    private long rows(Goal goal) {
        return goal.means().entrySet().stream()
                .mapToLong(output -> output.getValue().length()
                        / likelihood(output.getKey()).rows().outputs())
                .min()
                .orElseThrow();
    }

    /**
     * Where there are gates, or labels at the steps of states: units that one step saturates stay so. A state without gates that is read at its end wants
     * the stricter rule of other networks.
     */
    private boolean takesBack() {
        return graph.hasState()
                && (graph.hasGates()
                        || outputs.stream()
                                .anyMatch(output -> output.likelihood().rows().spatialRank() > 0));
    }

    /** Whether a narrower prior would shorten the steps of hidden layers. */
    boolean canBeNarrower() {
        Set<String> ofOutputs = placesOfOutputs();
        return graph.learners().entrySet().stream()
                .anyMatch(entry -> entry.getValue().canBeNarrower()
                        && !ofOutputs.contains(entry.getKey().place()));
    }

    /** Part of the potentials' movement that the features made; the rest the outputs' weights make on the features as they were. */
    private static double featuresShare(Goal goal, BatchParts.After after) {
        double ofFeatures = 0;
        double ofWeights = 0;
        for (Map.Entry<Integer, INDArray> output : goal.means().entrySet()) {
            int i = output.getKey();
            INDArray between = Objects.requireNonNull(after.ofOldFeatures().get(i));
            ofFeatures += squaredDistance(Objects.requireNonNull(after.means().get(i)), between);
            ofWeights += squaredDistance(between, output.getValue());
        }
        return ofFeatures / (ofFeatures + ofWeights);
    }

    private static double squaredDistance(INDArray a, INDArray b) {
        double[] x = Rows.columns(a);
        double[] y = Rows.columns(b);
        double sum = 0;
        for (int i = 0; i < x.length; i++) {
            sum += (x[i] - y[i]) * (x[i] - y[i]);
        }
        return sum;
    }

    /** The step of each array of parameters: hidden priors have their factor. */
    Function<ParameterKey, SiteStep> steps(SiteStep step) {
        Set<String> ofOutputs = placesOfOutputs();
        SiteStep ofHidden = step.withPriorFactor(priorFactor());
        return key -> ofOutputs.contains(key.place()) ? step : ofHidden;
    }

    /** Mean over the examples that weights learn from; of several outputs the sum. Before: means before the step. */
    private double loss(Map<Integer, INDArray> means, Map<Integer, INDArray> before, List<WithheldExamples> withheld) {
        double sum = 0;
        for (Map.Entry<Integer, INDArray> output : means.entrySet()) {
            int i = output.getKey();
            Labels label = withheld.get(i).all();
            INDArray losses = likelihood(i)
                    .stepLoss(output.getValue(), Objects.requireNonNull(before.get(i)), label.values(), label.mask());
            sum += withheld.get(i).meanOfOthers(losses);
        }
        return sum;
    }

    private double priorFactor() {
        return outputs.stream()
                .mapToDouble(output -> TrustRegion.factor(output.likelihood().parameters()))
                .max()
                .orElse(1);
    }

    /** Layers whose parameters make potentials of features, or are of likelihoods. */
    private Set<String> placesOfOutputs() {
        Set<String> places = new HashSet<>();
        readouts.forEach(readout -> places.addAll(readout.places()));
        outputs.forEach(output -> places.add(output.likelihood().describe()));
        return places;
    }

    private int slotOf(int output) {
        return networkInputs + outputs.get(output).node();
    }

    private LikelihoodVertex likelihood(int output) {
        return outputs.get(output).likelihood();
    }
}
