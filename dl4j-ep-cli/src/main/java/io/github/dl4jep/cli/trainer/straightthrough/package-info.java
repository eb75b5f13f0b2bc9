/**
 * The straight-through estimator for discrete weights, of DL4J's own parts: an {@code IWeightNoise} rounds the latent weights in
 * every forward and backward pass, a {@code LayerConstraint} keeps them in [-1, 1]. DL4J writes the gradient with respect to the
 * rounded weights to the latent ones, which is the estimator.
 *
 * <p>Source: M. Courbariaux, I. Hubara, D. Soudry, R. El-Yaniv and Y. Bengio 2016, "Binarized Neural Networks: Training Deep
 * Neural Networks with Weights and Activations Constrained to +1 or -1", arXiv:1602.02830, section 1; without its batch
 * normalization and with a fixed scale in its place, see
 * {@link io.github.dl4jep.cli.trainer.straightthrough.StraightThrough}.
 */
@NullMarked
package io.github.dl4jep.cli.trainer.straightthrough;

import org.jspecify.annotations.NullMarked;
