/**
 * Likelihoods that are given by their density: what labels say to potentials is found by quadrature, and jointly for a batch.
 *
 * <p>To add one whose outputs each have their label: a class that extends {@link io.github.dl4jep.density.ScalarLikelihood} and writes its
 * log density; for labels that speak to several outputs extend {@link io.github.dl4jep.density.DensityLikelihood}.
 */
@NullMarked
package io.github.dl4jep.density;

import org.jspecify.annotations.NullMarked;
