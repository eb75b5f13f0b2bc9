package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.ExampleShapes;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.samediff.plan.Value;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.ScaleVertex;
import org.deeplearning4j.nn.conf.graph.ShiftVertex;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.ScalarOp;

/** Sums, differences, products and concatenation of activations, and arithmetic with one constant. */
final class JoiningOps {

    private JoiningOps() {}

    /** Of activations (residual connections), a bias, or a constant. */
    static Value add(OpReading op) {
        if (op.inputs() == 2) {
            for (int i = 0; i < 2; i++) {
                if (op.isActivation(i) && op.isWeight(1 - i)) {
                    return LinearOps.addedBias(op, i, 1 - i);
                }
                if (op.isActivation(i) && op.isFixed(1 - i)) {
                    double number = number(op, 1 - i);
                    return number == 0 ? op.input(i) : op.vertex(new ShiftVertex(number), op.activation(i));
                }
            }
        }
        if (op.inputs() == 2 && op.activation(0).vertex() == op.activation(1).vertex()) {
            return op.vertex(new ScaleVertex(2), op.activation(0));
        }
        return join(op, ElementWiseVertex.Op.Add);
    }

    /** Of two activations, a constant from an activation, or an activation from labels. */
    static Value subtract(OpReading op) {
        if (op.input(0) instanceof Value.Label || op.input(1) instanceof Value.Label) {
            return LossOps.difference(op);
        }
        if (op.isActivation(0) && op.isFixed(1)) {
            return op.vertex(new ShiftVertex(-number(op, 1)), op.activation(0));
        }
        return join(op, ElementWiseVertex.Op.Subtract);
    }

    /** Of two activations that do not depend on each other, or with a constant. */
    static Value multiply(OpReading op) {
        if (op.input(0) instanceof Value.Difference && op.inputName(0).equals(op.inputName(1))) {
            return LossOps.square(op);
        }
        if (WrittenLosses.isScore(op)) {
            return WrittenLosses.score(op);
        }
        for (int i = 0; i < 2; i++) {
            if (op.isActivation(i) && op.isWeight(1 - i)) {
                return LinearOps.productWithOne(op, i, 1 - i);
            }
            if (op.isActivation(i) && op.isFixed(1 - i)) {
                return op.vertex(new ScaleVertex(number(op, 1 - i)), op.activation(i));
            }
        }
        PlannedVertex first = op.activation(0).vertex();
        PlannedVertex second = op.activation(1).vertex();
        if (first.dependsOn(second) || second.dependsOn(first)) {
            throw new UnsupportedOperationException("it multiplies \"" + op.inputName(0) + "\" and \""
                    + op.inputName(1)
                    + "\", one of which is computed from the other, so they are not independent; use one"
                    + " elementwise op instead, such as square or swish");
        }
        return join(op, ElementWiseVertex.Op.Product);
    }

    /** By a constant. */
    static Value divide(OpReading op) {
        return op.vertex(new ScaleVertex(1 / number(op, 1)), op.activation(0));
    }

    static Value addScalar(OpReading op) {
        double sign = op.opName().equals("sub_scalar") ? -1 : 1;
        return op.vertex(new ShiftVertex(sign * scalar(op)), op.activation(0));
    }

    static Value multiplyScalar(OpReading op) {
        double factor = op.opName().equals("div_scalar") ? 1 / scalar(op) : scalar(op);
        if (op.input(0) instanceof Value.Loss && factor > 0) {
            return op.input(0); // A loss has no scale: the noise is learned.
        }
        if (op.input(0) instanceof Value.Score && factor != 0) {
            return factor > 0 ? op.input(0) : new Value.Loss();
        }
        return op.vertex(new ScaleVertex(factor), op.activation(0));
    }

    /** Along the channels. */
    static Value concatenate(OpReading op) {
        boolean axisIsInput = op.isFixed(op.inputs() - 1);
        int count = axisIsInput ? op.inputs() - 1 : op.inputs();
        Value.Activation[] parts =
                IntStream.range(0, count).mapToObj(op::activation).toArray(Value.Activation[]::new);
        int rank = op.inputShape(0).length;
        long axis = Math.floorMod(axisIsInput ? op.constant(count).getLong(0) : op.integers()[0], (long) rank);
        int channels = rank == 2 ? 1 : parts[0].layout().channelAxis();
        if (axis != channels) {
            throw new UnsupportedOperationException(
                    "it concatenates along dimension " + axis + ", supported is that of the channels, " + channels);
        }
        requireSameLayout(op, parts);
        return op.vertex(new MergeVertex(), parts);
    }

    private static Value join(OpReading op, ElementWiseVertex.Op how) {
        Value.Activation[] parts =
                IntStream.range(0, op.inputs()).mapToObj(op::activation).toArray(Value.Activation[]::new);
        for (int i = 1; i < parts.length; i++) {
            if (!Arrays.equals(op.inputShape(0), op.inputShape(i))) {
                throw new UnsupportedOperationException("it joins the shapes " + Arrays.toString(op.inputShape(0))
                        + " and " + Arrays.toString(op.inputShape(i)) + " (for " + ExampleShapes.EXAMPLES
                        + " examples), supported are equal shapes");
            }
        }
        requireSameLayout(op, parts);
        if (Arrays.stream(parts).map(Value.Activation::vertex).distinct().count() < parts.length) {
            throw new UnsupportedOperationException("it reads the same activation more than once");
        }
        return op.vertex(new ElementWiseVertex(how), parts);
    }

    private static void requireSameLayout(OpReading op, Value.Activation[] parts) {
        boolean differ = op.inputShape(0).length == 4
                && Arrays.stream(parts).anyMatch(part -> part.layout() != parts[0].layout());
        if (differ) {
            throw new UnsupportedOperationException("some of its inputs have channels first and some last");
        }
    }

    private static double number(OpReading op, int index) {
        INDArray constant = op.constant(index);
        double number = constant.getDouble(0);
        if (!constant.eq(number).all()) {
            throw new UnsupportedOperationException("its constant \"" + op.inputName(index) + "\" has shape "
                    + Arrays.toString(constant.shape())
                    + " and different elements, supported is one number; if it is a weight or bias, make it a VARIABLE by"
                    + " EpSameDiff.constantsToVariables(sd); if it scales or shifts features, do that to the data set"
                    + " instead");
        }
        return number;
    }

    private static double scalar(OpReading op) {
        if (op.function() instanceof ScalarOp scalar && scalar.scalar() != null) {
            return scalar.scalar().getDouble(0);
        }
        return number(op, 1);
    }
}
