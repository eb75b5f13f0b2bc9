/**
 * Maps without weights and windows, of one input ({@link io.github.dl4jep.map.FixedMap}) or several
 * ({@link io.github.dl4jep.map.VertexMap}): what a pass needs on its way back is in the answer of its way forward.
 */
@NullMarked
package io.github.dl4jep.map;

import org.jspecify.annotations.NullMarked;
