/**
 * One {@link io.github.dl4jep.unit.Unit} per activation: the moments of the activation for a normal pre-activation.
 *
 * <p>To add a unit: one class that implements {@link io.github.dl4jep.unit.Unit} (or extends
 * {@link io.github.dl4jep.unit.ScalarUnit} with the formula of one element) and one line in {@link io.github.dl4jep.unit.Units}.
 */
@NullMarked
package io.github.dl4jep.unit;

import org.jspecify.annotations.NullMarked;
