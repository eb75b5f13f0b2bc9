/**
 * Spikes in time: codes that turn intensities into spike trains, and runs of a network over several time steps.
 *
 * <p>Networks here have no memory between time steps. What several steps give is an average of the output <em>potentials</em>,
 * the pre-activations of the output layer; class probabilities come from that average, because averaging the probabilities of
 * single noisy steps loses accuracy.
 *
 * <p>To add a code: one class that implements {@link io.github.dl4jep.spike.SpikeCode}.
 */
@NullMarked
package io.github.dl4jep.spike;

import org.jspecify.annotations.NullMarked;
