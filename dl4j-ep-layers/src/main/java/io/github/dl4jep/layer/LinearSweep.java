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
import io.github.dl4jep.factor.Patches;
import io.github.dl4jep.factor.WeightGroups;
import io.github.dl4jep.factor.WindowGeometry;
import io.github.dl4jep.params.PlainWeights;
import io.github.dl4jep.params.PosteriorParamInitializer;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights of one layer in a sweep: {@link LinearFactor}'s messages, and this batch's sites until they are committed. A
 * convolution's weights see {@link Patches} of the input instead of the input; all else is the same.
 */
final class LinearSweep implements WeightedMap {

    private final long inputs;
    private final Supplier<String> place;
    private final PosteriorParamInitializer layout;
    private final Supplier<Map<String, INDArray>> parameters;
    private final @Nullable WindowPlacement windows;
    private final WeightGroups groups;

    private @Nullable Patches patches;
    private @Nullable Moments input;
    private @Nullable WeightMoments weightMoments;
    private @Nullable WeightSite weightSite;
    private @Nullable WeightSite biasSite;

    /**
     * The weights of a dense layer.
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
        this(inputs, null, WeightGroups.NONE, place, layout, parameters);
    }

    /**
     * The weights of a convolution.
     *
     * @param inputs number of channels the layer takes
     * @param windows sizes of the windows, or null for a dense layer
     * @param groups which columns a unit sees
     * @param place the layer's name and index, for messages
     * @param layout where the posteriors are in the layer's parameters
     * @param parameters the layer's current parameters
     */
    LinearSweep(
            long inputs,
            @Nullable WindowPlacement windows,
            WeightGroups groups,
            Supplier<String> place,
            PosteriorParamInitializer layout,
            Supplier<Map<String, INDArray>> parameters) {
        this.inputs = inputs;
        this.windows = windows;
        this.groups = groups;
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

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        patches = patches(message.moments());
        requireRoom(message.moments().mean().size(0));
        input = seenByWeights(message.moments());
        weightMoments = weights().moments(weightSite);
        WeightPosterior biasPosterior = bias();
        WeightMoments biasMoments = biasPosterior == null ? null : biasPosterior.moments(biasSite);
        Moments preActivation = groups.messageToPreActivation(input, weightMoments, biasMoments);
        BatchCovariance covariance = groups.covarianceOfPreActivation(message, patches, weightMoments, biasMoments);
        if (patches != null) {
            INDArray seen = input.mean();
            WeightMoments moments = weightMoments;
            covariance =
                    covariance.withFeatures(() -> groups.features(seen, moments, biasMoments), message.covariance());
        }
        return new ForwardMessage(activationOf(preActivation), covariance);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        if (input == null || weightMoments == null) {
            throw new IllegalStateException("backward without forward");
        }
        BackwardMessage toUnits = rowsOfPatches(message, weightMoments.mean().columns());
        BackwardMessage toInput = input.isObserved() ? null : groups.messageToInput(toUnits, weightMoments);
        weightSite =
                groups.messageToWeights(toUnits, input, weightMoments, weights().usesSitePrecision());
        weightMoments = null;
        biasSite = bias() == null ? null : LinearFactor.messageToBias(toUnits);
        return toInput == null || patches == null
                ? toInput
                : new BackwardMessage(patches.scatter(toInput.shift()), patches.scatter(toInput.precision()));
    }

    /** Null for a dense layer. */
    private @Nullable Patches patches(Moments moments) {
        if (windows == null) {
            requireColumns(moments);
            return null;
        }
        if (moments.shape().channels() != inputs) {
            throw new DL4JInvalidInputException("An example has shape " + moments.shape() + ", allowed are " + inputs
                    + " channel(s) first at " + place.get() + "; check the data or nIn of the layer");
        }
        WindowGeometry geometry = windows.on(moments.shape(), place.get());
        return patches != null && patches.geometry().equals(geometry) ? patches : new Patches(geometry);
    }

