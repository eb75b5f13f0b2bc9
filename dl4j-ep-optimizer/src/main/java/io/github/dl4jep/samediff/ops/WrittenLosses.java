package io.github.dl4jep.samediff.ops;

import io.github.dl4jep.samediff.plan.OpReading;
import io.github.dl4jep.samediff.plan.Value;

/** Cross entropies that are written by hand: minus the mean or sum of labels times the logarithm of a softmax. */
final class WrittenLosses {

    private WrittenLosses() {}

    /** Of a softmax, or a unit. */
    static Value logarithm(OpReading op) {
        return op.input(0) instanceof Value.Activation && LossOps.isSoftmax(op, 0)
                ? new Value.LogProbabilities(label -> LossOps.ofProbabilities(op, label))
                : ActivationOps.unit(op);
    }

    /** Of logits. */
    static Value logSoftmax(OpReading op) {
        op.requireRank(0, 2);
        LossOps.requireClassesLast(op);
        op.activation(0);
        return new Value.LogProbabilities(label -> LossOps.ofLogits(op, label));
    }

    /** Whether an op multiplies labels and logarithms of probabilities. */
    static boolean isScore(OpReading op) {
        return labelOf(op) >= 0 && op.input(1 - labelOf(op)) instanceof Value.LogProbabilities;
    }

    /** The product of labels and logarithms of probabilities. */
    static Value score(OpReading op) {
        int label = labelOf(op);
        ((Value.LogProbabilities) op.input(1 - label)).output().accept((Value.Label) op.input(label));
        return new Value.Score();
    }

    private static int labelOf(OpReading op) {
        return op.input(0) instanceof Value.Label ? 0 : op.inputs() > 1 && op.input(1) instanceof Value.Label ? 1 : -1;
    }

    /** Minus a score is a loss; of an activation it is a unit. */
    static Value negative(OpReading op) {
        return op.input(0) instanceof Value.Score ? new Value.Loss() : ActivationOps.unit(op);
    }
}
