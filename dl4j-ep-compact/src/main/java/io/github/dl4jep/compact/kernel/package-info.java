/** Sums over packed bits: what a compact network computes with. */
@NullMarked
package io.github.dl4jep.compact.kernel;

import org.jspecify.annotations.NullMarked;
