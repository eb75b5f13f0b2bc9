package io.github.dl4jep.engine;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.VertexGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What a graph says of examples that it does not learn from. Works in the workspace that is open; what it gives is detached, but for potentials.
 *
 * @param networkInputs number of inputs of the network
 * @param graph all vertices
 * @param units knows the activations of units that were put after maxima
 * @param outputs vertices with labels
 */
record Predicting(int networkInputs, VertexGraph graph, UnitsAfterMaxima units, List<MessageGraph.Output> outputs) {

    /** The potentials of each output, finite. */
    List<Moments> potentials(List<Moments> inputs) {
        return potentials(activations(inputs), 0);
    }

    private List<Moments> potentials(List<Moments> activations, long firstRow) {
        List<Moments> potentials = new ArrayList<>();
        for (MessageGraph.Output output : outputs) {
            overflow().requireFinite(slotOf(output), activations, firstRow);
            potentials.add(activations.get(slotOf(output)));
        }
        return potentials;
    }

    private Overflow overflow() {
        return new Overflow(graph, networkInputs);
    }

    /** Negative log predictive likelihood of each example; of several outputs the sum. */
    INDArray scores(List<Moments> inputs, List<Labels> labels) {
        List<Moments> potentials = potentials(inputs);
        INDArray sum = null;
        for (int i = 0; i < outputs.size(); i++) {
            Labels label = labels.get(i);
            INDArray scores = likelihood(i).negativeLogLikelihood(potentials.get(i), label.values(), label.mask());
            sum = sum == null ? scores : sum.add(scores);
        }
        return Objects.requireNonNull(sum).detach();
    }

    /** The prediction of each output, and mean activations of some nodes; rows are counted from a first one in messages. */
    MessageGraph.Activations predict(List<Moments> inputs, List<Integer> wanted, long firstRow) {
        List<Moments> activations = activations(inputs);
        return new MessageGraph.Activations(
                of(potentials(activations, firstRow), firstRow), means(activations, wanted));
    }

    /** The prediction of each output from its potentials. */
    List<Prediction> of(List<Moments> potentials, long firstRow) {
        List<Prediction> predictions = new ArrayList<>();
        for (int i = 0; i < outputs.size(); i++) {
            Prediction prediction = likelihood(i).prediction(potentials.get(i));
            overflow().requireFinite(prediction.output(), likelihood(i).describe(), firstRow);
            predictions.add(detached(prediction));
        }
        return predictions;
    }

    /** Mean activations of some nodes, in ascending order. */
    List<Moments> meanActivations(List<Moments> inputs, List<Integer> wanted) {
        return means(graph.predict(PartPass.inOpenWorkspace(inputs), wanted.get(wanted.size() - 1) + 1), wanted);
    }

    /** Output potentials under one draw of the weights, [minibatch, outputs] each, c-ordered. */
    List<Moments> draw(List<Moments> inputs) {
        List<Moments> potentials = new ArrayList<>();
        for (Moments drawn : potentials(graph.sample(inputs), 0)) {
            potentials.add(Moments.pointMass(drawn.mean().dup('c').detach()).shapedAs(drawn.shape()));
        }
        return potentials;
    }

    private List<Moments> activations(List<Moments> inputs) {
        return graph.predict(PartPass.inOpenWorkspace(inputs), graph.nodes().size());
    }

    private List<Moments> means(List<Moments> activations, List<Integer> wanted) {
        List<Moments> means = new ArrayList<>();
        for (int node : wanted) {
            Moments activation = units.activation(node, activations.get(networkInputs + node));
            means.add(Moments.pointMass(activation.mean().detach()).shapedAs(activation.shape()));
        }
        return means;
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

    private int slotOf(MessageGraph.Output output) {
        return networkInputs + output.node();
    }

    private LikelihoodVertex likelihood(int output) {
        return outputs.get(output).likelihood();
    }
}
