/**
 * Distributions as arrays, and the three messages that travel between layers. Pure mathematics on ND4J arrays.
 *
 * <p>To add a weight prior: one {@link io.github.dl4jep.distribution.WeightPrior} with its
 * {@link io.github.dl4jep.distribution.WeightPosterior}; nothing else has to know it.
 */
@NullMarked
package io.github.dl4jep.distribution;

import org.jspecify.annotations.NullMarked;
