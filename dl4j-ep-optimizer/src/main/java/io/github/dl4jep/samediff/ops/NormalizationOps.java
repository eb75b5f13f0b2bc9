package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.Arrangement;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;
import io.github.dl4jep.samediff.plan.WeightBinding;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Batch normalization; the variables of mean and variance take the running averages. */
final class NormalizationOps {

    /** ND4J's own. */
    private static final double DEFAULT_EPSILON = 1e-5;

    private NormalizationOps() {}

    /** Inputs: activations, mean, variance, perhaps scale and shift. */
    static Value batchNormalization(OpReading op) {
        Value.Activation input = op.activation(0);
        long[] arguments = op.integers();
        long[] shape = op.inputShape(0);
        long axis = arguments.length > 2 ? arguments[2] : shape.length - 1;
        int channelAxis = shape.length == 2 ? 1 : input.layout().channelAxis();
        if (arguments.length > 3 || Math.floorMod(axis, (long) shape.length) != channelAxis) {
            throw new UnsupportedOperationException(
                    "it normalizes along axis " + axis + ", supported is that of the" + " channels, " + channelAxis);
        }
        boolean scale = arguments.length > 0 && arguments[0] != 0;
        boolean shift = arguments.length > 1 && arguments[1] != 0;
        if (scale != shift) {
            throw new UnsupportedOperationException("it has "
                    + (scale ? "a scale but no shift" : "a shift but no scale") + ", supported are both or none");
        }
        long channels = input.layout().channels(shape);
        BatchNormalization layer = new BatchNormalization.Builder()
                .nIn(channels)
                .nOut(channels)
                .eps(op.numbers().length == 0 ? DEFAULT_EPSILON : op.numbers()[0])
                .build();
        boolean learned = scale && op.isWeight(3);
        if (!learned) {
            layer.setLockGammaBeta(true);
            layer.setGamma(scale ? uniform(op, 3) : 1);
            layer.setBeta(scale ? uniform(op, 4) : 0);
        }
        Value.Activation output = op.layer(layer, input);
        bindStatistics(op, output, 1, "mean");
        bindStatistics(op, output, 2, "var");
        if (learned) {
            output.vertex().bind(new WeightBinding(op.weight(3).variable(), "gamma", Arrangement.ROW));
            output.vertex().bind(new WeightBinding(op.weight(4).variable(), "beta", Arrangement.ROW));
        }
        return output;
    }

    private static void bindStatistics(OpReading op, Value.Activation output, int index, String name) {
        String variable;
        if (op.input(index) instanceof Value.Weight weight) {
            variable = weight.variable();
        } else if (op.input(index) instanceof Value.Fixed fixed && op.isLeaf(index)) {
            variable = fixed.variable();
        } else {
            throw new UnsupportedOperationException("its " + name + " \"" + op.inputName(index)
                    + "\" is computed, supported is a VARIABLE or constant, which takes the running average");
        }
        op.plan().claim(variable, op.name());
        output.vertex().bind(new WeightBinding(variable, name, Arrangement.ROW));
    }

    private static double uniform(OpReading op, int index) {
        INDArray array = op.constant(index);
        double first = array.getDouble(0);
        if (!array.eq(first).all()) {
            throw new UnsupportedOperationException("its constant \"" + op.inputName(index)
                    + "\" differs between channels, supported is a VARIABLE, or one number for all");
        }
        return first;
    }
}
