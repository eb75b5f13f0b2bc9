/** The standard normal distribution and what follows from it, in double precision and as tables for single precision. */
@NullMarked
package io.github.dl4jep.normal;

import org.jspecify.annotations.NullMarked;
