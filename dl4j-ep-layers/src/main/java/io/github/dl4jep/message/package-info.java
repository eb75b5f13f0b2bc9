/** The moments and messages that travel between layers, and how examples of a batch and positions of an image are arranged in them. */
@NullMarked
package io.github.dl4jep.message;

import org.jspecify.annotations.NullMarked;
