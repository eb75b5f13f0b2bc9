package io.github.dl4jep.samediff.reader;

import io.github.dl4jep.samediff.ops.ActivationOfOp;
import io.github.dl4jep.samediff.ops.ActivationOps;
import io.github.dl4jep.samediff.ops.OpRecognisers;
import io.github.dl4jep.samediff.plan.Ancestors;
import io.github.dl4jep.samediff.plan.ExampleShapes;
import io.github.dl4jep.samediff.plan.GraphPlan;
import io.github.dl4jep.samediff.plan.OpReading;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.BaseCompatOp;
import org.nd4j.linalg.api.ops.impl.controlflow.compat.StopGradient;

/** Everything that stands in the way of reading a graph, so that one error lists it all. */
final class GraphProblems {

    private static final Set<String> CONTROL_FLOW = Set.of("while", "if", "cond", "Invoke", "invoke");

    private final Set<String> problems = new LinkedHashSet<>();

    boolean isEmpty() {
        return problems.isEmpty();
    }

    void add(String problem) {
        problems.add(problem);
    }

    /** A problem of one op, with the shapes of all its variables. */
    void add(SameDiff sd, SameDiffOp op, ExampleShapes shapes, String reason) {
        problems.add("op \"" + op.getName() + "\" (" + op.getOp().opName() + "), "
                + described(sd, Ancestors.inputs(op), shapes) + " -> " + described(sd, op.getOutputsOfOp(), shapes)
                + ": "
                + reason);
    }

    private static String described(SameDiff sd, List<String> variables, ExampleShapes shapes) {
        return variables.stream().map(name -> shapes.describe(sd, name)).collect(Collectors.joining(", "));
    }

    void checkControlFlow(SameDiff sd, SameDiffOp op) {
        boolean compat = op.getOp() instanceof BaseCompatOp && !(op.getOp() instanceof StopGradient);
        if (compat || CONTROL_FLOW.contains(op.getOp().opName())) {
            add(
                    sd,
                    op,
                    ExampleShapes.unknown(),
                    "control flow is not supported; EP needs one fixed network from features to loss");
        }
    }

    /** Reports an op that nothing knows, though what it reads is a problem already. */
    void checkKnown(SameDiff sd, SameDiffOp op, GraphPlan plan) {
        String opName = op.getOp().opName();
        if (!OpRecognisers.isKnown(opName) && !ActivationOps.isKnown(opName)) {
            try {
                ActivationOfOp.of(new OpReading(op, plan));
            } catch (UnsupportedOperationException e) {
                add(sd, op, plan.shapes(), String.valueOf(e.getMessage()));
            }
        }
    }

    /**
     * Checks data types of variables and shapes of placeholders.
     *
     * @return the data type of all weights
     */
    DataType checkLeaves(SameDiff sd, Collection<String> leaves, GraphRoots roots) {
        Set<DataType> types = new LinkedHashSet<>();
        for (String name : leaves) {
            SDVariable variable = sd.getVariable(name);
            if (variable.getVariableType() == VariableType.VARIABLE) {
                types.add(checkWeight(variable));
            } else if (variable.isPlaceHolder()) {
                checkPlaceholder(variable, roots);
            }
        }
        if (types.size() > 1) {
            add("the VARIABLEs have the data types " + types + ", supported is one of FLOAT and DOUBLE for all");
        }
        return types.contains(DataType.DOUBLE) ? DataType.DOUBLE : DataType.FLOAT;
    }

    /** Checks that there is something to learn. */
    void checkWeights(SameDiff sd, Collection<String> leaves) {
        if (leaves.stream().noneMatch(name -> sd.getVariable(name).getVariableType() == VariableType.VARIABLE)) {
            add("no VARIABLE is between the features and the loss, so there is nothing to learn; importers make"
                    + " constants of weights, which EpSameDiff.constantsToVariables(sd) turns into VARIABLEs");
        }
    }

    private DataType checkWeight(SDVariable variable) {
        DataType type = variable.dataType();
        if (type != DataType.FLOAT && type != DataType.DOUBLE) {
            add("the VARIABLE \"" + variable.name() + "\" is of type " + type
                    + ", supported are FLOAT and DOUBLE; convert it by SameDiff.convertDataTypes");
        }
        if (variable.getArr() == null) {
            add("the VARIABLE \"" + variable.name() + "\" has no array yet; give it one by setArray");
        }
        return type;
    }

    private void checkPlaceholder(SDVariable placeholder, GraphRoots roots) {
        String name = placeholder.name();
        if (roots.labels().contains(name)) {
            return;
        }
        if (!roots.features().contains(name)) {
            add("the placeholder \"" + name + "\" is in neither mapping of TrainingConfig, features " + roots.features()
                    + " and labels " + roots.labels());
            return;
        }
        long[] shape = placeholder.placeholderShape();
        if (shape == null || shape.length < 2 || Arrays.stream(shape).skip(1).anyMatch(size -> size < 1)) {
            add("the placeholder \"" + name + "\" has shape "
                    + (shape == null ? "unknown" : Arrays.toString(shape))
                    + ", needed is the size of every dimension but the first, such as [-1, 784]: sd.getVariable(\""
                    + name
                    + "\").setShape(-1, 784)");
        } else if (shape.length != 2 && shape.length != 4) {
            add("the placeholder \"" + name + "\" has shape " + Arrays.toString(shape)
                    + ", supported are rows (rank 2) and images (rank 4)");
        }
        if (!placeholder.dataType().isFPType()) {
            add("the placeholder \"" + name + "\" of features is of type " + placeholder.dataType()
                    + ", supported are floating point types");
        }
    }

    /**
     * Throws if there is any problem.
     *
     * @throws DL4JInvalidConfigException with all of them
     */
    void throwIfAny() {
        if (!problems.isEmpty()) {
            List<String> all = new ArrayList<>(problems);
            throw new DL4JInvalidConfigException("This SameDiff graph cannot be trained by EP, for " + all.size()
                    + " reason(s); it is unchanged:\n - " + String.join("\n - ", all));
        }
    }
}
