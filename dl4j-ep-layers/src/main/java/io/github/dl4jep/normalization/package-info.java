/** The factor of batch normalization. */
@NullMarked
package io.github.dl4jep.normalization;

import org.jspecify.annotations.NullMarked;
