/** The joint update of all examples of a batch: the equations at one output, or at all positions of an example. */
@NullMarked
package io.github.dl4jep.solve;

import org.jspecify.annotations.NullMarked;
