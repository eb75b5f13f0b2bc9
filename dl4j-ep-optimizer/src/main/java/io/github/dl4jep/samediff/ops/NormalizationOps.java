package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.Arrangement;
import io.github.dl4jep.samediff.plan.ImageLayout;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;
import io.github.dl4jep.samediff.plan.WeightBinding;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Batch normalization; the variables of mean and variance take the running averages. */
final class NormalizationOps {

    /** ND4J's own. */
    private static final double DEFAULT_EPSILON = 1e-5;
    /** Of ND4J's fused_batch_norm without an argument; and what it raises smaller ones to. */
    private static final double FUSED_DEFAULT_EPSILON = 1e-3;

    private static final double FUSED_SMALLEST_EPSILON = 1.001e-5;

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
        double epsilon = op.numbers().length == 0 ? DEFAULT_EPSILON : op.numbers()[0];
        return normalized(op, epsilon, 1, scale ? 3 : -1);
    }

    /** TensorFlow's; inputs: images, scale, shift, mean, variance. */
    static Value fusedBatchNormalization(OpReading op) {
        op.requireRank(0, 4);
        long[] arguments = op.integers();
        ImageLayout layout = fusedLayout(arguments);
        if (op.activation(0).layout() != layout) {
            throw new UnsupportedOperationException("it reads \"" + op.inputName(0) + "\" as " + layout
                    + ", but that is " + op.activation(0).layout());
        }
        if (op.inputs() < 5 || (arguments.length > 1 && arguments[1] != 0)) {
            throw new UnsupportedOperationException(
                    "it takes statistics of the batch in predictions, too, and keeps none;"
                            + " freeze the graph for inference (is_training false), with mean and variance");
        }
        double epsilon =
                op.numbers().length == 0 ? FUSED_DEFAULT_EPSILON : Math.max(op.numbers()[0], FUSED_SMALLEST_EPSILON);
        return normalized(op, epsilon, 3, 1);
    }

    /** Where the images of TensorFlow's normalization have their channels. */
    static ImageLayout fusedLayout(long[] integers) {
        return integers.length > 0 && integers[0] != 0 ? ImageLayout.CHANNELS_FIRST : ImageLayout.CHANNELS_LAST;
    }

    /** The index of the scale is that before the shift, or -1; that of the mean before the variance. */
    private static Value normalized(OpReading op, double epsilon, int mean, int scale) {
        Value.Activation input = op.activation(0);
        long channels = input.layout().channels(op.inputShape(0));
        BatchNormalization layer = new BatchNormalization.Builder()
                .nIn(channels)
                .nOut(channels)
                .eps(epsilon)
                .build();
        boolean learned = scale >= 0 && op.isWeight(scale);
        if (!learned) {
            layer.setLockGammaBeta(true);
            layer.setGamma(scale >= 0 ? uniform(op, scale) : 1);
            layer.setBeta(scale >= 0 ? uniform(op, scale + 1) : 0);
        }
        Value.Activation output = op.layer(layer, input);
        bindStatistics(op, output, mean, "mean");
        bindStatistics(op, output, mean + 1, "var");
        if (learned) {
            output.vertex().bind(new WeightBinding(op.weight(scale).variable(), "gamma", Arrangement.ROW));
            output.vertex().bind(new WeightBinding(op.weight(scale + 1).variable(), "beta", Arrangement.ROW));
        }
        return output;
    }

    private static void bindStatistics(OpReading op, Value.Activation output, int index, String name) {
        String variable;
        if (op.input(index) instanceof Value.Weight weight) {
            variable = weight.variable();
        } else if (op.input(index) instanceof Value.Fixed fixed && op.plan().isLeaf(fixed.variable())) {
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
