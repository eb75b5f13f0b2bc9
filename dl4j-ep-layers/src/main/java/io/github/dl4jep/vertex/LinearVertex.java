package io.github.dl4jep.vertex;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.linear.BiasTerm;
import io.github.dl4jep.linear.Patches;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.linear.WindowedFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.PositionCorrelation;
import io.github.dl4jep.params.StockWeights;
import io.github.dl4jep.recurrent.MappedSteps;
import io.github.dl4jep.recurrent.SeenSteps;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.window.WindowGeometry;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The weights of one layer: {@link io.github.dl4jep.linear.LinearFactor}'s messages. A convolution's weights see {@link Patches} of the
 * input instead of the input; all else is the same. Those of a dense layer see every step of a sequence by itself.
 */
public final class LinearVertex implements LinearMap {

    private final long inputs;
    private final LayerWeights weights;
    private final WeightGroups groups;
    private final @Nullable ForShape<WindowedFactor> windows;
    private final boolean takesColumns;

    /**
     * The weights of a dense layer, which takes columns, or sequences of them.
     *
     * @param inputs number of columns the layer takes
     * @param weights where the posteriors are
     */
    public LinearVertex(long inputs, LayerWeights weights) {
        this(inputs, Windows.ofOne(1), WeightGroups.NONE, weights, true);
    }

    /**
     * The weights of a convolution.
     *
     * @param inputs number of channels the layer takes
     * @param windows sizes of the windows, or null for weights that take columns only
     * @param groups which columns a unit sees
     * @param weights where the posteriors are
     */
    public LinearVertex(long inputs, @Nullable Windows windows, WeightGroups groups, LayerWeights weights) {
        this(inputs, windows, groups, weights, windows == null);
    }

    private LinearVertex(
            long inputs, @Nullable Windows windows, WeightGroups groups, LayerWeights weights, boolean takesColumns) {
        this.inputs = inputs;
        this.takesColumns = takesColumns;
        this.weights = weights;
        this.groups = groups;
        this.windows = windows == null
                ? null
                : new ForShape<>(shape -> new WindowedFactor(
                        new Patches(windows.on(shape, weights.place().get())), groups));
    }

    @Override
    public Pass forward(List<ForwardMessage> messages, Sites pending) {
        ForwardMessage message = messages.get(0);
        WindowedFactor windowed = windowed(message.moments());
        Moments input = windowed == null ? message.moments() : message.moments().columnMajor();
        WeightMoments moments = groups.groups() == 1
                ? weights.weights().momentsOfSums(pending.site(weights.weightKey()), input.isPointMass())
                : weights.weights().moments(pending.site(weights.weightKey()));
        WeightPosterior bias = weights.bias();
        WeightMoments biasMoments = bias == null ? null : bias.momentsOfBias(pending.site(weights.biasKey()));
        Moments preActivation = preActivation(windowed, input, moments, biasMoments);
        Patches patches = windowed == null ? null : windowed.patches();
        InducingExamples inducing = message.covariance().inducing();
        BatchPart part = inducing.part();
        boolean ofSteps = takesColumns || message.covariance().steps() != null;
        if (ofSteps && patches != null && seesOneStep(patches)) {
            BatchCovariance pairs = inducing.areAsked()
                    ? covarianceOfSteps(message, moments, biasMoments)
                    : BatchCovariance.none(inducing);
            return new Pass(new ForwardMessage(preActivation, pairs), new Back(windowed, input, moments, part));
        }
        BatchCovariance covariance = inducing.areAsked()
                ? groups.covarianceOfPreActivation(message, patches, moments, biasMoments)
                : BatchCovariance.none(inducing);
        if (patches != null) {
            INDArray mean = input.mean();
            covariance = covariance.withFeatures(
                    () -> groups.features(allPatches(patches, mean), moments, biasMoments),
                    groups.pairs(patches, mean, message.covariance(), moments, biasMoments),
                    message.covariance());
        }
        return new Pass(new ForwardMessage(preActivation, covariance), new Back(windowed, input, moments, part));
    }

