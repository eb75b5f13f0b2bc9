package io.github.dl4jep.vertex;

import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.weight.SiteStep;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** One batch through the vertices of a stock DL4J network whose layers are EP layers. */
public final class OneBatch {

    private final MultiLayerNetwork network;
    private final ForwardMessage potentials;
    private final BackwardMessage observed;
    private final Vertex.Answer answer;
    private final Sites sites;

    /** A first sweep. */
    public OneBatch(MultiLayerNetwork network, INDArray features, INDArray labels) {
        this(network, features, labels, null);
    }

    /** A further sweep over the same batch; the earlier one is null for none. */
    public OneBatch(MultiLayerNetwork network, INDArray features, INDArray labels, OneBatch earlier) {
        this.network = network;
        int last = network.getnLayers();
        VertexGraph.Sweep sweep = graph(network)
                .forward(List.of(ForwardMessage.observed(features)), earlier == null ? Sites.NONE : earlier.sites);
        this.potentials = sweep.activation(last);
        LikelihoodVertex.Observation observation = output(network)
                .likelihood()
                .observe(potentials, labels, null, earlier == null ? null : earlier.observed, null);
        this.observed = observation.message();
        this.answer = sweep.answer(Map.of(last, observed));
        this.sites = answer.sites().plus(observation.sites()).orEarlier(earlier == null ? Sites.NONE : earlier.sites);
    }

    /** The layers as a chain. */
    public static VertexGraph graph(MultiLayerNetwork network) {
        List<GraphNode> nodes = new ArrayList<>();
        for (org.deeplearning4j.nn.api.Layer layer : network.getLayers()) {
            EpRuntime runtime = (EpRuntime) layer;
            nodes.add(new GraphNode(runtime.vertex(), List.of(nodes.size()), runtime.isFrozen()));
        }
        return new VertexGraph(1, nodes);
    }

    /** The layer with labels. */
    public static EpOutput output(MultiLayerNetwork network) {
        return (EpOutput) network.getOutputLayer();
    }

    /** Moments of the potentials for a prediction. */
    public static Moments predict(MultiLayerNetwork network, INDArray features) {
        return graph(network)
                .predict(List.of(Moments.pointMass(features)), network.getnLayers())
                .get(network.getnLayers());
    }

    /** The potentials in training. */
    public ForwardMessage potentials() {
        return potentials;
    }

    /** The message of the labels. */
    public BackwardMessage observed() {
        return observed;
    }

    /** Messages at the input. */
    public Vertex.Answer answer() {
        return answer;
    }

    /** What the batch says about all parameters. */
    public Sites sites() {
        return sites;
    }

    /** Learns from the batch. */
    public void commit(SiteStep step, LearningPhase phase) {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>(graph(network).learners());
        learners.putAll(output(network).likelihood().learners());
        commit(learners, sites, step, phase);
    }

    /** Puts the sites into the parameters of some learners. */
    public static void commit(Map<ParameterKey, Learner> learners, Sites sites, SiteStep step, LearningPhase phase) {
        learners.values().stream()
                .map(learner -> learner.learn(sites, step, phase))
                .toList()
                .forEach(Runnable::run);
    }
}
