package io.github.dl4jep.samediff.layer;

import io.github.dl4jep.samediff.plan.Ancestors;
import io.github.dl4jep.samediff.plan.ExampleShapes;
import io.github.dl4jep.samediff.plan.GraphPlan;
import io.github.dl4jep.samediff.plan.LabelCoding;
import io.github.dl4jep.samediff.plan.LabelledOutput;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.samediff.reader.GraphReader;
import io.github.dl4jep.type.samediff.SameDiffPotentialsLayer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffOutputLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The graph of an output layer, read as a whole, or its loss alone.
 *
 * @param layer the layer of the user
 */
record LossPart(SameDiffOutputLayer layer) {

    /** Ops that a loss may have as its own, so that it reads what stands before them. */
    private static final Set<String> OF_THE_LOSS = Set.of("softmax", "log_softmax", "sigmoid", "log", "identity");

    /** A layer's graph, built anew, and the loss that the layer returns. */
    private record Built(SameDiff sd, String loss) {

        List<SameDiffOp> ops() {
            return List.copyOf(sd.getOps().values());
        }
    }

    private Built built(long columns) {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(LayerGraph.INPUT, DataType.FLOAT, -1, columns);
        SDVariable labels = sd.placeHolder(LayerGraph.LABELS, DataType.FLOAT, -1, -1);
        SDVariable loss = layer.defineLayer(sd, input, labels, LayerGraph.table(sd, layer.getLayerParams()));
        if (loss == null) {
            throw new DL4JInvalidConfigException("it returns no variable");
        }
        LayerGraph.requireOneOutput(sd, loss.name(), layer.activationsVertexName());
        return new Built(sd, loss.name());
    }

    /**
     * Reads the whole layer.
     *
     * @param columns number of columns of its input
     * @throws DL4JInvalidConfigException if something stands in the way
     */
    LayerGraph whole(long columns) {
        Built built = built(columns);
        return graph(built, LayerGraph.INPUT, null);
    }

    /**
     * Reads the loss, behind a layer that is linearised.
     *
     * @param columns number of columns of the input
     * @throws DL4JInvalidConfigException if the loss cannot be read
     */
    LayerGraph behindLinearised(long columns) {
        RuntimeException first = null;
        for (int op : cuts(built(columns))) {
            try {
                return behind(op, columns);
            } catch (RuntimeException e) {
                // The user's code may throw anything.
                first = first == null ? e : first;
            }
        }
        throw new DL4JInvalidConfigException(
                first == null ? "its loss does not read one activation alone" : first.getMessage(), first);
    }

    private LayerGraph behind(int op, long columns) {
        Built built = built(columns);
        String potentials = built.ops().get(op).getOutputsOfOp().get(0);
        long[] shape = ExampleShapes.of(built.sd, List.of(LayerGraph.INPUT), List.of(potentials))
                .of(potentials);
        if (shape == null || shape.length != 2 || shape[0] != ExampleShapes.EXAMPLES) {
            throw new DL4JInvalidConfigException(
                    "\"" + potentials + "\", which its loss reads, is not one row for each example");
        }
        // From here on it is an input of the graph, which is nobody else's.
        Objects.requireNonNull(built.sd.getVariables().get(potentials)).setOutputOfOp(null);
        SDVariable cut = built.sd.getVariable(potentials);
        cut.setVariableType(VariableType.PLACEHOLDER);
        cut.setShape(-1, shape[1]);
        LayerGraph graph = graph(built, potentials, new SameDiffPotentialsLayer(layer, op, shape[1]));
        boolean weights = graph.plan().vertices().stream()
                .anyMatch(vertex -> !vertex.bindings().isEmpty());
        if (weights || !graph.isChain()) {
            throw new DL4JInvalidConfigException("what reads \"" + potentials + "\" is no loss alone");
        }
        return graph;
    }

