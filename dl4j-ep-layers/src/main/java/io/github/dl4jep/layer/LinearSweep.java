package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.BatchCovariance;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import io.github.dl4jep.distribution.WeightMoments;
import io.github.dl4jep.distribution.WeightPosterior;
import io.github.dl4jep.distribution.WeightSite;
import io.github.dl4jep.factor.LinearFactor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The weights of one layer in a sweep: {@link LinearFactor}'s messages, and this batch's sites until they are committed. */
final class LinearSweep {

    private final Supplier<WeightPosterior> weights;
    private final Supplier<@Nullable WeightPosterior> bias;

    private @Nullable Moments input;
    private @Nullable WeightMoments weightMoments;
    private @Nullable WeightSite weightSite;
    private @Nullable WeightSite biasSite;

    /**
     * The weights of a layer.
     *
     * @param weights posterior of the weights, bound to the layer's current parameters
     * @param bias posterior of the bias, or of null
     */
    LinearSweep(Supplier<WeightPosterior> weights, Supplier<@Nullable WeightPosterior> bias) {
        this.weights = weights;
        this.bias = bias;
    }

    /** Moments and batch covariance of the pre-activation. */
    ForwardMessage forward(ForwardMessage message) {
        input = message.moments();
        weightMoments = weights.get().moments(weightSite);
        WeightPosterior biasPosterior = bias.get();
        WeightMoments biasMoments = biasPosterior == null ? null : biasPosterior.moments(biasSite);
        Moments preActivation = LinearFactor.messageToPreActivation(input, weightMoments, biasMoments);
        BatchCovariance covariance = LinearFactor.covarianceOfPreActivation(message, weightMoments, biasMoments);
        return new ForwardMessage(preActivation, covariance);
    }

    /** Keeps the sites; answers the message to the input, or null if that was observed. */
    @Nullable
    BackwardMessage backward(BackwardMessage message) {
        if (input == null || weightMoments == null) {
            throw new IllegalStateException("backward without forward");
        }
        BackwardMessage toInput = input.isObserved() ? null : LinearFactor.messageToInput(message, weightMoments);
        weightSite = LinearFactor.messageToWeights(message, input, weightMoments);
        weightMoments = null;
        biasSite = bias.get() == null ? null : LinearFactor.messageToBias(message);
        return toInput;
    }

    boolean hasFiniteSites() {
        return (weightSite == null || weightSite.isFinite()) && (biasSite == null || biasSite.isFinite());
    }

    void commit(SiteStep step) {
        if (weightSite != null) {
            weights.get().update(weightSite, step);
        }
        WeightPosterior biasPosterior = bias.get();
        if (biasSite != null && biasPosterior != null) {
            biasPosterior.update(biasSite, step);
        }
        discard();
    }

    void discard() {
        input = null;
        weightMoments = null;
        weightSite = null;
        biasSite = null;
    }

    /** Moments of the pre-activation for a prediction. */
    Moments predict(Moments moments) {
        WeightPosterior biasPosterior = bias.get();
        return LinearFactor.messageToPreActivation(
                moments,
                weights.get().predictiveMoments(),
                biasPosterior == null ? null : biasPosterior.predictiveMoments());
    }

    /** The pre-activation for one draw of weights and bias. */
    INDArray sample(INDArray values) {
        WeightPosterior biasPosterior = bias.get();
        return linear(values, weights.get().sample(), biasPosterior == null ? null : biasPosterior.sample());
    }

    /** The pre-activation of the point network. */
    INDArray point(INDArray values) {
        WeightPosterior biasPosterior = bias.get();
        return linear(values, weights.get().mode(), biasPosterior == null ? null : biasPosterior.mode());
    }

    private static INDArray linear(INDArray values, INDArray weight, @Nullable INDArray offset) {
        INDArray result = values.mmul(weight);
        return offset == null ? result : result.addiRowVector(offset);
    }
}
