package io.github.dl4jep.likelihood;

import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.solve.CoupledMaximum;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Independent binary outputs (XENT with a sigmoid): each output is a {@link ClassLikelihood} of two classes, whose potentials are l and 0. It
 * has a scale of its probabilities and a noise of its teacher by itself; labels are any probabilities.
 *
 * <p>Outputs that share features have one joint maximum ({@link CoupledMaximum}), if there are at least {@value
 * #AT_ONCE_FROM} and it is known how they vary together. Otherwise each has its own: the covariance K between
 * examples is common to all outputs, and each output takes its share of it: the mean of its variances divided by the mean of all, because the variances of outputs are as unlike as their classes are frequent.
 */
public final class IndependentClassLikelihood extends ClassLikelihood {

    /** From so many outputs on, what they share matters more than that each has the whole of its own teacher. */
    public static final int AT_ONCE_FROM = 16;

    private static final long serialVersionUID = 1L;

    /** A likelihood that withholds one example of 64. */
    public IndependentClassLikelihood() {
        this(DEFAULT_WITHHELD_SHARE, true);
    }

    /**
     * A likelihood that checks its steps.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the scales of the probabilities learn from
     * @throws IllegalArgumentException if the share is outside
     */
    public IndependentClassLikelihood(double withheldShare) {
        this(withheldShare, true);
    }

    /**
     * A likelihood.
     *
     * @param withheldShare share of the examples, in [0, 1), that only the scales of the probabilities learn from; 0 leaves them at 1
     * @param trustRegion whether steps are checked against what the joint solve expects of them: {@link TrustRegion}
     * @throws IllegalArgumentException if the share is outside
     */
    @JsonCreator
    public IndependentClassLikelihood(
            @JsonProperty("withheldShare") double withheldShare, @JsonProperty("trustRegion") boolean trustRegion) {
        super(withheldShare, trustRegion);
    }

    @Override
    ClassProbabilities kind() {
        return ClassProbabilities.INDEPENDENT;
    }

    @Override
    public boolean solvesOutputsAtOnce(int outputs) {
        return outputs >= AT_ONCE_FROM;
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        ClassLabels.requireProbabilities(labels, importance);
    }
}
