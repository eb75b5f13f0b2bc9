/**
 * One class per factor of the model: the linear map, and one {@link io.github.dl4jep.factor.Unit} per activation.
 *
 * <p>To add a unit: one class that implements {@link io.github.dl4jep.factor.Unit} (or extends
 * {@link io.github.dl4jep.factor.ScalarUnit} with the formula of one element) and one line in
 * {@link io.github.dl4jep.factor.Units}.
 */
@NullMarked
package io.github.dl4jep.factor;

import org.jspecify.annotations.NullMarked;
