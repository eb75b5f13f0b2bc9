/**
 * What each DL4J layer, vertex and preprocessor type means to EP.
 *
 * <p>To add a layer type: a {@link io.github.dl4jep.type.LayerType} ({@link io.github.dl4jep.type.FixedType} without weights, {@link
 * io.github.dl4jep.type.linear.WeightedType} with weights) and one line in {@link io.github.dl4jep.type.LayerTypes}. A vertex is one
 * line in {@link io.github.dl4jep.type.EpVertices}, a preprocessor one in {@link io.github.dl4jep.type.PreProcessors}.
 */
@NullMarked
package io.github.dl4jep.type;

import org.jspecify.annotations.NullMarked;
