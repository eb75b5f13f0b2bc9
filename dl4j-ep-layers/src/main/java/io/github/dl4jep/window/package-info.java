/** Windows over images: their geometry, and the maps without weights that sum, pool or normalise what they see. */
@NullMarked
package io.github.dl4jep.window;

import org.jspecify.annotations.NullMarked;
