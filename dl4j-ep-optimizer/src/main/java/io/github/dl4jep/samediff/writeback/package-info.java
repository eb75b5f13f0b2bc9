/** Writes the posterior back into the variables and constants of a SameDiff graph. */
@NullMarked
package io.github.dl4jep.samediff.writeback;

import org.jspecify.annotations.NullMarked;
