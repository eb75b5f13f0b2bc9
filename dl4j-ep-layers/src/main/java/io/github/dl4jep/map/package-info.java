/**
 * Maps without weights and windows, of one input ({@link io.github.dl4jep.map.FixedMap}) or several
 * ({@link io.github.dl4jep.map.VertexMap}): what the backward pass needs is in the result of the forward pass.
 */
@NullMarked
package io.github.dl4jep.map;

import org.jspecify.annotations.NullMarked;
