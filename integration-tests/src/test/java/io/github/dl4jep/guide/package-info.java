/** The code of the guide pages, run. */
@NullMarked
package io.github.dl4jep.guide;

import org.jspecify.annotations.NullMarked;
