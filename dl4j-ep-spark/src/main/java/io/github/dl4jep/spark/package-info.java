/**
 * Expectation propagation on Spark: DL4J's own {@code SparkDl4jMultiLayer} and {@code SparkComputationGraph} with a training master whose every step
 * is that of one machine with the whole batch. A further way to send something to the workers is a command of {@code PartHost} and a method of
 * {@code SparkParts}; arrays travel in the form of {@code Wire}.
 */
@NullMarked
package io.github.dl4jep.spark;

import org.jspecify.annotations.NullMarked;