    private boolean seesOneStep(Patches patches) {
        return groups.groups() == 1
                && patches.geometry().fanIn() == inputs
                && patches.geometry().inputPositions() == patches.geometry().outputPositions();
    }

    /** The covariance of pairs of examples and steps, which labels at every step need. */
    private BatchCovariance covarianceOfSteps(
            ForwardMessage message, WeightMoments moments, @Nullable WeightMoments bias) {
        INDArray mean = message.moments().mean();
        long steps = message.moments().shape().positions();
        SeenSteps seen = new SeenSteps(
                mean.dup('f').reshape('f', mean.rows() * steps, mean.columns() / steps),
                message.covariance(),
                moments.unitMeanVariance(),
                moments.unitMeanSquaredMean());
        double biasVariance = bias == null ? 0 : Rows.mean(bias.variance());
        MappedSteps ofSteps = new MappedSteps(
                seen,
                Math.toIntExact(mean.rows()),
                biasVariance,
                Math.toIntExact(moments.mean().columns()));
        PositionCorrelation ofLast =
                new PositionCorrelation(() -> groups.features(seen.mean(), moments, bias), () -> 1);
        ExampleCovariance none =
                ExampleCovariance.none(message.covariance().inducing().ofPart());
        return new BatchCovariance(none, null, ofLast, ofSteps, null);
    }

    private INDArray allPatches(Patches patches, INDArray activation) {
        requireRoom(patches.geometry().patchElements(), activation.size(0));
        return patches.gather(activation);
    }

    /** The backward pass. The sites are written over the moments of the weights, so that a batch touches less memory. */
    private final class Back implements Backward {

        private final @Nullable WindowedFactor windowed;
        private final Moments input;
        private final AtomicReference<@Nullable WeightMoments> moments;
        private final @Nullable BatchPart part;

        Back(@Nullable WindowedFactor windowed, Moments input, WeightMoments moments, @Nullable BatchPart part) {
            this.part = part;
            this.windowed = windowed;
            this.input = input;
            this.moments = new AtomicReference<>(moments);
        }

        @Override
        public Answer answer(BackwardMessage message) {
            WeightMoments used = used();
            BackwardMessage toUnits = toUnits(message, used);
            return Answer.of(messageToInput(toUnits, used), sites(toUnits, used));
        }

        @Override
        public List<@Nullable BackwardMessage> messages(BackwardMessage message) {
            WeightMoments used = used();
            return Collections.singletonList(messageToInput(toUnits(message, used), used));
        }

        private WeightMoments used() {
            WeightMoments used = moments.getAndSet(null);
            if (used == null) {
                throw new IllegalStateException(
                        "The pass through " + describe() + " was answered before; call forward again");
            }
            return used;
        }

        /** Of a part of a joint batch the own rows: the others have no message, and no product. */
        private BackwardMessage toUnits(BackwardMessage message, WeightMoments used) {
            BackwardMessage own = part == null ? message : part.own(message);
            return windowed == null ? own : rowsOfPatches(own, used.mean().columns());
        }

        private @Nullable BackwardMessage messageToInput(BackwardMessage toUnits, WeightMoments used) {
            if (input.isPointMass()) {
                return null;
            }
            BackwardMessage own =
                    windowed == null ? groups.messageToInput(toUnits, used) : windowed.messageToInput(toUnits, used);
            return part == null ? own : part.toAll(own);
        }

        private Sites sites(BackwardMessage toUnits, WeightMoments used) {
            Moments seen = part == null ? input : part.own(input);
            boolean withPrecision = weights.weights().usesSitePrecision();
            Sites sites = Sites.of(
                    weights.weightKey(),
                    windowed == null
                            ? groups.messageToWeights(toUnits, seen, used, withPrecision, part)
                            : windowed.messageToWeights(toUnits, seen, used, withPrecision));
            if (weights.layout().hasBias()) {
                sites = sites.plus(Sites.of(weights.biasKey(), BiasTerm.message(toUnits)));
            }
            return sites.plus(weights.seen(
                    part, input.mean(), own -> windowed == null ? own.mean(true, 0) : windowed.meanSeen(own)));
        }
    }

