/** Removes the weights that are closest to zero, relative to their spread. */
@NullMarked
package io.github.dl4jep.prune;

import org.jspecify.annotations.NullMarked;
