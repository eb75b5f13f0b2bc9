package io.github.dl4jep.samediff.reader;

import io.github.dl4jep.samediff.ops.ImageLayouts;
import io.github.dl4jep.samediff.ops.LabelOps;
import io.github.dl4jep.samediff.ops.OpRecognisers;
import io.github.dl4jep.samediff.plan.Ancestors;
import io.github.dl4jep.samediff.plan.ExampleShapes;
import io.github.dl4jep.samediff.plan.GraphPlan;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.UnknownShapeException;
import io.github.dl4jep.samediff.plan.Value;
import io.github.dl4jep.samediff.plan.WeightBinding;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;

/** Reads a SameDiff graph from the placeholders to the losses. Changes nothing in it, and reports all problems at once. */
public final class GraphReader {

    private final SameDiff sd;
    private final GraphRoots roots;
    private final Ancestors ancestors;
    private final GraphProblems problems = new GraphProblems();

    private GraphReader(SameDiff sd, GraphRoots roots) {
        this.sd = sd;
        this.roots = roots;
        this.ancestors = Ancestors.of(sd, roots.losses());
    }

    /**
     * Reads a graph.
     *
     * @param sd the graph; not changed
     * @param seed of the definition, from which the prior means are drawn
     * @return the definition and what belongs to which variable
     * @throws DL4JInvalidConfigException if something stands in the way; lists it all
     */
    public static GraphReading read(SameDiff sd, long seed) {
        return new GraphReader(sd, GraphRoots.of(sd)).read(seed);
    }

    /**
     * Reads a part of a network: a graph that may have no weights and no loss.
     *
     * @param sd the graph; not changed
     * @param features placeholders that it reads
     * @param labels placeholders of labels
     * @param target the variable that it computes
     * @return what it was read as
     * @throws DL4JInvalidConfigException if something stands in the way; lists it all
     */
    public static GraphPlan readPart(SameDiff sd, List<String> features, List<String> labels, String target) {
        GraphReader reader = new GraphReader(sd, new GraphRoots(features, labels, List.of(target)));
        reader.problems.checkLeaves(sd, reader.ancestors.leaves(), reader.roots);
        GraphPlan plan = reader.plan();
        reader.problems.throwIfAny();
        return plan;
    }

    private GraphPlan plan() {
        GraphPlan plan = new GraphPlan(sd, ancestors, shapes());
        placeLeaves(plan);
        for (SameDiffOp op : ancestors.ops()) {
            read(plan, op);
        }
        return plan;
    }

    private GraphReading read(long seed) {
        DataType type = problems.checkLeaves(sd, ancestors.leaves(), roots);
        GraphPlan plan = plan();
        problems.checkWeights(sd, ancestors.leaves());
        for (String loss : roots.losses()) {
            if (plan.value(loss) instanceof Value.Score) {
                problems.add("the loss variable \"" + loss
                        + "\" is the logarithm of a probability, which training would make"
                        + " small; put a minus before it, such as neg()");
            }
        }
        if (problems.isEmpty() && plan.outputs().isEmpty()) {
            problems.add("no loss was found before the loss variables " + roots.losses());
        }
        problems.throwIfAny();
        Map<String, List<WeightBinding>> bindings = new LinkedHashMap<>();
        plan.vertices().forEach(vertex -> bindings.put(vertex.name(), vertex.bindings()));
        List<GraphReading.FeatureInput> features = new ArrayList<>();
        for (String name : plan.inputNames()) {
            ImageLayout layout = ((Value.Activation) plan.value(name)).layout();
            features.add(
                    new GraphReading.FeatureInput(name, roots.features().indexOf(name), layout, plan.layoutOfInputs()));
        }
        return new GraphReading(plan.configuration(type, seed), features, plan.outputs(), bindings);
    }

    /** Runs what depends on features and weights only; nothing where a problem is known already. */
    private ExampleShapes shapes() {
        ancestors.ops().forEach(op -> problems.checkControlFlow(sd, op));
        if (!problems.isEmpty()) {
            return ExampleShapes.unknown();
        }
        List<String> variables = new ArrayList<>();
        Set<String> labelSide = new HashSet<>(roots.labels());
        for (SameDiffOp op : ancestors.ops()) {
            boolean readsLabels = Ancestors.inputs(op).stream().anyMatch(labelSide::contains);
            (readsLabels ? labelSide : variables).addAll(op.getOutputsOfOp());
        }
        List<String> used =
                roots.features().stream().filter(ancestors.leaves()::contains).toList();
        try {
            return ExampleShapes.of(sd, used, variables);
        } catch (RuntimeException e) {
            problems.add("the graph cannot be computed for a minibatch of " + ExampleShapes.EXAMPLES
                    + " examples of zeros, which EP does once to know all shapes: " + e.getMessage());
            return ExampleShapes.unknown();
        }
    }

    private void placeLeaves(GraphPlan plan) {
        for (String name : ancestors.leaves()) {
            SDVariable variable = sd.getVariable(name);
            switch (variable.getVariableType()) {
                case VARIABLE -> plan.put(name, new Value.Weight(name, false));
                case CONSTANT -> plan.put(name, new Value.Fixed(name));
                default -> {
                    if (roots.labels().contains(name)) {
                        plan.put(name, new Value.Label(name, false));
                    }
                }
            }
        }
        for (String name : roots.features()) {
            if (ancestors.leaves().contains(name)) {
                plan.addInput(name, ImageLayouts.readAs(plan, name));
                shareIfRead(plan, name);
            }
        }
    }

    private void read(GraphPlan plan, SameDiffOp op) {
        List<Value> inputs = Ancestors.inputs(op).stream().map(plan::value).toList();
        String opName = op.getOp().opName();
        if (inputs.stream().allMatch(Value.Fixed.class::isInstance)) {
            boolean same = opName.equals("identity");
            op.getOutputsOfOp().forEach(output -> plan.put(output, same ? inputs.get(0) : new Value.Fixed(output)));
            return;
        }
        if (!inputs.isEmpty() && inputs.get(0) instanceof Value.Label label && LabelOps.keepsLabels(opName)) {
            plan.put(op.getOutputsOfOp().get(0), LabelOps.read(label, opName));
            return;
        }
        if (inputs.stream().anyMatch(Value.Unknown.class::isInstance)) {
            // What only follows from another problem is not reported, but an unknown op always is.
            problems.checkKnown(sd, op, plan);
            return;
        }
        try {
            Value value = OpRecognisers.of(opName).read(new OpReading(op, plan));
            String output = op.getOutputsOfOp().get(0);
            plan.put(output, value);
            shareIfRead(plan, output);
        } catch (UnknownShapeException e) {
            // No shape is known only where there is another problem.
        } catch (UnsupportedOperationException e) {
            problems.add(sd, op, plan.shapes(), String.valueOf(e.getMessage()));
        }
    }

    /** Nothing can join a layer whose activation is read more than once. */
    private void shareIfRead(GraphPlan plan, String variable) {
        if (plan.value(variable) instanceof Value.Activation activation
                && plan.readers(variable).size() > 1) {
            activation.vertex().share();
        }
    }
}
