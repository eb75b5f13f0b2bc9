package io.github.dl4jep.likelihood;

import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Signed targets for one class of several (MCXENT or negative log likelihood with a softmax): see {@link SignedTargetLikelihood}. */
public final class CategoricalLikelihood extends SignedTargetLikelihood {

    private static final long serialVersionUID = 1L;

    /** Noise that starts at .5 and is learned, but not below .05. */
    public CategoricalLikelihood() {
        this(DEFAULT_NOISE, DEFAULT_FLOOR, true);
    }

    /**
     * A likelihood with signed targets.
     *
     * @param initialNoise R to start with, at least the floor
     * @param noiseFloor smallest R that is learned, not negative
     * @param learnNoise whether R is learned
     * @throws IllegalArgumentException if a number is out of range
     */
    @JsonCreator
    public CategoricalLikelihood(
            @JsonProperty("initialNoise") double initialNoise,
            @JsonProperty("noiseFloor") double noiseFloor,
            @JsonProperty("learnNoise") boolean learnNoise) {
        super(initialNoise, noiseFloor, learnNoise);
    }

    @Override
    ClassProbabilities kind() {
        return ClassProbabilities.ONE_OF_MANY;
    }
}
