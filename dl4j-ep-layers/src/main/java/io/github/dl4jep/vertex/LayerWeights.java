package io.github.dl4jep.vertex;

import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.params.ReadoutWeights;
import io.github.dl4jep.weight.KeptMoments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where an array of weights and its bias are: the parameters of a layer, or a part of them.
 *
 * @param place the layer's name and index, for messages
 * @param prefix put before the names of the arrays in keys, where a layer has several arrays of weights; else empty
 * @param layout where the posteriors are in the parameters
 * @param parameters the current parameters
 * @param readout weights that are added to those of the layout and learn in their place, or null
 * @param kept moments of predictions that are found once for many of them
 */
public record LayerWeights(
        Supplier<String> place,
        String prefix,
        PosteriorParamInitializer layout,
        Supplier<Map<String, INDArray>> parameters,
        @Nullable ReadoutWeights readout,
        KeptMoments kept) {

    /**
     * The weights of a layout.
     *
     * @param place the layer's name and index, for messages
     * @param prefix put before the names of the arrays in keys
     * @param layout where the posteriors are in the parameters
     * @param parameters the current parameters
     */
    public LayerWeights(
            Supplier<String> place,
            String prefix,
            PosteriorParamInitializer layout,
            Supplier<Map<String, INDArray>> parameters) {
        this(place, prefix, layout, parameters, null, new KeptMoments());
    }

    /**
     * The only weights of a layer.
     *
     * @param place the layer's name and index, for messages
     * @param layout where the posteriors are in the layer's parameters
     * @param parameters the layer's current parameters
     */
    public LayerWeights(
            Supplier<String> place, PosteriorParamInitializer layout, Supplier<Map<String, INDArray>> parameters) {
        this(place, "", layout, parameters);
    }

    /**
     * The readout of an output layer with a teacher, whose weights these are.
     *
     * @return the weights of the potentials; these where there is no teacher
     */
    public LayerWeights readoutOfTeacher() {
        ReadoutWeights added = layout.readout();
        return added == null ? this : new LayerWeights(place, "readout", layout, parameters, added, new KeptMoments());
    }

    /**
     * The posterior of the weights.
     *
     * @return a view of the parameters
     */
    public WeightPosterior weights() {
        WeightPosterior posterior = layout.weights(parameters.get());
        return readout == null ? posterior : readout.added(NamedPosterior.Role.WEIGHTS, posterior, parameters.get());
    }

    /**
     * The posterior of the bias.
     *
     * @return a view of the parameters, or null for none
     */
    public @Nullable WeightPosterior bias() {
        WeightPosterior posterior = layout.bias(parameters.get());
        return readout == null || posterior == null
                ? posterior
                : readout.added(NamedPosterior.Role.BIAS, posterior, parameters.get());
    }

    private WeightPosterior biasThatIsThere() {
        return Objects.requireNonNull(bias());
    }

    /**
     * The moments of the weights that predictions use.
     *
     * @return moments that are read only
     */
    public WeightMoments predictiveMoments() {
        return kept.get("all", parameters.get(), this::weights, WeightPosterior::predictiveMoments);
    }

    /**
     * The same where only sums over inputs are asked for.
     *
     * @param observed whether the inputs are
     * @return moments that are read only
     */
    public WeightMoments predictiveMomentsOfSums(boolean observed) {
        return kept.get(
                observed ? "observed" : "uncertain",
                parameters.get(),
                this::weights,
                of -> of.predictiveMomentsOfSums(observed));
    }

    /**
     * The moments of the bias that predictions use.
     *
     * @return moments that are read only, or null for none
     */
    public @Nullable WeightMoments predictiveBias() {
        return layout.hasBias()
                ? kept.get("bias", parameters.get(), this::biasThatIsThere, WeightPosterior::predictiveMomentsOfBias)
                : null;
    }

    /** The running average of the input, a view, or null where it is not needed. */
    @Nullable
    INDArray inputMean() {
        return readout == null ? layout.inputMean(parameters.get()) : null;
    }

    /**
     * The key of the weights.
     *
     * @return place and name
     */
    public ParameterKey weightKey() {
        return key(PosteriorParamInitializer.WEIGHT_PREFIX);
    }

    /**
     * The key of the bias.
     *
     * @return place and name
     */
    public ParameterKey biasKey() {
        return key(PosteriorParamInitializer.BIAS_PREFIX);
    }

    ParameterKey inputMeanKey() {
        return key(PosteriorParamInitializer.INPUT_MEAN);
    }

    /**
     * The average of what the weights see, where the posterior needs it.
     *
     * @param part of the batch that these examples are, or null for all
     * @param input one row for each example
     * @param mean makes the mean over the batch of what the weights see, [1, groups x nIn], of the part's own rows
     * @return a statistic, or nothing where the average is not needed
     */
    public Sites seen(@Nullable BatchPart part, INDArray input, UnaryOperator<INDArray> mean) {
        if (inputMean() == null) {
            return Sites.NONE;
        }
        INDArray own = part == null ? input : part.own(input);
        return Sites.of(inputMeanKey(), Statistic.ofMean(mean.apply(own), own.size(0)));
    }

    private ParameterKey key(String name) {
        return new ParameterKey(place.get(), prefix + name);
    }

    /**
     * How these arrays learn.
     *
     * @return learners by key
     */
    public Map<ParameterKey, Learner> learners() {
        Map<ParameterKey, Learner> learners = new LinkedHashMap<>();
        // Thresholds beside discrete weights: narrower ones would stay behind while the weights go on as far as before.
        boolean normal = layout.hasNormalWeights();
        ParameterKey ofWeights = weightKey();
        learners.put(ofWeights, Learner.of(ofWeights, this::weights, normal, kept));
        if (layout.hasBias()) {
            ParameterKey ofBias = biasKey();
            learners.put(ofBias, Learner.of(ofBias, this::biasThatIsThere, normal, kept));
        }
        INDArray inputMean = inputMean();
        if (inputMean != null) {
            learners.put(inputMeanKey(), (sites, step, phase) -> {
                Statistic seen = sites.statistic(inputMeanKey());
                return seen == null
                        ? Learner.NO_CHANGE
                        : () -> inputMean.addi(
                                seen.mean(inputMean.dataType()).subi(inputMean).muli(step.averagingRate()));
            });
        }
        return learners;
    }
}
