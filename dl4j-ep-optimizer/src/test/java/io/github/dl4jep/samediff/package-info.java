/** SameDiff graphs trained by EP. */
@NullMarked
package io.github.dl4jep.samediff;

import org.jspecify.annotations.NullMarked;
