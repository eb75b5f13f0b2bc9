/**
 * DL4J layer types with weights and a unit: their maps, their parameters, and how DL4J arranges its own.
 *
 * <p>To add one that is no plain convolution: a {@link io.github.dl4jep.type.linear.WeightedType}; a further convolution that is one
 * product over patches: its windows in {@link io.github.dl4jep.type.linear.ConvolutionWindows}; and one line in {@link
 * io.github.dl4jep.type.LayerTypes}.
 */
@NullMarked
package io.github.dl4jep.type.linear;

import org.jspecify.annotations.NullMarked;
