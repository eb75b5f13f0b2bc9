package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.loss.LossLogPoisson;
import io.github.dl4jep.samediff.plan.LabelCoding;
import io.github.dl4jep.samediff.plan.LabelledOutput;
import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.OpRecogniser;
import io.github.dl4jep.samediff.plan.PlannedVertex;
import io.github.dl4jep.samediff.plan.Value;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;

/** Losses: with their activation they choose the likelihood, as in DL4J. */
final class LossOps {

    private LossOps() {}

    /** Inputs: logits, weights, labels. */
    static Value softmaxCrossEntropy(OpReading op) {
        requireNoWeights(op);
        double[] numbers = op.numbers();
        double smoothing = numbers.length == 0 ? 0 : numbers[0];
        if (!(smoothing >= 0 && smoothing < 1)) {
            throw new UnsupportedOperationException(
                    "label smoothing is " + smoothing + ", supported is 0 and more, below 1");
        }
        op.requireRank(0, 2);
        LabelCoding coding = LabelCoding.smoothing(smoothing, op.inputShape(0)[1]);
        return output(op, 0, label(op, 2), coding, new LossMCXENT(), new ActivationSoftmax());
    }

    /** Inputs: logits, labels. */
    static Value softmaxCrossEntropyWithLogits(OpReading op) {
        requireClassesLast(op);
        return output(op, 0, 1, new LossMCXENT(), new ActivationSoftmax());
    }

    static void requireClassesLast(OpReading op) {
        long[] axis = op.integers();
        if (axis.length > 0 && axis[0] != 1 && axis[0] != -1) {
            throw new UnsupportedOperationException("its classes are along dimension " + axis[0] + ", supported is 1");
        }
    }

    /** Inputs: labels, logits. */
    static Value sparseSoftmaxCrossEntropy(OpReading op) {
        Value.Label label = label(op, 0);
        Value.Label numbers = new Value.Label(label.placeholder(), true);
        return output(op, 1, numbers, LabelCoding.NONE, new LossMCXENT(), new ActivationSoftmax());
    }

    /** Inputs: logits, weights, labels. */
    static Value sigmoidCrossEntropy(OpReading op) {
        requireNoSmoothing(op);
        requireNoWeights(op);
        return output(op, 0, 2, new LossBinaryXENT(), new ActivationSigmoid());
    }

    /** Inputs: probabilities, weights, labels. */
    static Value logLoss(OpReading op) {
        requireNoWeights(op);
        PlannedVertex before = op.activation(0).vertex();
        IActivation activation = unit(before);
        boolean softmax = activation instanceof ActivationSoftmax;
        if (!softmax && !(activation instanceof ActivationSigmoid)) {
            throw new UnsupportedOperationException("it reads \"" + op.inputName(0)
                    + "\", which is no sigmoid or softmax; a log loss needs probabilities");
        }
        return ofProbabilities(op, label(op, 2), softmax ? new LossMCXENT() : new LossBinaryXENT(), activation);
    }

    private static Value ofProbabilities(OpReading op, Value.Label label, ILossFunction loss, IActivation activation) {
        if (op.activation(0).vertex().isShared()) {
            throw new UnsupportedOperationException(
                    "other ops before a loss read the probabilities \"" + op.inputName(0) + "\", too");
        }
        return outputBehindUnit(op, 0, label, LabelCoding.NONE, loss, activation);
    }

    /** The cross entropy of a softmax that an op reads. */
    static Value ofProbabilities(OpReading op, Value.Label label) {
        return ofProbabilities(op, label, new LossMCXENT(), new ActivationSoftmax());
    }

    /** The cross entropy of the softmax of what an op reads. */
    static Value ofLogits(OpReading op, Value.Label label) {
        return output(op, 0, label, LabelCoding.NONE, new LossMCXENT(), new ActivationSoftmax());
    }

    /** Whether an op reads a softmax. */
    static boolean isSoftmax(OpReading op, int index) {
        return unit(op.activation(index).vertex()) instanceof ActivationSoftmax;
    }

