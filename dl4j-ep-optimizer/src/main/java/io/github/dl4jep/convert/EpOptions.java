package io.github.dl4jep.convert;

import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightPrior;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.LinkedHashMap;
import java.util.Map;
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

    private static final String BY_DEPTH = "gaussian(scale=min(0.5, 2/depth))";
    private static final EpOptions DEFAULTS = builder().build();

    private final @Nullable WeightPrior hiddenWeightPrior;
    private final @Nullable WeightPrior outputWeightPrior;
    private final Map<String, WeightPrior> weightPriors;
    private final @Nullable IActivation hiddenActivation;
    private final Map<String, IActivation> activations;
    private final @Nullable Likelihood likelihood;
    private final MaxPoolingKind maxPooling;
    private final TrainingSchedule schedule;
    private final PassCounter passCounter;

    private EpOptions(Builder builder) {
        this.hiddenWeightPrior = builder.hiddenWeightPrior;
        this.outputWeightPrior = builder.outputWeightPrior;
        this.hiddenActivation = builder.hiddenActivation;
        this.weightPriors = Map.copyOf(builder.weightPriors);
        this.activations = Map.copyOf(builder.activations);
        this.likelihood = builder.likelihood;
        this.maxPooling = builder.maxPooling;
        this.schedule = new TrainingSchedule(
                builder.memoryPasses,
                builder.minMemoryBatches,
                builder.averagingBatches,
                builder.damping,
                builder.sweepsPerBatch);
        this.passCounter = new PassCounter(builder.batchesPerPass, 0);
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

    /** The prior of a hidden layer in a network of some depth. */
    WeightPrior weightPriorOf(String layerName, int depth) {
        return priorOf(layerName, hiddenWeightPrior, depth);
    }

    /** The prior of an output layer in a network of some depth. */
    WeightPrior outputWeightPriorOf(String layerName, int depth) {
        return priorOf(layerName, outputWeightPrior, depth).forOutput();
    }

    private WeightPrior priorOf(String layerName, @Nullable WeightPrior chosen, int depth) {
        WeightPrior ofLayer = weightPriors.get(layerName);
        return ofLayer != null ? ofLayer : chosen != null ? chosen : GaussianPrior.ofDepth(depth);
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
        java.util.Set<String> names = new java.util.TreeSet<>(weightPriors.keySet());
        names.addAll(activations.keySet());
        return names;
    }

    /**
     * The options in effect, for reports.
     *
     * @return values by option name; an infinite memory is the text "infinity"
     */
    public Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("weightPrior", hiddenWeightPrior == null ? BY_DEPTH : hiddenWeightPrior.toString());
        map.put(
                "outputWeightPrior",
                outputWeightPrior == null
                        ? BY_DEPTH
                        : outputWeightPrior.forOutput().toString());
        weightPriors.forEach((layer, prior) -> map.put("weightPrior." + layer, prior.toString()));
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
        map.put("batchesPerPass", passCounter.getBatchesPerPass());
        return map;
    }

    /** Builds {@link EpOptions}. */
    public static final class Builder {

        private @Nullable WeightPrior hiddenWeightPrior;
        private @Nullable WeightPrior outputWeightPrior;
        private @Nullable IActivation hiddenActivation;
        private final Map<String, WeightPrior> weightPriors = new LinkedHashMap<>();
        private final Map<String, IActivation> activations = new LinkedHashMap<>();
        private @Nullable Likelihood likelihood;
        private MaxPoolingKind maxPooling = MaxPoolingKind.LARGEST_MEAN;
        private double memoryPasses = TrainingSchedule.DEFAULT_MEMORY_PASSES;
        private double minMemoryBatches = TrainingSchedule.DEFAULT_MIN_MEMORY_BATCHES;
        private double averagingBatches = TrainingSchedule.DEFAULT_AVERAGING_BATCHES;
        private double damping = 1;
        private int sweepsPerBatch = 1;
        private double batchesPerPass;

        private Builder() {}

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
            this.hiddenWeightPrior = prior;
            return this;
        }

        /**
         * Sets the weight prior of the output layer.
         *
         * @param prior the prior; what belongs to hidden layers only, such as polarisation, is left out
         * @return this builder
         */
        public Builder outputWeightPrior(WeightPrior prior) {
            this.outputWeightPrior = prior;
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
            this.weightPriors.put(layerName, prior);
            return this;
        }

        /**
         * Replaces the activation of all hidden layers but those with the identity; what is set for one layer goes before.
         *
         * @param activation any elementwise activation
         * @return this builder
         */
        public Builder hiddenActivation(IActivation activation) {
            this.hiddenActivation = activation;
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
            this.activations.put(layerName, activation);
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
            this.likelihood = outputLikelihood;
            return this;
        }

        /**
         * Sets how max pooling treats uncertain units, default: the unit with the largest mean goes on.
         *
         * @param kind the kind
         * @return this builder
         */
        public Builder maxPooling(MaxPoolingKind kind) {
            this.maxPooling = kind;
            return this;
        }

        /**
         * Sets how many passes are remembered, default 1: every example counts once, however often it is seen. Infinity is
         * assumed density filtering.
         *
         * @param passes a positive number
         * @return this builder
         */
        public Builder memoryPasses(double passes) {
            this.memoryPasses = passes;
            return this;
        }

        /**
         * Sets the shortest memory, default 25 batches.
         *
         * @param batches at least 1
         * @return this builder
         */
        public Builder minMemoryBatches(double batches) {
            this.minMemoryBatches = batches;
            return this;
        }

        /**
         * Sets over how many batches predictions average means: default 75, at most the last quarter so far; 1 for no averaging.
         *
         * @param batches at least 1
         * @return this builder
         */
        public Builder averagingBatches(double batches) {
            this.averagingBatches = batches;
            return this;
        }

        /**
         * Sets the share of each batch's sites that is applied, default 1.
         *
         * @param share in (0, 1]
         * @return this builder
         */
        public Builder damping(double share) {
            this.damping = share;
            return this;
        }

        /**
         * Sets the number of sweeps over each batch, default 1.
         *
         * @param sweeps at least 1
         * @return this builder
         */
        public Builder sweepsPerBatch(int sweeps) {
            this.sweepsPerBatch = sweeps;
            return this;
        }

        /**
         * Tells how many batches a pass has. Needed only where DL4J counts no epochs, as with repeated {@code fit(DataSet)}.
         *
         * @param batches a positive number; default 0, learned at the end of the first epoch
         * @return this builder
         */
        public Builder batchesPerPass(double batches) {
            this.batchesPerPass = batches;
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
