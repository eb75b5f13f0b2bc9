/** Layers of SameDiff in networks of DL4J. */
@NullMarked
package io.github.dl4jep.samediff.layer;

import org.jspecify.annotations.NullMarked;
