/** The rules that the project's packages keep among themselves. */
@NullMarked
package io.github.dl4jep.architecture;

import org.jspecify.annotations.NullMarked;
