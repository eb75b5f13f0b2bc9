/**
 * Fused elementwise loops over float arrays: the one place that computes on array memory directly.
 *
 * <p>Every fused loop has a plain counterpart made of ND4J operations or scalar code; tests hold the two against each other.
 */
@NullMarked
package io.github.dl4jep.kernel;

import org.jspecify.annotations.NullMarked;
