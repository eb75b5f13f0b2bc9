/** Predictions that average over draws from the posterior. */
@NullMarked
package io.github.dl4jep.ensemble;

import org.jspecify.annotations.NullMarked;
