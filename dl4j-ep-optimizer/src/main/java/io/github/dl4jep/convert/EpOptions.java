package io.github.dl4jep.convert;

import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;

/**
 * How a DL4J definition is trained by EP. The defaults need no tuning; every option is optional. Immutable.
 *
 * <pre>{@code
 * EpOptions options = EpOptions.builder().priorScale(0.3).memoryPasses(2).build();
 * EpMultiLayerNetwork net = EpNetworks.from(configuration, options);
 * }</pre>
 */
public final class EpOptions {

    private static final EpOptions DEFAULTS = builder().build();

    private final PriorChoice priors;
    private final double startShare;
    private final @Nullable IActivation hiddenActivation;
    private final Map<String, IActivation> activations;
    private final @Nullable Likelihood likelihood;
    private final MaxPoolingKind maxPooling;
    private final TrainingSchedule schedule;
    private final PassCounter passCounter;

    private EpOptions(Builder builder) {
        this.priors = new PriorChoice(
                builder.hiddenWeightPrior,
                builder.outputWeightPrior,
                Map.copyOf(builder.weightPriors),
                builder.sparsity);
        this.startShare = builder.startShare;
        this.hiddenActivation = builder.hiddenActivation;
        this.activations = Map.copyOf(builder.activations);
        this.likelihood = builder.likelihood;
        this.maxPooling = builder.maxPooling;
        this.schedule = builder.schedule();
        this.passCounter = builder.passCounter();
    }

    private EpOptions(EpOptions options, double startShare) {
        this.priors = options.priors;
        this.startShare = startShare;
        this.hiddenActivation = options.hiddenActivation;
        this.activations = options.activations;
        this.likelihood = options.likelihood;
        this.maxPooling = options.maxPooling;
        this.schedule = options.schedule;
        this.passCounter = options.passCounter;
    }

    /** These options for a network that starts from its weights. */
    EpOptions startingFrom(double share) {
        return new EpOptions(this, share);
    }

    /**
     * The defaults.
     *
     * @return options that need no tuning
     */
    public static EpOptions defaults() {
        return DEFAULTS;
    }

    /**
     * A builder that starts from the defaults.
     *
     * @return a builder
     */
    public static Builder builder() {
        return new Builder();
    }

    PriorChoice priors() {
        return priors;
    }

    /** Prior variance of weights that a network starts from, as a share of their mean square; 0 where nothing was said. */
    double startShare() {
        return startShare;
    }

    /**
     * Whether a network starts from its weights.
     *
     * @return true after {@link Builder#startFromWeights()}
     */
    public boolean startsFromWeights() {
        return startShare > 0;
    }

    boolean replacesActivations() {
        return hiddenActivation != null || !activations.isEmpty();
    }

    boolean replacesActivationOf(String layerName) {
        return activations.containsKey(layerName);
    }

    /** The activation of a hidden layer. The identity stays: it leaves the choice to an activation layer behind. */
    IActivation activationOf(String layerName, IActivation defined) {
        IActivation byDefault =
                hiddenActivation == null || defined instanceof ActivationIdentity ? defined : hiddenActivation;
        return activations.getOrDefault(layerName, byDefault);
    }

    @Nullable
    Likelihood likelihood() {
        return likelihood;
    }

    MaxPoolingKind maxPooling() {
        return maxPooling;
    }

    TrainingSchedule schedule() {
        return schedule;
    }

    PassCounter passCounter() {
        return passCounter;
    }

    /** Names of layers that an option was given for. */
    java.util.Set<String> layerNames() {
        java.util.Set<String> names = new java.util.TreeSet<>(priors.layers().keySet());
        names.addAll(activations.keySet());
        return names;
    }

    /**
     * The options in effect, for reports.
     *
     * @return values by option name; an infinite memory is the text "infinity"
     */
    public Map<String, Object> asMap() {
        Map<String, Object> map = priors.asMap();
        if (startShare > 0) {
            map.put("startFromWeights", startShare);
        }
        if (hiddenActivation != null) {
            map.put("activation", hiddenActivation.toString());
        }
        activations.forEach((layer, activation) -> map.put("activation." + layer, activation.toString()));
        map.put("likelihood", likelihood == null ? "default" : likelihood.toString());
        map.put("maxPooling", maxPooling.name());
        double memory = schedule.getMemoryPasses();
        map.put("memoryPasses", Double.isInfinite(memory) ? "infinity" : memory);
        map.put("minMemoryBatches", schedule.getMinMemoryBatches());
        map.put("averagingBatches", schedule.getAveragingBatches());
        map.put("damping", schedule.getDamping());
        map.put("sweepsPerBatch", schedule.getSweepsPerBatch());
        map.put("inducingExamples", schedule.getInducingExamples());
        map.put("batchesPerPass", passCounter.getBatchesPerPass());
        return map;
    }

    /** Builds {@link EpOptions}. */
    public static final class Builder extends ScheduleBuilder<Builder> {

        private static final String PRIOR =
                "the prior is null; give one such as new GaussianPrior(0.5), or leave the call out for the default";
        private static final String ACTIVATION =
                "the activation is null; give one such as new ActivationReLU(), or leave the call out";
        private static final String LAYER =
                "the name of the layer is null; give its name in the definition, or layerN for the unnamed layer of index N";