    /** Inputs: predictions, weights, labels. */
    static Value meanSquaredError(OpReading op) {
        requireNoWeights(op);
        return error(op, 0, 2, new LossMSE());
    }

    /** Inputs: predictions, weights, labels. */
    static Value absoluteDifference(OpReading op) {
        requireNoWeights(op);
        return error(op, 0, 2, new LossMAE());
    }

    /** Inputs: predictions, weights, labels 0 and 1. */
    static Value hinge(OpReading op) {
        requireNoWeights(op);
        PlannedVertex before = op.activation(0).vertex();
        IActivation unit = unit(before);
        return unit instanceof ActivationIdentity || before.isShared()
                ? output(op, 0, label(op, 2), LabelCoding.SIGNS, new LossHinge(), new ActivationIdentity())
                : outputBehindUnit(op, 0, label(op, 2), LabelCoding.SIGNS, new LossHinge(), unit);
    }

    /** Inputs: logarithms of rates, weights, counts. The full loss has a term more, of the labels alone. */
    static Value logPoisson(OpReading op) {
        requireNoWeights(op);
        return output(op, 0, 2, new LossLogPoisson(), new ActivationIdentity());
    }

    /** Refuses a loss that is no likelihood here. */
    static OpRecogniser refused(String reason) {
        return op -> {
            throw new UnsupportedOperationException(reason);
        };
    }

    /** Labels and predictions in any order: an error that is written by hand. */
    static Value difference(OpReading op) {
        int label = op.input(0) instanceof Value.Label ? 0 : 1;
        return new Value.Difference(loss -> error(op, 1 - label, label, loss));
    }

    static Value squaredDifference(OpReading op) {
        return ((Value.Difference) difference(op)).output().apply(new LossMSE());
    }

    /** Of a difference to labels, or a unit. */
    static Value square(OpReading op) {
        return ofDifference(op, new LossMSE());
    }

    /** Of a difference to labels, or a unit. */
    static Value absolute(OpReading op) {
        return ofDifference(op, new LossMAE());
    }

    private static Value ofDifference(OpReading op, ILossFunction loss) {
        return op.input(0) instanceof Value.Difference difference
                ? difference.output().apply(loss)
                : ActivationOps.unit(op);
    }

    /** A loss of predictions in the units of the labels: after a product, or after a unit that belongs to the loss. */
    private static Value error(OpReading op, int prediction, int labels, ILossFunction loss) {
        PlannedVertex before = op.activation(prediction).vertex();
        IActivation unit = unit(before);
        if (!(unit instanceof ActivationIdentity) && !before.isShared()) {
            return outputBehindUnit(op, prediction, label(op, labels), LabelCoding.NONE, loss, unit);
        }
        if (before.isInput()) {
            return output(
                    op,
                    prediction,
                    labels,
                    loss,
                    new ActivationIdentity()); // Part of a layer: no scale is written back.
        }
        if (!(before.layer() instanceof DenseLayer) || !before.hasBias() || !before.isLinear()) {
            throw new UnsupportedOperationException("it reads \"" + op.inputName(prediction)
                    + "\", which is no product with a bias; the scale and offset that EP learns for the targets need such a"
                    + " layer: make it x.mmul(w).add(b) with variables w of shape [inputs, outputs] and b of shape"
                    + " [outputs] (EpSameDiff.constantsToVariables(sd) does that for constants)");
        }
        return output(op, prediction, labels, loss, new ActivationIdentity());
    }

    private static IActivation unit(PlannedVertex vertex) {
        return vertex.layer() instanceof BaseLayer layer
                ? layer.getActivationFn()
                : vertex.layer() instanceof ActivationLayer layer ? layer.getActivationFn() : new ActivationIdentity();
    }

    private static Value output(OpReading op, int prediction, int labels, ILossFunction loss, IActivation activation) {
        return output(op, prediction, label(op, labels), LabelCoding.NONE, loss, activation);
    }

