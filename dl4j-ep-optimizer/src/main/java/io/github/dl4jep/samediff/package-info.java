/**
 * SameDiff graphs trained by EP: the graph is read as a DL4J definition, which is converted and trained as any other, and the
 * posterior goes back into the graph's variables and constants.
 *
 * <p>To make an op known: one {@link io.github.dl4jep.samediff.OpRecogniser} and one line in
 * {@link io.github.dl4jep.samediff.OpRecognisers}.
 */
@NullMarked
package io.github.dl4jep.samediff;

import org.jspecify.annotations.NullMarked;