        private @Nullable WeightPrior hiddenWeightPrior;
        private @Nullable WeightPrior outputWeightPrior;
        private @Nullable IActivation hiddenActivation;
        private final Map<String, WeightPrior> weightPriors = new LinkedHashMap<>();
        private final Map<String, IActivation> activations = new LinkedHashMap<>();
        private @Nullable Likelihood likelihood;
        private MaxPoolingKind maxPooling = MaxPoolingKind.LARGEST_MEAN;
        private double startShare;
        private double sparsity;

        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /**
         * Starts from the weights of the network that is converted, with a prior of default width around them: see
         * {@link #startFromWeights(double)}.
         *
         * @return this builder
         */
        public Builder startFromWeights() {
            return startFromWeights(StartingWeights.DEFAULT_SHARE);
        }

        /**
         * Starts from the weights of the network that is converted: they are the means of the posterior, and the network predicts as
         * before. Layers that {@link #weightPrior} names have that prior around them.
         *
         * @param share variance of the prior as a share of the mean square of the layer's weights: small values trust the weights, .1 is
         *     the default, and .5 the share that the weights of a new network of few layers have
         * @return this builder
         * @throws IllegalArgumentException if the share is not a positive finite number
         */
        public Builder startFromWeights(double share) {
            if (!(share > 0) || Double.isInfinite(share)) {
                throw new IllegalArgumentException(
                        "startFromWeights is " + share + ", allowed are positive finite numbers");
            }
            this.startShare = share;
            return this;
        }

        /**
         * Sets the scale of the Gaussian prior of all layers: prior variance as a share of the variance that keeps the activations'
         * scale. Default .5 up to four layers with weights, where .2 to .5 all work well, and 2 / depth in deeper networks.
         *
         * @param scale a positive number
         * @return this builder
         */
        public Builder priorScale(double scale) {
            return weightPrior(new GaussianPrior(scale));
        }

        /**
         * Sets the weight prior of all layers.
         *
         * @param prior the prior; the output layer goes without what belongs to hidden layers only, such as polarisation
         * @return this builder
         */
        public Builder weightPrior(WeightPrior prior) {
            return hiddenWeightPrior(prior).outputWeightPrior(prior);
        }

        /**
         * Sets the weight prior of all hidden layers.
         *
         * @param prior the prior
         * @return this builder
         */
        public Builder hiddenWeightPrior(WeightPrior prior) {
            this.hiddenWeightPrior = Objects.requireNonNull(prior, PRIOR);
            return this;
        }

        /**
         * Sets the weight prior of the output layer.
         *
         * @param prior the prior; what belongs to hidden layers only, such as polarisation, is left out
         * @return this builder
         */
        public Builder outputWeightPrior(WeightPrior prior) {
            this.outputWeightPrior = Objects.requireNonNull(prior, PRIOR);
            return this;
        }

        /**
         * Makes a share of the weights of hidden layers zero from the start, and for good: each unit sees a part of its inputs, drawn at random.
         * {@link io.github.dl4jep.network.EpNetwork#rewire} moves the zeros. Layers whose prior is named by {@link #weightPrior(String, WeightPrior)}
         * are left out; for zeros in an output layer, which has few weights, name a {@link io.github.dl4jep.weight.PrunedPrior}.
         *
         * @param share share of zeros, at least 0 and less than 1
         * @return this builder
         * @throws IllegalArgumentException if the share is outside this range
         */
        public Builder sparsity(double share) {
            if (!(share >= 0 && share < 1)) {
                throw new IllegalArgumentException("the sparsity is " + share
                        + ", allowed: 0 (no zeros) and more, but less than 1 (only zeros); for example 0.9");
            }
            this.sparsity = share;
            return this;
        }

        /**
         * Sets the weight prior of one layer.
         *
         * @param layerName the layer's name, or {@code layerN} for an unnamed layer of index N
         * @param prior the prior
         * @return this builder
         */
        public Builder weightPrior(String layerName, WeightPrior prior) {
            this.weightPriors.put(Objects.requireNonNull(layerName, LAYER), Objects.requireNonNull(prior, PRIOR));
            return this;
        }

        /**
         * Replaces the activation of all hidden layers but those with the identity; what is set for one layer goes before.
         *
         * @param activation any elementwise activation
         * @return this builder
         */
        public Builder hiddenActivation(IActivation activation) {
            this.hiddenActivation = Objects.requireNonNull(activation, ACTIVATION);
            return this;
        }

        /**
         * Replaces the activation of one layer.
         *
         * @param layerName the layer's name, or {@code layerN} for an unnamed layer of index N
         * @param activation any elementwise activation
         * @return this builder
         */
        public Builder activation(String layerName, IActivation activation) {
            this.activations.put(
                    Objects.requireNonNull(layerName, LAYER), Objects.requireNonNull(activation, ACTIVATION));
            return this;
        }

        /**
         * Sets the likelihood; default: the one that loss and output activation stand for. Noise is set here too, for example
         * {@code new GaussianLikelihood(0.01, false)}.
         *
         * @param outputLikelihood the likelihood
         * @return this builder
         */
        public Builder likelihood(Likelihood outputLikelihood) {
            this.likelihood = Objects.requireNonNull(
                    outputLikelihood,
                    "the likelihood is null; give one such as new GaussianLikelihood(), or leave the call out for that of the loss");
            return this;
        }

        /**
         * Sets how max pooling treats uncertain units, default: the unit with the largest mean goes on.
         *
         * @param kind the kind
         * @return this builder
         */
        public Builder maxPooling(MaxPoolingKind kind) {
            this.maxPooling = Objects.requireNonNull(kind, "the kind is null; give one of MaxPoolingKind");
            return this;
        }

        /**
         * Builds the options.
         *
         * @return the options
         * @throws IllegalArgumentException if a number is outside its range
         */
        public EpOptions build() {
            return new EpOptions(this);
        }
    }
}