    /** [rows, fan-in]: the input itself, or its patches. */
    private Moments seenByWeights(Moments moments) {
        Patches seen = patches;
        if (seen == null) {
            return moments;
        }
        return moments.rearranged(seen::gather, weights().usesSitePrecision());
    }

    /** [minibatch, units x positions], from the weights' [positions x minibatch, units], without a copy. */
    private Moments activationOf(Moments preActivation) {
        if (patches == null) {
            return preActivation;
        }
        WindowGeometry geometry = patches.geometry();
        INDArray mean = preActivation.mean();
        long units = mean.columns();
        INDArray variance = preActivation.variance();
        return new Moments(perExample(mean), variance == null ? null : perExample(variance))
                .shapedAs(geometry.outputShape(units));
    }

    private INDArray perExample(INDArray rows) {
        if (patches == null) {
            return rows;
        }
        int positions = patches.geometry().outputPositions();
        return rows.reshape('f', rows.rows() / positions, rows.columns() * (long) positions);
    }

    /** The way back from {@link #activationOf}. */
    private BackwardMessage rowsOfPatches(BackwardMessage message, long units) {
        if (patches == null) {
            return message;
        }
        long rows = message.shift().length() / units;
        return new BackwardMessage(
                message.shift().reshape('f', rows, units), message.precision().reshape('f', rows, units));
    }

    @Override
    public boolean hasFiniteSites() {
        return (weightSite == null || weightSite.isFinite()) && (biasSite == null || biasSite.isFinite());
    }

    @Override
    public void commit(SiteStep step) {
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

    @Override
    public void discard() {
        input = null;
        weightMoments = null;
        weightSite = null;
        biasSite = null;
    }

    @Override
    public Moments predict(Moments moments) {
        patches = patches(moments);
        WeightPosterior biasPosterior = bias();
        WeightMoments predictive = weights().predictiveMoments();
        WeightMoments biasMoments = biasPosterior == null ? null : biasPosterior.predictiveMoments();
        return inBlocks(
                moments,
                part -> activationOf(groups.messageToPreActivation(seenByWeights(part), predictive, biasMoments)));
    }

    private Moments inBlocks(Moments moments, UnaryOperator<Moments> map) {
        return patches == null
                ? map.apply(moments)
                : ExampleBlocks.map(moments, patches.geometry().patchElements(), map);
    }

    /** Throws if the patches of a batch do not fit into one array. */
    private void requireRoom(long batch) {
        if (patches != null && batch > Patches.MAX_ELEMENTS / patches.geometry().patchElements()) {
            long elements = patches.geometry().patchElements();
            throw new DL4JInvalidInputException("A batch of " + batch + " examples gives patches of " + batch * elements
                    + " elements, allowed are " + Patches.MAX_ELEMENTS + " at " + place.get()
                    + "; use batches of at most "
                    + Patches.MAX_ELEMENTS / elements + " examples");
        }
    }

    @Override
    public Moments sample(Moments values) {
        return linear(values, layout.sample(parameters.get()));
    }

    @Override
    public Moments point(Moments values) {
        return linear(values, layout.point(parameters.get()));
    }

    /**
     * Throws if an activation is not what a dense layer takes.
     *
     * @param moments should be [minibatch, inputs]
     */
    private void requireColumns(Moments moments) {
        if (moments.shape().spatialRank() > 0 || moments.shape().length() != inputs) {
            throw new DL4JInvalidInputException("An example has shape " + moments.shape() + ", allowed is [" + inputs
                    + "] at " + place.get()
                    + "; check the number of feature columns or nIn of the layer, and flatten images by"
                    + " setInputType(...) or a preprocessor");
        }
    }

    private Moments linear(Moments values, PlainWeights plain) {
        patches = patches(values);
        Patches windowed = patches;
        INDArray bias = plain.bias();
        return inBlocks(values, part -> {
            INDArray seen = windowed == null ? part.mean() : windowed.gather(part.mean());
            INDArray result = groups.product(seen, plain.weights());
            return activationOf(Moments.observed(bias == null ? result : result.addiRowVector(bias)));
        });
    }
}
