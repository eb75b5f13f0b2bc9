package io.github.dl4jep.weight;

/**
 * How one batch's sites enter the posterior: the numbers of one step of the schedule.
 *
 * @param retention f of algorithm section 6, in [0, 1]: share of the earlier sites' precision that stays; 1 is assumed
 *     density filtering, 1 - 1/W averages the sites of the last W batches
 * @param averagingRate weight, in (0, 1], of the newest mean in the running average that predictions use; 1 for none
 * @param damping share, in (0, 1], of the sites that is applied
 * @param priorFactor factor, positive, of the prior's precision
 */
public record SiteStep(double retention, double averagingRate, double damping, double priorFactor) {

    /**
     * Checks the ranges.
     *
     * @param retention f
     * @param averagingRate weight of the newest mean
     * @param damping share that is applied
     * @param priorFactor factor of the prior's precision
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
        if (!(priorFactor > 0) || Double.isInfinite(priorFactor)) {
            throw new IllegalArgumentException(
                    "priorFactor is " + priorFactor + ", allowed are positive finite numbers");
        }
    }

    /**
     * A step with priors as they are.
     *
     * @param retention f
     * @param averagingRate weight of the newest mean
     * @param damping share that is applied
     */
    public SiteStep(double retention, double averagingRate, double damping) {
        this(retention, averagingRate, damping, 1);
    }

    /**
     * The same step with another prior.
     *
     * @param factor factor of the prior's precision
     * @return the step
     */
    public SiteStep withPriorFactor(double factor) {
        return new SiteStep(retention, averagingRate, damping, factor);
    }
}
