/** Training and test rows, in a reproducible order. */
@NullMarked
package io.github.dl4jep.cli.data.split;

import org.jspecify.annotations.NullMarked;
