/**
 * Loops over the memory of arrays, and dense linear algebra on it.
 *
 * <p>Every fused loop has a plain counterpart made of ND4J operations or scalar code; tests hold the two against each other.
 */
@NullMarked
package io.github.dl4jep.array;

import org.jspecify.annotations.NullMarked;
