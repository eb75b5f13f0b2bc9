/** The vertices of the message graph: what one layer does with the messages of a batch, in terms of the factors. */
@NullMarked
package io.github.dl4jep.vertex;

import org.jspecify.annotations.NullMarked;
