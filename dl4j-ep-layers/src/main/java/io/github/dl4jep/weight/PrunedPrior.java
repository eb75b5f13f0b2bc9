package io.github.dl4jep.weight;

import io.github.dl4jep.learned.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Another prior for weights some of which are known to be zero: one more parameter says for every weight whether it is kept.
 *
 * <p>A removed weight has mean 0 and variance 0, is 0 in every draw and mode, and stays so in further training. That could not be
 * said by its natural parameters: an infinite precision has no finite product with a mean, and a large finite one is forgotten
 * like any other. Biases are not pruned.
 */
public final class PrunedPrior implements WeightPrior {

    /** Name of the parameter that is 1 for weights that are kept and 0 for those that are removed. */
    public static final String KEPT = "Kept";

    private static final long serialVersionUID = 1L;

    /** The prior of the weights that are kept. */
    private final WeightPrior original;

    /** Share of the weights that are kept from the start. */
    private final double share;

    /**
     * A prior of weights of which none is removed yet.
     *
     * @param original the prior of the weights that are kept
     * @throws IllegalArgumentException if it is a pruned prior itself, or has no weights of value zero
     */
    public PrunedPrior(WeightPrior original) {
        this(original, 1.0);
    }

    /**
     * A prior of weights most of which are zero from the start of training: each unit keeps a share of its inputs, drawn at random, at least one.
     * The prior is that of a unit of so many inputs.
     *
     * @param original the prior of the weights that are kept
     * @param share of the inputs that are kept, above 0 and at most 1; null for 1
     * @throws IllegalArgumentException if the share is not in this range, or the prior is a pruned one, or has no weights of value zero
     */
    @JsonCreator
    public PrunedPrior(@JsonProperty("original") WeightPrior original, @JsonProperty("share") @Nullable Double share) {
        this.share = share == null ? 1 : share;
        if (!(this.share > 0 && this.share <= 1)) {
            throw new IllegalArgumentException("the share of weights that are kept is " + share
                    + ", allowed: more than 0, and up to 1; for example 0.1 for nine zeros in ten");
        }
        if (original instanceof PrunedPrior) {
            throw new IllegalArgumentException(
                    "the prior " + original + " is pruned already; use it, and mark more weights in " + KEPT);
        }
        if (!original.allowsZero()) {
            throw new IllegalArgumentException("weights with the prior " + original
                    + " cannot be zero, so none can be removed; allowed are priors with a zero, such as"
                    + " gaussian, ternary and spike-slab");
        }
        this.original = original;
    }

    /**
     * The pruned form of any prior.
     *
     * @param prior a prior, perhaps pruned
     * @return the prior itself if it is pruned
     */
    public static PrunedPrior of(WeightPrior prior) {
        return prior instanceof PrunedPrior pruned ? pruned : new PrunedPrior(prior);
    }

    /**
     * The prior of the weights that are kept.
     *
     * @return the prior
     */
    public WeightPrior getOriginal() {
        return original;
    }

    /**
     * Share of the weights that are kept from the start.
     *
     * @return above 0 and at most 1
     */
    public double getShare() {
        return share;
    }

    @Override
    public List<String> parameterNames() {
        List<String> names = new ArrayList<>(original.parameterNames());
        names.add(KEPT);
        return names;
    }

    @Override
    public long[] shapeOf(String parameter, long[] weights) {
        return original.shapeOf(parameter, weights);
    }

    @Override
    public WeightPosterior posterior(Map<String, INDArray> parameters, PriorScale scale) {
        PriorScale ofKept = new PriorScale(PrunedPosterior.inputsKept(share, scale.fanIn()), scale.gain());
        return PrunedPosterior.of(original.posterior(parameters, ofKept), Parameters.get(parameters, KEPT), share);
    }

    /**
     * A posterior with the zeros of another one.
     *
     * @param posterior of all weights
     * @param kept the parameter {@link #KEPT} of the other
     * @return the posterior of the weights that are kept; starting it leaves the zeros as they are
     */
    public static WeightPosterior withZerosOf(WeightPosterior posterior, INDArray kept) {
        return PrunedPosterior.following(posterior, kept);
    }

    @Override
    public WeightPrior biasPrior() {
        return original.biasPrior();
    }

    @Override
    public boolean hasNormalPosterior() {
        return original.hasNormalPosterior();
    }

    @Override
    public boolean modeIsMean() {
        return original.modeIsMean();
    }

    @Override
    public WeightPrior forOutput() {
        return new PrunedPrior(original.forOutput(), share);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof PrunedPrior that && original.equals(that.original) && share == that.share;
    }

    @Override
    public int hashCode() {
        return Objects.hash(PrunedPrior.class, original, share);
    }

    @Override
    public String toString() {
        return share == 1 ? "pruned(" + original + ")" : "sparse(" + original + ", " + share + ")";
    }
}