    private LayerGraph graph(Built built, String input, @Nullable SameDiffPotentialsLayer front) {
        GraphPlan plan = GraphReader.readPart(built.sd, List.of(input), List.of(LayerGraph.LABELS), built.loss);
        if (plan.outputs().isEmpty()) {
            throw new DL4JInvalidConfigException(
                    "what it returns, \"" + built.loss + "\", is no loss of labels and activations that is known");
        }
        LabelledOutput output = plan.outputs().get(0);
        requireLabelsAsTheyAre(output);
        requireActivations(built.sd, output);
        PlannedVertex last = plan.vertices().stream()
                .filter(vertex -> vertex.name().equals(output.layer()))
                .findFirst()
                .orElseThrow();
        return new LayerGraph(plan, List.of(input), last, 0, front);
    }

    /** Places of the ops that may compute what a linearised layer answers, the nearest to the loss first. */
    private static List<Integer> cuts(Built built) {
        Set<String> ofLabels = after(built, LayerGraph.LABELS);
        Set<String> ofInput = after(built, LayerGraph.INPUT);
        Set<String> read = new LinkedHashSet<>();
        for (SameDiffOp op : built.ops()) {
            List<String> inputs = Ancestors.inputs(op);
            if (inputs.stream().anyMatch(ofLabels::contains)) {
                inputs.stream()
                        .filter(name -> ofInput.contains(name) && !ofLabels.contains(name))
                        .forEach(read::add);
            }
        }
        List<Integer> cuts = new ArrayList<>();
        String variable = read.size() == 1 ? read.iterator().next() : LayerGraph.INPUT;
        SameDiffOp op = Ancestors.producer(built.sd, variable);
        while (op != null && op.getOutputsOfOp().size() == 1) {
            cuts.add(built.ops().indexOf(op));
            op = OF_THE_LOSS.contains(op.getOp().opName())
                    ? Ancestors.producer(built.sd, Ancestors.inputs(op).get(0))
                    : null;
        }
        return cuts;
    }

    /** A variable and all that is computed from it. */
    private static Set<String> after(Built built, String variable) {
        Set<String> after = new HashSet<>(Set.of(variable));
        for (SameDiffOp op : built.ops()) {
            if (Ancestors.inputs(op).stream().anyMatch(after::contains)) {
                after.addAll(op.getOutputsOfOp());
            }
        }
        return after;
    }

    /** A DL4J layer's loss sees the labels of the data set. */
    private static void requireLabelsAsTheyAre(LabelledOutput output) {
        if (!output.coding().equals(LabelCoding.NONE)) {
            throw new DL4JInvalidConfigException(
                    "its loss \"" + output.loss() + "\" changes the labels (times "
                            + output.coding().factor() + ", plus "
                            + output.coding().offset()
                            + "), which a layer of DL4J cannot; use an OutputLayer, and labels that are changed in the data set");
        }
    }

    /** Activations beside the loss must be what EP answers: the unit of the loss, of what the loss reads. */
    private void requireActivations(SameDiff sd, LabelledOutput output) {
        String activations = layer.activationsVertexName();
        boolean unread = sd.getOps().values().stream()
                .noneMatch(op -> Ancestors.inputs(op).contains(activations));
        SameDiffOp op = Ancestors.producer(sd, activations);
        if (!unread || op == null || activations.equals(output.prediction())) {
            return;
        }
        String kind = op.getOp().opName();
        boolean same = kind.equals("identity")
                || (kind.equals("softmax") && output.behind() instanceof ActivationSoftmax)
                || (kind.equals("sigmoid") && output.behind() instanceof ActivationSigmoid);
        if (!same || !Objects.equals(Ancestors.inputs(op).get(0), output.prediction())) {
            throw new DL4JInvalidConfigException("its activations \"" + activations + "\" are no "
                    + output.behind() + " of \"" + output.prediction() + "\", which its loss reads; let"
                    + " activationsVertexName() name what the loss compares with the labels");
        }
    }
}
