/** Reads a SameDiff graph as a DL4J definition, and collects all that is in the way. */
@NullMarked
package io.github.dl4jep.samediff.reader;

import org.jspecify.annotations.NullMarked;