    private static Value output(
            OpReading op,
            int prediction,
            Value.Label label,
            LabelCoding coding,
            ILossFunction loss,
            IActivation activation) {
        op.requireRank(prediction, 2);
        PlannedVertex before = op.activation(prediction).vertex();
        if (activation instanceof ActivationSoftmax && isSoftmax(op, prediction)) {
            throw new UnsupportedOperationException("it reads \"" + op.inputName(prediction)
                    + "\", which is a softmax, and takes the softmax of it again; give it what the softmax reads, or use"
                    + " sd.loss.logLoss");
        }
        long size = op.inputShape(prediction)[1];
        PlannedVertex output = before.isLinear() && before.layer() instanceof DenseLayer dense && !before.isShared()
                ? joined(before, dense, loss, activation)
                : op.plan().add(PlannedVertex.of(op.output(), lossLayer(loss, activation, size), before));
        return labelled(op, prediction, label, coding, output, activation);
    }

    /** Of a loss that reads probabilities: their unit belongs to it. */
    private static Value outputBehindUnit(
            OpReading op,
            int prediction,
            Value.Label label,
            LabelCoding coding,
            ILossFunction loss,
            IActivation activation) {
        op.requireRank(prediction, 2);
        PlannedVertex unit = op.activation(prediction).vertex();
        IActivation none = new ActivationIdentity();
        if (unit.layer() instanceof DenseLayer dense) {
            return labelled(op, prediction, label, coding, joined(unit, dense, loss, activation), none);
        }
        PlannedVertex before = unit.inputs().get(0);
        if (before.isLinear() && before.layer() instanceof DenseLayer dense && !before.isShared()) {
            op.plan().remove(unit);
            return labelled(op, prediction, label, coding, joined(before, dense, loss, activation), none);
        }
        unit.replaceLayer(lossLayer(loss, activation, op.inputShape(prediction)[1]));
        return labelled(op, prediction, label, coding, unit, none);
    }

    private static PlannedVertex joined(
            PlannedVertex vertex, DenseLayer dense, ILossFunction loss, IActivation activation) {
        vertex.replaceLayer(outputLayer(dense, loss, activation));
        return vertex;
    }

    private static Value labelled(
            OpReading op,
            int prediction,
            Value.Label label,
            LabelCoding coding,
            PlannedVertex output,
            IActivation behind) {
        op.plan()
                .addOutput(new LabelledOutput(
                        output.name(),
                        op.output(),
                        op.inputName(prediction),
                        label.placeholder(),
                        label.sparse(),
                        coding,
                        op.inputShape(prediction)[1],
                        behind));
        return new Value.Loss();
    }

    private static OutputLayer outputLayer(DenseLayer dense, ILossFunction loss, IActivation activation) {
        return new OutputLayer.Builder(loss)
                .nIn(dense.getNIn())
                .nOut(dense.getNOut())
                .hasBias(dense.hasBias())
                .activation(activation)
                .build();
    }

    private static LossLayer lossLayer(ILossFunction loss, IActivation activation, long size) {
        return new LossLayer.Builder(loss)
                .activation(activation)
                .nIn(size)
                .nOut(size)
                .build();
    }

    private static Value.Label label(OpReading op, int index) {
        if (op.input(index) instanceof Value.Label label) {
            return label;
        }
        throw new UnsupportedOperationException("its labels \"" + op.inputName(index)
                + "\" are no placeholder of TrainingConfig's label mapping, nor its one-hot code");
    }

    private static void requireNoSmoothing(OpReading op) {
        double[] numbers = op.numbers();
        if (numbers.length > 0 && numbers[0] != 0) {
            throw new UnsupportedOperationException(
                    "label smoothing is " + numbers[0] + ", supported is 0; EP learns the noise of labels itself");
        }
    }

    private static void requireNoWeights(OpReading op) {
        INDArray weights = op.constant(1);
        if (!weights.eq(1).all()) {
            throw new UnsupportedOperationException("its weights \"" + op.inputName(1) + "\" of shape "
                    + Arrays.toString(weights.shape())
                    + " are not all 1; a label mask of the data set weighs single labels instead");
        }
    }
}