    /** Null for columns. */
    private @Nullable WindowedFactor windowed(Moments moments) {
        ExampleShape shape = moments.shape();
        boolean ofSteps = shape.spatialRank() == 1 && shape.channels() == inputs;
        if (windows == null || (takesColumns && !ofSteps)) {
            requireColumns(shape);
            return null;
        }
        if (shape.channels() != inputs) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are " + inputs
                    + " channel(s) first at " + describe() + "; check the data or nIn of the layer");
        }
        return windows.get(shape);
    }

    /** [minibatch, units x positions]. */
    private Moments preActivation(
            @Nullable WindowedFactor windowed,
            Moments moments,
            WeightMoments weightMoments,
            @Nullable WeightMoments biasMoments) {
        if (windowed == null) {
            return groups.messageToPreActivation(moments, weightMoments, biasMoments);
        }
        WindowGeometry geometry = windowed.patches().geometry();
        requireRoom(geometry, moments.mean().size(0), weightMoments.mean().columns());
        return activationOf(geometry, windowed.messageToPreActivation(moments, weightMoments, biasMoments));
    }

    /** [minibatch, units x positions], from the weights' [positions x minibatch, units], without a copy. */
    private static Moments activationOf(WindowGeometry geometry, Moments preActivation) {
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

    /** The backward pass of {@link #activationOf}. */
    private static BackwardMessage rowsOfPatches(BackwardMessage message, long units) {
        long rows = message.shift().length() / units;
        return new BackwardMessage(
                message.shift().reshape('f', rows, units), message.curvature().reshape('f', rows, units));
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return weights.learners();
    }

    @Override
    public Moments predict(List<Moments> moments) {
        Moments input = moments.get(0);
        return preActivation(
                windowed(input),
                input,
                groups.groups() == 1
                        ? weights.predictiveMomentsOfSums(input.isPointMass())
                        : weights.predictiveMoments(),
                weights.predictiveBias());
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
                    + batch * elements + " elements, allowed are " + Patches.MAX_ELEMENTS + " at " + describe()
                    + "; use batches of at most " + Patches.MAX_ELEMENTS / elements + " examples");
        }
    }

    @Override
    public Moments sample(List<Moments> values) {
        return linear(
                values.get(0), weights.layout().sample(weights.parameters().get()));
    }

    @Override
    public Moments point(Moments values) {
        return linear(values, weights.layout().point(weights.parameters().get()));
    }

    /** Throws if an activation is not what a layer without positions takes. */
    private void requireColumns(ExampleShape shape) {
        if (shape.spatialRank() > 0 || shape.length() != inputs) {
            boolean ofSteps = shape.spatialRank() == 1 && shape.channels() == inputs;
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed is [" + inputs + "] at "
                    + describe()
                    + (ofSteps
                            ? "; labels at every step need an RnnOutputLayer, a label for a sequence a LastTimeStep or"
                                    + " global pooling before the output layer"
                            : "; check the number of feature columns or nIn of the layer, and flatten images by"
                                    + " setInputType(...) or a preprocessor"));
        }
    }

    @Override
    public boolean heedsMask(Moments input) {
        WindowedFactor windowed = windowed(input);
        return windowed != null && seesOneStep(windowed.patches());
    }

    @Override
    public String describe() {
        return weights.place().get();
    }

    private Moments linear(Moments values, StockWeights plain) {
        WindowedFactor windowed = windowed(values);
        INDArray bias = plain.bias();
        if (windowed == null) {
            return Moments.pointMass(withBias(groups.product(values.mean(), plain.weights()), bias));
        }
        WindowGeometry geometry = windowed.patches().geometry();
        requireRoom(geometry, values.mean().size(0), plain.weights().columns());
        return activationOf(
                geometry, Moments.pointMass(withBias(windowed.product(values.mean(), plain.weights()), bias)));
    }

    private static INDArray withBias(INDArray product, @Nullable INDArray bias) {
        return bias == null ? product : product.addiRowVector(bias);
    }
}
