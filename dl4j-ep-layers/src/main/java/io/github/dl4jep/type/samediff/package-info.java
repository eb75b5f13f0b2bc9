/** Layers of the user, written with SameDiff, that are not read but linearised. */
@NullMarked
package io.github.dl4jep.type.samediff;

import org.jspecify.annotations.NullMarked;
