/**
 * What a prediction is worth: error and calibration figures on the test rows, one small class each. Error counts and
 * squared errors come from DL4J's {@code Evaluation} and {@code RegressionEvaluation}.
 */
@NullMarked
package io.github.dl4jep.cli.metric;

import org.jspecify.annotations.NullMarked;
