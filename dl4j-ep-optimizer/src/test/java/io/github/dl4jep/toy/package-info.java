/** Small data and definitions that several tests learn from. */
@NullMarked
package io.github.dl4jep.toy;

import org.jspecify.annotations.NullMarked;
