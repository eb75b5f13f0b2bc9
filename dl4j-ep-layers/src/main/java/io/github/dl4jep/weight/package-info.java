/**
 * Priors and posteriors of weights, each in its natural parameters.
 *
 * <p>To add a weight prior: one {@link io.github.dl4jep.weight.WeightPrior} with its {@link io.github.dl4jep.weight.WeightPosterior}, and
 * one line in {@link io.github.dl4jep.weight.WeightPriors} if it has a name.
 */
@NullMarked
package io.github.dl4jep.weight;

import org.jspecify.annotations.NullMarked;
