package io.github.dl4jep.compact;

import io.github.dl4jep.compact.kernel.FeatureBlock;
import io.github.dl4jep.compact.kernel.SpikeBlock;

/** Runs one layer on a block of rows. */
sealed interface LayerForward permits DiscreteForward, ContinuousForward {

    /**
     * Potentials for spikes.
     *
     * @param in one row per example
     * @return [outputs][rows]
     */
    double[][] potentials(SpikeBlock in);

    /**
     * Potentials for real features.
     *
     * @param in one row per example
     * @return [outputs][rows]
     */
    double[][] potentials(FeatureBlock in);
}
