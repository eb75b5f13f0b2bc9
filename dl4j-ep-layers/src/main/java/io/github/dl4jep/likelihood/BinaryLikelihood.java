package io.github.dl4jep.likelihood;

import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** Signed targets for independent binary outputs (XENT with a sigmoid): see {@link SignedTargetLikelihood}. */
public final class BinaryLikelihood extends SignedTargetLikelihood {

    private static final long serialVersionUID = 1L;

    /** Noise that starts at .5 and is learned, but not below .05. */
    public BinaryLikelihood() {
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
    public BinaryLikelihood(
            @JsonProperty("initialNoise") double initialNoise,
            @JsonProperty("noiseFloor") double noiseFloor,
            @JsonProperty("learnNoise") boolean learnNoise) {
        super(initialNoise, noiseFloor, learnNoise);
    }

    @Override
    ClassProbabilities kind() {
        return ClassProbabilities.INDEPENDENT;
    }
}
