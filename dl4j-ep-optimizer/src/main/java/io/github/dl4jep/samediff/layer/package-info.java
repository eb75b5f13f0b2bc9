/**
 * DL4J's layers and vertices that are graphs of SameDiff, read as layers and vertices that EP knows. Start at {@code SameDiffLayers}. An
 * op is added in package {@code ops}.
 */
@NullMarked
package io.github.dl4jep.samediff.layer;

import org.jspecify.annotations.NullMarked;
