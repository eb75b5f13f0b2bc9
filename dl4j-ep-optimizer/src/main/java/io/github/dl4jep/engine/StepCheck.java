package io.github.dl4jep.engine;

import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.TrustRegion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Compares what a step does with what the joint solve expects of it, and keeps the priors of the hidden layers as narrow as needed:
 * {@link TrustRegion}.
 *
 * @param networkInputs number of inputs of the network
 * @param graph all vertices
 * @param outputs those with labels
 */
record StepCheck(int networkInputs, VertexGraph graph, List<MessageGraph.Output> outputs) {

    /**
     * What is expected of one step.
     *
     * @param before loss of the batch before
     * @param expected loss after it, if the network is as linear as the solve takes it
     * @param withheld the examples that are not learned from, which do not count
     * @param outputs the outputs whose loss it is
     */
    record Goal(double before, double expected, List<WithheldExamples> withheld, Set<Integer> outputs) {}

    /** The goal of a step; null where no output checks its steps. Expected: potentials by output. */
    @Nullable
    Goal goal(
            VertexGraph.Sweep sweep,
            Map<Integer, INDArray> expected,
            List<Labels> labels,
            List<WithheldExamples> withheld) {
        return expected.isEmpty()
                ? null
                : new Goal(
                        loss(means(sweep, expected.keySet()), labels, withheld),
                        loss(expected, labels, withheld),
                        withheld,
                        expected.keySet());
    }

    private Map<Integer, INDArray> means(VertexGraph.Sweep sweep, Set<Integer> of) {
        Map<Integer, INDArray> means = new HashMap<>();
        of.forEach(i -> means.put(i, sweep.activation(slotOf(i)).moments().mean()));
        return means;
    }

    /** Compares the loss after a step with its goal, and narrows or widens the hidden priors. */
    void compare(Goal goal, List<Moments> inputs, List<Labels> labels, LearningPhase phase) {
        List<ForwardMessage> features = inputs.stream()
                .map(input -> new ForwardMessage(input, BatchCovariance.none()))
                .toList();
        VertexGraph.Sweep sweep = graph.forward(features, Sites.NONE);
        Map<Integer, INDArray> means = new HashMap<>();
        goal.outputs()
                .forEach(i -> means.put(i, sweep.activation(slotOf(i)).moments().mean()));
        double from = priorFactor();
        double to = TrustRegion.next(
                from,
                goal.before(),
                goal.expected(),
                loss(means(sweep, goal.outputs()), labels, goal.withheld()),
                phase.step());
        if (to != from) {
            graph.learners().forEach((key, learner) -> {
                if (!isOfOutput(key)) {
                    learner.rescalePrior(from, to);
                }
            });
            goal.outputs().forEach(i -> likelihood(i).setPriorFactor(to));
        }
    }

    /** The step of an array of parameters: hidden priors have their factor. */
    SiteStep stepOf(ParameterKey key, SiteStep step) {
        return isOfOutput(key) ? step : step.withPriorFactor(priorFactor());
    }

    /** Mean over the examples that weights learn from; of several outputs the sum. */
    private double loss(Map<Integer, INDArray> means, List<Labels> labels, List<WithheldExamples> withheld) {
        double sum = 0;
        for (Map.Entry<Integer, INDArray> output : means.entrySet()) {
            int i = output.getKey();
            Labels label = labels.get(i);
            INDArray losses = likelihood(i)
                    .negativeLogLikelihood(Moments.pointMass(output.getValue()), label.values(), label.mask());
            sum += withheld.get(i).meanOfOthers(losses);
        }
        return sum;
    }

    private double priorFactor() {
        return outputs.stream()
                .mapToDouble(output -> output.likelihood().priorFactor())
                .max()
                .orElse(1);
    }

    private boolean isOfOutput(ParameterKey key) {
        return outputs.stream()
                .anyMatch(output -> output.likelihood().describe().equals(key.place()));
    }

    private int slotOf(int output) {
        return networkInputs + outputs.get(output).node();
    }

    private LikelihoodVertex likelihood(int output) {
        return outputs.get(output).likelihood();
    }
}
