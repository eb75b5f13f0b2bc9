/**
 * DL4J definitions and networks to EP networks and back.
 *
 * <p>How each layer type converts is said by its descriptor, in {@code io.github.dl4jep.type}.
 */
@NullMarked
package io.github.dl4jep.convert;

import org.jspecify.annotations.NullMarked;
