/**
 * Predictions of a kept network with their uncertainty, as CSV. To add a column, extend
 * {@link io.github.dl4jep.cli.predict.PredictionTable}, the help of the command and {@code docs/guide/command-line.md}.
 */
@NullMarked
package io.github.dl4jep.cli.predict;

import org.jspecify.annotations.NullMarked;
