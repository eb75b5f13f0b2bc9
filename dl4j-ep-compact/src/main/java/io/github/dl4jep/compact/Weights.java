package io.github.dl4jep.compact;

/** The weights of a layer as they are stored. */
sealed interface Weights permits DiscreteWeights, ContinuousWeights {

    WeightKind kind();

    /** One weight, scale included. */
    double get(int input, int output);
}
