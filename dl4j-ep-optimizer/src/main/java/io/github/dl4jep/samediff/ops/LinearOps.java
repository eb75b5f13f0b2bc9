package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.Arrangement;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.samediff.plan.Value;
import io.github.dl4jep.samediff.plan.WeightBinding;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Products with weights, and their biases. */
final class LinearOps {

    private LinearOps() {}

    /** Activation times matrix; either transpose of the matrix. */
    static Value product(OpReading op) {
        long[] flags = op.integers();
        boolean transposeFirst = flags.length > 0 && flags[0] != 0;
        boolean transposeSecond = flags.length > 1 && flags[1] != 0;
        boolean transposeResult = flags.length > 2 && flags[2] != 0;
        if (transposeFirst || transposeResult) {
            throw new UnsupportedOperationException("it transposes the " + (transposeFirst ? "first factor" : "result")
                    + ", but each row must stay one example");
        }
        return product(op, transposeSecond);
    }

    /** Product and bias in one op. */
    static Value productAndBias(OpReading op) {
        long[] flags = op.integers();
        Value.Activation product = product(op, flags.length > 1 && flags[1] != 0);
        return withBias(op, product, 2);
    }

    /** Product, bias and ReLU in one op. */
    static Value productBiasAndRelu(OpReading op) {
        Value.Activation layer = withBias(op, product(op, false), 2);
        layer.vertex().activate(new ActivationReLU());
        return layer;
    }

    private static Value.Activation product(OpReading op, boolean transposeWeight) {
        if (op.isActivation(0) && op.isActivation(1)) {
            throw new UnsupportedOperationException(
                    "both factors depend on the features; supported is a product with a" + " VARIABLE");
        }
        Value.Activation input = op.activation(0);
        op.requireRank(0, 2);
        Value.Weight weight = op.weight(1);
        long[] shape = op.plan().sd().getVariable(weight.variable()).getArr().shape();
        boolean transposed = transposeWeight != weight.transposed();
        if (shape.length != 2) {
            throw new UnsupportedOperationException("its weight \"" + weight.variable() + "\" has shape "
                    + Arrays.toString(shape) + ", supported is a matrix");
        }
        DenseLayer layer = new DenseLayer.Builder()
                .nIn(shape[transposed ? 1 : 0])
                .nOut(shape[transposed ? 0 : 1])
                .hasBias(false)
                .activation(new ActivationIdentity())
                .build();
        Value.Activation product = op.layer(weight.variable(), layer, input);
        product.vertex()
                .bind(new WeightBinding(
                        weight.variable(), "W", transposed ? Arrangement.TRANSPOSED : Arrangement.MATRIX));
        return product;
    }

    /** One input times one number. */
    static Value productWithOne(OpReading op, int activation, int weight) {
        Value.Activation input = op.activation(activation);
        long[] shape = op.inputShape(activation);
        INDArray array = op.plan().sd().getVariable(op.inputName(weight)).getArr();
        if (shape.length != 2 || shape[1] != 1 || array.length() != 1) {
            throw new UnsupportedOperationException("it multiplies \"" + op.inputName(activation) + "\" of shape "
                    + Arrays.toString(shape) + " by the VARIABLE \"" + op.inputName(weight) + "\" of shape "
                    + Arrays.toString(array.shape())
                    + ", element by element; supported is one input times one number, or mmul");
        }
        Value.Weight one = op.weight(weight);
        DenseLayer layer = new DenseLayer.Builder()
                .nIn(1)
                .nOut(1)
                .hasBias(false)
                .activation(new ActivationIdentity())
                .build();
        Value.Activation product = op.layer(one.variable(), layer, input);
        product.vertex().bind(new WeightBinding(one.variable(), "W", Arrangement.ROW));
        return product;
    }

    /** A bias that belongs to one product only. */
    static Value bias(OpReading op) {
        if (op.input(1) instanceof Value.Weight) {
            requireOpen(op, 0);
            return withBias(op, op.activation(0), 1);
        }
        op.weight(1);
        throw new IllegalStateException("weight() refuses what is no weight");
    }

    /** Checks that an input is a linear map which this op may become a part of. */
    private static void requireOpen(OpReading op, int index) {
        PlannedVertex vertex = op.activation(index).vertex();
        if (!vertex.isLinear() || vertex.hasBias()) {
            throw new UnsupportedOperationException("it adds the VARIABLE \"" + op.inputName(1 - index)
                    + "\" to \"" + op.inputName(index)
                    + "\", which is no product or convolution without a bias; EP has a"
                    + " bias there only");
        }
        if (vertex.isShared()) {
            throw new UnsupportedOperationException("other ops read \"" + op.inputName(index) + "\" before the bias \""
                    + op.inputName(1 - index) + "\" is added; let them read the sum");
        }
    }

    /** A VARIABLE added to an activation, in either order. */
    static Value addedBias(OpReading op, int activation, int bias) {
        requireOpen(op, activation);
        return withBias(op, op.activation(activation), bias);
    }

    private static Value.Activation withBias(OpReading op, Value.Activation linear, int bias) {
        Value.Weight weight = op.weight(bias);
        long[] shape = op.plan().sd().getVariable(weight.variable()).getArr().shape();
        long[] out = op.outputShape();
        long units = linear.layout().channels(out);
        long length = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        if (length == 1 && units > 1) {
            throw new UnsupportedOperationException("the bias \"" + weight.variable() + "\" of shape "
                    + Arrays.toString(shape) + " is one number for all of " + units
                    + " units, but EP has a bias for each; give it the shape [" + units + "]");
        }
        // A vector of ND4J's add belongs to the last axis, a whole shape says where it belongs.
        boolean place = shape.length <= 1 || shape[axis(linear, out, shape)] == units;
        boolean lastAxis = out.length == 2
                || shape.length > 1
                || linear.layout() == ImageLayout.CHANNELS_LAST
                || op.opName().equals("biasadd");
        if (length != units || !place || !lastAxis) {
            throw new UnsupportedOperationException("the bias \"" + weight.variable() + "\" has shape "
                    + Arrays.toString(shape) + ", needed is one number for each of " + units
                    + " units or channels, along their axis");
        }
        linear.vertex().addBias();
        linear.vertex().bind(new WeightBinding(weight.variable(), "b", Arrangement.ROW));
        return linear;
    }

    /** The axis of the bias that meets the channels, counted from the end as broadcasting does. */
    private static int axis(Value.Activation linear, long[] out, long[] bias) {
        int fromEnd = out.length == 2 ? 1 : out.length - linear.layout().channelAxis();
        return Math.max(0, bias.length - fromEnd);
    }
}
