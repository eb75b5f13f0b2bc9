package io.github.dl4jep.cli.compare;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.github.dl4jep.cli.metric.Figures;
import java.util.List;

/**
 * One acquisition with one seed.
 *
 * @param acquisition the name of the acquisition
 * @param seed the seed
 * @param points by number of labels
 */
public record AcquisitionRun(String acquisition, long seed, List<Point> points) {
    /**
     * What the labels so far led to.
     *
     * @param labels how many training rows have one
     * @param trainSeconds the seconds spent in training on them, from the prior
     * @param figures the figures on the test rows
     */
    public record Point(
            int labels, double trainSeconds, @JsonUnwrapped Figures figures) {}
}
