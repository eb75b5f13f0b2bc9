/** Benchmarks: EP against DL4J's Adam and against the bare matrix products, always as ratios measured in one run. */
@NullMarked
package io.github.dl4jep.benchmarks;

import org.jspecify.annotations.NullMarked;
