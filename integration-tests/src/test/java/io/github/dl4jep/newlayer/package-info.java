/** A layer type that nobody knows, added by the recipe of CONTRIBUTING alone. */
@NullMarked
package io.github.dl4jep.newlayer;

import org.jspecify.annotations.NullMarked;
