/**
 * Likelihoods: how labels speak to the output potentials of a network, jointly for a batch.
 *
 * <p>To add a likelihood: one class that implements {@link io.github.dl4jep.likelihood.Likelihood} and, if a DL4J loss
 * should select it, one line in {@link io.github.dl4jep.loss.Likelihoods}.
 */
@NullMarked
package io.github.dl4jep.likelihood;

import org.jspecify.annotations.NullMarked;
