/** What networks reach on real data. Skipped where the data is absent. */
@NullMarked
package io.github.dl4jep.accuracy;

import org.jspecify.annotations.NullMarked;
