package io.github.dl4jep.weight;

/**
 * How one batch's sites enter the posterior: the numbers of one step of the schedule.
 *
 * @param retention f of algorithm section 6, in [0, 1]: share of the earlier sites' precision that stays; 1 is assumed
 *     density filtering, 1 - 1/W averages the sites of the last W batches
 * @param averagingRate weight, in (0, 1], of the newest mean in the running average that predictions use; 1 for none
 * @param damping share, in (0, 1], of the sites that is applied
 */
public record SiteStep(double retention, double averagingRate, double damping) {

    /**
     * Checks the ranges.
     *
     * @param retention f
     * @param averagingRate weight of the newest mean
     * @param damping share that is applied
     * @throws IllegalArgumentException if a number is outside its range
     */
    public SiteStep {
        if (!(retention >= 0 && retention <= 1)) {
            throw new IllegalArgumentException("retention is " + retention + ", allowed is [0, 1]");
        }
        if (!(averagingRate > 0 && averagingRate <= 1)) {
            throw new IllegalArgumentException("averagingRate is " + averagingRate + ", allowed is (0, 1]");
        }
        if (!(damping > 0 && damping <= 1)) {
            throw new IllegalArgumentException("damping is " + damping + ", allowed is (0, 1]");
        }
    }
}
