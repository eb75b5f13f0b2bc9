package io.github.dl4jep.weight;

/**
 * How one batch's sites enter the posterior: the numbers of one step of the schedule.
 *
 * @param retention f of algorithm section 6, in [0, 1]: share of the earlier sites' precision that stays; 1 is assumed
 *     density filtering, 1 - 1/W averages the sites of the last W batches
 * @param averagingRate weight, in [0, 1], of the newest mean in the running average that predictions use; 1 for none, 0 leaves the average as it is
 * @param damping share, in (0, 1], of the sites that is applied
 * @param priorFactor factor, positive, of the prior's precision
 * @param pull times, at least 0, that the prior's own message to the means is multiplied in; of a pass once in all for a posterior
 * @param counted true count of an example over that of its sites, in (0, 1]
 */
public record SiteStep(
        double retention, double averagingRate, double damping, double priorFactor, double pull, double counted) {

    /**
     * Checks the ranges.
     *
     * @param retention f
     * @param averagingRate weight of the newest mean
     * @param damping share that is applied
     * @param priorFactor factor of the prior's precision
     * @param pull times that the prior pulls
     * @param counted true count of an example over that of its sites
     * @throws IllegalArgumentException if a number is outside its range
     */
    public SiteStep {
        if (!(retention >= 0 && retention <= 1)) {
            throw new IllegalArgumentException("retention is " + retention + ", allowed is [0, 1]");
        }
        if (!(averagingRate >= 0 && averagingRate <= 1)) {
            throw new IllegalArgumentException("averagingRate is " + averagingRate + ", allowed is [0, 1]");
        }
        if (!(damping > 0 && damping <= 1)) {
            throw new IllegalArgumentException("damping is " + damping + ", allowed is (0, 1]");
        }
        if (!(priorFactor > 0) || Double.isInfinite(priorFactor)) {
            throw new IllegalArgumentException(
                    "priorFactor is " + priorFactor + ", allowed are positive finite numbers");
        }
        if (!(pull >= 0) || Double.isInfinite(pull)) {
            throw new IllegalArgumentException("pull is " + pull + ", allowed are 0 and positive finite numbers");
        }
        if (!(counted > 0 && counted <= 1)) {
            throw new IllegalArgumentException("counted is " + counted + ", allowed is (0, 1]");
        }
    }

    /**
     * A step with priors as they are that do not pull, in which sites count as they are.
     *
     * @param retention f
     * @param averagingRate weight of the newest mean
     * @param damping share that is applied
     */
    public SiteStep(double retention, double averagingRate, double damping) {
        this(retention, averagingRate, damping, 1, 0, 1);
    }

    /**
     * The same step with another prior.
     *
     * @param factor factor of the prior's precision
     * @return the step
     */
    public SiteStep withPriorFactor(double factor) {
        return new SiteStep(retention, averagingRate, damping, factor, pull, counted);
    }

    /**
     * The same step with a prior that pulls.
     *
     * @param times how often the prior's own message is multiplied in
     * @return the step
     */
    public SiteStep withPull(double times) {
        return new SiteStep(retention, averagingRate, damping, priorFactor, times, counted);
    }
}
