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
import io.github.dl4jep.params.PlainWeights;
import io.github.dl4jep.params.PosteriorParamInitializer;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The weights of one layer in a sweep: {@link LinearFactor}'s messages, and this batch's sites until they are committed. */
final class LinearSweep {

    private final long inputs;
    private final Supplier<String> place;
    private final PosteriorParamInitializer layout;
    private final Supplier<Map<String, INDArray>> parameters;

    private @Nullable Moments input;
    private @Nullable WeightMoments weightMoments;
    private @Nullable WeightSite weightSite;
    private @Nullable WeightSite biasSite;

    /**
     * The weights of a layer.
     *
     * @param inputs number of columns the layer takes
     * @param place the layer's name and index, for messages
     * @param layout where the posteriors are in the layer's parameters
     * @param parameters the layer's current parameters
     */
    LinearSweep(
            long inputs,
            Supplier<String> place,
            PosteriorParamInitializer layout,
            Supplier<Map<String, INDArray>> parameters) {
        this.inputs = inputs;
        this.place = place;
        this.layout = layout;
        this.parameters = parameters;
    }

    private WeightPosterior weights() {
        return layout.weights(parameters.get());
    }

    private @Nullable WeightPosterior bias() {
        return layout.bias(parameters.get());
    }

    /** Moments and batch covariance of the pre-activation. */
    ForwardMessage forward(ForwardMessage message) {
        requireColumns(message.moments().mean());
        input = message.moments();
        weightMoments = weights().moments(weightSite);
        WeightPosterior biasPosterior = bias();
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
        weightSite = LinearFactor.messageToWeights(
                message, input, weightMoments, weights().usesSitePrecision());
        weightMoments = null;
        biasSite = bias() == null ? null : LinearFactor.messageToBias(message);
        return toInput;
    }

    boolean hasFiniteSites() {
        return (weightSite == null || weightSite.isFinite()) && (biasSite == null || biasSite.isFinite());
    }

    void commit(SiteStep step) {
        if (weightSite != null) {
            weights().update(weightSite, step);
        }
        WeightPosterior biasPosterior = bias();
        if (biasSite != null && biasPosterior != null) {
            biasPosterior.update(biasSite, step);
        }
        INDArray inputMean = layout.inputMean(parameters.get());
        if (input != null && inputMean != null) {
            inputMean.addi(input.mean().mean(true, 0).subi(inputMean).muli(step.averagingRate()));
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
        requireColumns(moments.mean());
        WeightPosterior biasPosterior = bias();
        return LinearFactor.messageToPreActivation(
                moments,
                weights().predictiveMoments(),
                biasPosterior == null ? null : biasPosterior.predictiveMoments());
    }

    /** The pre-activation for one draw of weights and bias. */
    INDArray sample(INDArray values) {
        return linear(values, layout.sample(parameters.get()));
    }

    /** The pre-activation of the point network. */
    INDArray point(INDArray values) {
        return linear(values, layout.point(parameters.get()));
    }

    /**
     * Throws if an array is not what this layer takes.
     *
     * @param values should be [minibatch, inputs]
     */
    private void requireColumns(INDArray values) {
        if (values.rank() != 2 || values.size(1) != inputs) {
            throw new DL4JInvalidInputException("Input has shape " + Arrays.toString(values.shape())
                    + ", allowed is [minibatch, " + inputs + "] at " + place.get()
                    + "; check the number of feature columns or nIn of the layer, and flatten images by"
                    + " setInputType(InputType.convolutionalFlat(...)) or a preprocessor");
        }
    }

    private INDArray linear(INDArray values, PlainWeights plain) {
        requireColumns(values);
        INDArray result = values.mmul(plain.weights());
        return plain.bias() == null ? result : result.addiRowVector(plain.bias());
    }
}
