package io.github.dl4jep.samediff.plan;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.autodiff.functions.DifferentialFunction;
import org.nd4j.autodiff.samediff.VariableType;
import org.nd4j.autodiff.samediff.internal.SameDiffOp;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;

/** One op as a recogniser sees it: arguments, inputs with their shapes, and what of the network is planned already. */
public final class OpReading {

    private final SameDiffOp op;
    private final GraphPlan plan;

    public OpReading(SameDiffOp op, GraphPlan plan) {
        this.op = op;
        this.plan = plan;
    }

    public GraphPlan plan() {
        return plan;
    }

    public DifferentialFunction function() {
        return op.getOp();
    }

    public String opName() {
        return op.getOp().opName();
    }

    /** Name of this op in the graph. */
    public String name() {
        return op.getName();
    }

    /** The variable that the op computes. */
    public String output() {
        return op.getOutputsOfOp().get(0);
    }

    public int inputs() {
        return Ancestors.inputs(op).size();
    }

    public String inputName(int index) {
        List<String> names = Ancestors.inputs(op);
        if (index >= names.size()) {
            throw new UnsupportedOperationException(
                    "it has " + names.size() + " inputs, where input " + index + " is needed");
        }
        return names.get(index);
    }

    public Value input(int index) {
        return plan.value(inputName(index));
    }

    public boolean isActivation(int index) {
        return input(index) instanceof Value.Activation;
    }

    public boolean isWeight(int index) {
        return input(index) instanceof Value.Weight;
    }

    public Value.Activation activation(int index) {
        if (input(index) instanceof Value.Activation activation) {
            return activation;
        }
        throw new UnsupportedOperationException(
                "its input \"" + inputName(index) + "\" does not depend on the features, but must");
    }

    /** A weight that only this op uses. */
    public Value.Weight weight(int index) {
        Value value = input(index);
        if (value instanceof Value.Weight weight) {
            plan.claim(weight.variable(), name());
            return weight;
        }
        if (value instanceof Value.Fixed) {
            throw new UnsupportedOperationException("its weight \"" + inputName(index)
                    + "\" is a constant, so there is nothing to learn; turn it into a VARIABLE by"
                    + " EpSameDiff.constantsToVariables(sd)");
        }
        throw new UnsupportedOperationException(
                "its input \"" + inputName(index) + "\" is computed from data, where EP needs a VARIABLE");
    }

    /** A constant, known before training. */
    public INDArray constant(int index) {
        if (input(index) instanceof Value.Fixed fixed) {
            INDArray array = plan.sd().getVariable(fixed.variable()).getVariableType() == VariableType.CONSTANT
                    ? plan.sd().getVariable(fixed.variable()).getArr()
                    : plan.sd().getVariable(fixed.variable()).eval();
            if (array != null) {
                return array;
            }
        }
        throw new UnsupportedOperationException("its input \"" + inputName(index) + "\" must be a constant here");
    }

    public boolean isFixed(int index) {
        return input(index) instanceof Value.Fixed;
    }

    /** With {@link ExampleShapes#EXAMPLES} for the minibatch. */
    public long[] inputShape(int index) {
        return shape(inputName(index));
    }

    public long[] outputShape() {
        return shape(output());
    }

    private long[] shape(String variable) {
        long[] shape = plan.shapes().of(variable);
        if (shape == null) {
            throw new UnknownShapeException(variable);
        }
        return shape;
    }

    /** Shape of a variable or constant. */
    public long[] weightShape(int index) {
        String variable = input(index) instanceof Value.Weight weight ? weight.variable() : inputName(index);
        return plan.sd().getVariable(variable).getArr().shape();
    }

    public long[] integers() {
        return op.getOp() instanceof CustomOp custom && custom.iArgs() != null ? custom.iArgs() : new long[0];
    }

    public double[] numbers() {
        return op.getOp() instanceof CustomOp custom && custom.tArgs() != null ? custom.tArgs() : new double[0];
    }

    public boolean[] flags() {
        return op.getOp() instanceof CustomOp custom && custom.bArgs() != null ? custom.bArgs() : new boolean[0];
    }

    public void requireRank(int index, int rank) {
        long[] shape = inputShape(index);
        if (shape.length != rank) {
            throw new UnsupportedOperationException(
                    "its input \"" + inputName(index) + "\" has shape " + Arrays.toString(shape) + " for "
                            + ExampleShapes.EXAMPLES + " examples, supported is rank " + rank);
        }
    }

    /** A layer, named after the op's output. */
    public Value.Activation layer(Layer layer, Value.Activation input) {
        return layer(output(), layer, input);
    }

    public Value.Activation layer(String name, Layer layer, Value.Activation input) {
        return new Value.Activation(plan.add(PlannedVertex.of(name, layer, input.vertex())), input.layout());
    }

    /** A vertex without weights, named after the op's output. */
    public Value.Activation vertex(GraphVertex vertex, Value.Activation... inputs) {
        List<PlannedVertex> from =
                Arrays.stream(inputs).map(Value.Activation::vertex).toList();
        return new Value.Activation(plan.add(PlannedVertex.of(output(), vertex, from)), inputs[0].layout());
    }
}
