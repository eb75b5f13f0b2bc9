package io.github.dl4jep.engine;

import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.GraphNode;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.VertexGraph;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.TrustRegion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
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
     * @param means potentials before, by output
     * @param features what each output's layer read, by output
     * @param inducing examples with which covariances are kept, by network input
     */
    record Goal(
            double before,
            double expected,
            List<WithheldExamples> withheld,
            Map<Integer, INDArray> means,
            Map<Integer, List<ForwardMessage>> features,
            List<InducingExamples> inducing) {}

    /** The goal of a step; null where no output checks its steps. Expected: potentials by output. */
    @Nullable
    Goal goal(
            VertexGraph.Sweep sweep,
            Map<Integer, INDArray> expected,
            List<Labels> labels,
            List<WithheldExamples> withheld) {
        if (expected.isEmpty()) {
            return null;
        }
        Map<Integer, INDArray> means = means(sweep, expected.keySet());
        Map<Integer, List<ForwardMessage>> features = new HashMap<>();
        expected.keySet().forEach(i -> features.put(i, featuresOf(i, sweep)));
        means.replaceAll((i, mean) -> mean.detach());
        List<InducingExamples> inducing = IntStream.range(0, networkInputs)
                .mapToObj(input -> sweep.activation(input).covariance().inducing())
                .toList();
        return new Goal(
                loss(means, labels, withheld), loss(expected, labels, withheld), withheld, means, features, inducing);
    }

    private List<ForwardMessage> featuresOf(int output, VertexGraph.Sweep sweep) {
        return nodeOf(output).inputs().stream()
                .map(sweep::activation)
                .map(activation -> ForwardMessage.observed(
                        Moments.pointMass(activation.moments().mean().detach()),
                        activation.covariance().inducing()))
                .toList();
    }

    private Map<Integer, INDArray> means(VertexGraph.Sweep sweep, Set<Integer> of) {
        Map<Integer, INDArray> means = new HashMap<>();
        of.forEach(i -> means.put(i, sweep.activation(slotOf(i)).moments().mean()));
        return means;
    }

    /** Compares the loss after a step with its goal, and narrows or widens the hidden priors. */
    void compare(Goal goal, List<Moments> inputs, List<Labels> labels, LearningPhase phase) {
        List<ForwardMessage> features = IntStream.range(0, inputs.size())
                .mapToObj(i ->
                        ForwardMessage.observed(inputs.get(i), goal.inducing().get(i)))
                .toList();
        VertexGraph.Sweep sweep = graph.forward(features, Sites.NONE);
        Map<Integer, INDArray> means = means(sweep, goal.means().keySet());
        double from = priorFactor();
        double to = TrustRegion.next(
                from,
                goal.before(),
                goal.expected(),
                loss(means, labels, goal.withheld()),
                featuresShare(goal, means),
                phase.step());
        if (to != from) {
            graph.learners().forEach((key, learner) -> {
                if (!isOfOutput(key)) {
                    learner.rescalePrior(from, to);
                }
            });
            goal.means().keySet().forEach(i -> likelihood(i).setPriorFactor(to));
        }
    }

    /** Part of the potentials' movement that the features made; the rest the outputs' weights make on the features as they were. */
    private double featuresShare(Goal goal, Map<Integer, INDArray> after) {
        double ofFeatures = 0;
        double ofWeights = 0;
        for (Map.Entry<Integer, INDArray> output : after.entrySet()) {
            int i = output.getKey();
            INDArray between = nodeOf(i)
                    .vertex()
                    .forward(Objects.requireNonNull(goal.features().get(i)), Sites.NONE)
                    .output()
                    .moments()
                    .mean();
            ofFeatures += output.getValue().squaredDistance(between);
            ofWeights += between.squaredDistance(goal.means().get(i));
        }
        return ofFeatures / (ofFeatures + ofWeights);
    }

    private GraphNode nodeOf(int output) {
        return graph.nodes().get(outputs.get(output).node());
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
