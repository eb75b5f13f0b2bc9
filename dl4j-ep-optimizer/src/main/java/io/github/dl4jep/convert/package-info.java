/**
 * DL4J definitions and networks to EP networks and back.
 *
 * <p>To make a layer type convert: one {@link io.github.dl4jep.convert.LayerConverter} and one line in
 * {@link io.github.dl4jep.convert.LayerConverters}.
 */
@NullMarked
package io.github.dl4jep.convert;

import org.jspecify.annotations.NullMarked;
