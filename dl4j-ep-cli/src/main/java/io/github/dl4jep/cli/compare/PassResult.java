package io.github.dl4jep.cli.compare;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.github.dl4jep.cli.metric.Figures;

/**
 * What one pass over the training rows led to.
 *
 * @param pass the number of the pass, from 1
 * @param trainSeconds the seconds spent in training during this pass only, evaluation excluded
 * @param figures the figures on the test rows after the pass
 */
public record PassResult(
        int pass, double trainSeconds, @JsonUnwrapped Figures figures) {}
