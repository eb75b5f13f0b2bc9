package io.github.dl4jep.loss;

import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The Poisson loss of outputs that are logarithms of rates, \( e^u - y u \) summed over outputs: SameDiff's {@code logPoisson}, which DL4J
 * has no loss for. {@code LossPoisson} takes rates.
 */
public final class LossLogPoisson implements ILossFunction {

    private static final long serialVersionUID = 1L;

    /** The loss. */
    public LossLogPoisson() {
        // no settings
    }

    @Override
    public double computeScore(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask, boolean average) {
        double sum = computeScoreArray(labels, preOutput, activation, mask)
                .sumNumber()
                .doubleValue();
        return average ? sum / labels.size(0) : sum;
    }

    @Override
    public INDArray computeScoreArray(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
        INDArray u = activation.getActivation(preOutput.dup(), true);
        INDArray scores =
                Transforms.exp(u, true).subi(labels.castTo(u.dataType()).mul(u));
        return masked(scores, mask).sum(true, 1);
    }

    @Override
    public INDArray computeGradient(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask) {
        INDArray u = activation.getActivation(preOutput.dup(), true);
        INDArray slope = masked(Transforms.exp(u, true).subi(labels.castTo(u.dataType())), mask);
        return activation.backprop(preOutput, slope).getFirst();
    }

    @Override
    public Pair<Double, INDArray> computeGradientAndScore(
            INDArray labels, INDArray preOutput, IActivation activation, @Nullable INDArray mask, boolean average) {
        return new Pair<>(
                computeScore(labels, preOutput, activation, mask, average),
                computeGradient(labels, preOutput, activation, mask));
    }

    private static INDArray masked(INDArray values, @Nullable INDArray mask) {
        if (mask == null) {
            return values;
        }
        INDArray weights = mask.castTo(values.dataType());
        return weights.isColumnVector() ? values.muliColumnVector(weights) : values.muli(weights);
    }

    @Override
    public String name() {
        return "LossLogPoisson";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LossLogPoisson;
    }

    @Override
    public int hashCode() {
        return LossLogPoisson.class.hashCode();
    }

    @Override
    public String toString() {
        return "LossLogPoisson()";
    }
}
