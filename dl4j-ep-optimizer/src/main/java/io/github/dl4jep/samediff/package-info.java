/**
 * SameDiff graphs trained by EP: the graph is read as a DL4J definition, which is converted and trained as any other, and the
 * posterior goes back into the graph's variables and constants.
 */
@NullMarked
package io.github.dl4jep.samediff;

import org.jspecify.annotations.NullMarked;
