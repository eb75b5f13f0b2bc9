/**
 * Spiking units as DL4J activations: usable in any definition, with a JSON round trip, and trainable by DL4J's own updaters
 * through a documented surrogate gradient.
 *
 * <p>Potentials u become spikes v in {0, 1}. The deterministic {@link io.github.dl4jep.activation.ActivationHeaviside} fires
 * iff u &gt;= 0; the stochastic ones draw every spike, in training and in inference alike, from ND4J's generator, so the output
 * of a network of such units is one run of it: average the output potentials of several.
 *
 * <p>To add one: a subclass of {@link io.github.dl4jep.activation.SpikingActivation}, and its unit in
 * {@code io.github.dl4jep.unit.Units}.
 */
@NullMarked
package io.github.dl4jep.activation;

import org.jspecify.annotations.NullMarked;
