/**
 * Recurrent layers: moments through time, messages back through time, and the covariance between examples at their steps. Knows arrays
 * and units, no DL4J.
 *
 * <p>To add one: a {@link io.github.dl4jep.recurrent.Cell}, and a type in {@code type.recurrent}.
 */
@NullMarked
package io.github.dl4jep.recurrent;

import org.jspecify.annotations.NullMarked;
