/** Trains as {@code SameDiff.fit} does: batches, listeners, history. */
@NullMarked
package io.github.dl4jep.samediff.fit;

import org.jspecify.annotations.NullMarked;
