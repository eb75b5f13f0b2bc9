/** The graph of the moments: predictions with uncertainty in SameDiff ops alone. */
@NullMarked
package io.github.dl4jep.samediff.moment;

import org.jspecify.annotations.NullMarked;
