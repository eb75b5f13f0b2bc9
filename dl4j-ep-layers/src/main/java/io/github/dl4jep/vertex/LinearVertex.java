package io.github.dl4jep.vertex;

import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.linear.Patches;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.linear.WindowedFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights of one layer in a sweep: {@link LinearFactor}'s messages, and this batch's sites until they are committed. A
 * convolution's weights see {@link Patches} of the input instead of the input; all else is the same.
 */
public final class LinearVertex implements LinearMap {

    private final long inputs;
    private final Supplier<String> place;
    private final PosteriorParamInitializer layout;
    private final Supplier<Map<String, INDArray>> parameters;
    private final @Nullable WindowPlacement windows;
    private final WeightGroups groups;

    private @Nullable WindowedFactor windowed;
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
    public LinearVertex(
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
    public LinearVertex(
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
        windowed = windowed(message.moments());
        input = windowed == null ? message.moments() : message.moments().columnMajor();
        WeightMoments moments = weights().moments(weightSite);
        weightMoments = moments;
        WeightPosterior biasPosterior = bias();
        WeightMoments biasMoments = biasPosterior == null ? null : biasPosterior.moments(biasSite);
        Moments preActivation = preActivation(input, moments, biasMoments);
        Patches patches = windowed == null ? null : windowed.patches();
        BatchCovariance covariance = groups.covarianceOfPreActivation(message, patches, moments, biasMoments);
        if (patches != null) {
            INDArray mean = input.mean();
            covariance = covariance.withFeatures(
                    () -> groups.features(allPatches(patches, mean), moments, biasMoments), message.covariance());
        }
        return new ForwardMessage(preActivation, covariance);
    }

    private INDArray allPatches(Patches patches, INDArray activation) {
        requireRoom(patches.geometry().patchElements(), activation.size(0));
        return patches.gather(activation);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        if (input == null || weightMoments == null) {
            throw new IllegalStateException("backward without forward");
        }
        BackwardMessage toUnits = rowsOfPatches(message, weightMoments.mean().columns());
        BackwardMessage toInput = input.isPointMass() ? null : messageToInput(toUnits, weightMoments);
        boolean withPrecision = weights().usesSitePrecision();
        weightSite = windowed == null
                ? groups.messageToWeights(toUnits, input, weightMoments, withPrecision)
                : windowed.messageToWeights(toUnits, input, weightMoments, withPrecision);
        weightMoments = null;
        biasSite = bias() == null ? null : LinearFactor.messageToBias(toUnits);
        return toInput;
    }

    private BackwardMessage messageToInput(BackwardMessage toUnits, WeightMoments moments) {
        return windowed == null ? groups.messageToInput(toUnits, moments) : windowed.messageToInput(toUnits, moments);
    }

    /** Null for a dense layer. */
    private @Nullable WindowedFactor windowed(Moments moments) {
        if (windows == null) {
            requireColumns(moments);
            return null;
        }
        if (moments.shape().channels() != inputs) {
            throw new DL4JInvalidInputException("An example has shape " + moments.shape() + ", allowed are " + inputs
                    + " channel(s) first at " + place.get() + "; check the data or nIn of the layer");
        }
        WindowGeometry geometry = windows.on(moments.shape(), place.get());
        return windowed != null && windowed.patches().geometry().equals(geometry)
                ? windowed
                : new WindowedFactor(new Patches(geometry), groups);
    }

    /** [minibatch, units x positions]. */
    private Moments preActivation(Moments moments, WeightMoments weightMoments, @Nullable WeightMoments biasMoments) {
        if (windowed == null) {
            return groups.messageToPreActivation(moments, weightMoments, biasMoments);
        }
        requireRoom(
                windowed.patches().geometry(),
                moments.mean().size(0),
                weightMoments.mean().columns());
        return activationOf(windowed.messageToPreActivation(moments, weightMoments, biasMoments));
    }

    /** [minibatch, units x positions], from the weights' [positions x minibatch, units], without a copy. */
    private Moments activationOf(Moments preActivation) {
        if (windowed == null) {
            return preActivation;
        }
        WindowGeometry geometry = windowed.patches().geometry();
        INDArray mean = preActivation.mean();
        INDArray variance = preActivation.variance();
        return new Moments(
                        perExample(mean, geometry.outputPositions()),
                        variance == null ? null : perExample(variance, geometry.outputPositions()))
                .shapedAs(geometry.outputShape(mean.columns()));
    }

    private static INDArray perExample(INDArray rows, int positions) {
        return rows.reshape('f', rows.rows() / positions, rows.columns() * (long) positions);
    }

    /** The way back from {@link #activationOf}. */
    private BackwardMessage rowsOfPatches(BackwardMessage message, long units) {
        if (windowed == null) {
            return message;
        }
        long rows = message.shift().length() / units;
        return new BackwardMessage(
                message.shift().reshape('f', rows, units), message.curvature().reshape('f', rows, units));
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
            INDArray mean = windowed == null ? input.mean().mean(true, 0) : windowed.meanSeen(input.mean());
            inputMean.addi(mean.subi(inputMean).muli(step.averagingRate()));
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
        windowed = windowed(moments);
        WeightPosterior biasPosterior = bias();
        WeightMoments biasMoments = biasPosterior == null ? null : biasPosterior.predictiveMoments();
        return preActivation(moments, weights().predictiveMoments(), biasMoments);
    }

    /** Throws if a convolution's activations do not fit into one array. */
    private void requireRoom(WindowGeometry geometry, long batch, long units) {
        long activation =
                Math.max((long) geometry.channels() * geometry.inputPositions(), geometry.outputPositions() * units);
        requireRoom(Math.max(activation, geometry.fanIn()), batch);
    }

    private void requireRoom(long elements, long batch) {
        if (batch > Patches.MAX_ELEMENTS / elements) {
            throw new DL4JInvalidInputException("A batch of " + batch + " examples gives an array of "
                    + batch * elements + " elements, allowed are " + Patches.MAX_ELEMENTS + " at " + place.get()
                    + "; use batches of at most " + Patches.MAX_ELEMENTS / elements + " examples");
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

    @Override
    public String describe() {
        return place.get();
    }

    private Moments linear(Moments values, StockWeights plain) {
        windowed = windowed(values);
        if (windowed != null) {
            requireRoom(
                    windowed.patches().geometry(),
                    values.mean().size(0),
                    plain.weights().columns());
        }
        INDArray result = windowed == null
                ? groups.product(values.mean(), plain.weights())
                : windowed.product(values.mean(), plain.weights());
        INDArray bias = plain.bias();
        return activationOf(Moments.pointMass(bias == null ? result : result.addiRowVector(bias)));
    }
}
