package io.github.dl4jep.learned;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * How far the features may be trusted to move as the joint solve expects: a factor of the precision of all hidden priors, learned from
 * what steps really do.
 *
 * <p>The joint solve knows the network by its first derivatives, so it expects a certain loss of the batch after the step. Where weights
 * move too far for that, the real loss is higher, and what was learned before is lost. The factor grows where a step wins less than a part
 * of what was expected, and falls back towards 1 where steps win what they should, or where it is the outputs' weights that moved: the wider
 * the prior, the further weights move.
 *
 * <p>Where a network has states with gates, or labels at the steps of its states, what a step does adds up over them, and units that one step saturates stay so.
 * There every step is checked, one that is worse than none is taken back, and the batch is learned from again with a larger factor.
 *
 * <p>Discrete weights have no prior that could be narrower, and their thresholds alone would only stay behind: where there are no other hidden
 * priors, nothing is checked.
 *
 * <p>Source: Levenberg 1944 and Marquardt 1963 for the damping of least squares, with the thresholds of a trust region; as a width of
 * the prior: own, docs/algorithm.md, section 4.
 */
public final class TrustRegion {

    /** Name of the parameter that holds the factor, [1, 1]. */
    public static final String NAME = "priorFactor";

    /** Every one of the first steps is checked, as features are made there; later every {@link #STRIDE}th. */
    private static final long FIRST = 32;

    private static final long STRIDE = 8;

    private static final double POOR = 0.6;
    private static final double POOR_FACTOR = 2;
    /** So far below what a step has to win. */
    private static final double FAILED_BY = 0.35;

    private static final double FAILED_FACTOR = 4;
    private static final double GOOD = 0.75;
    /** By which the factor falls in a batch, while steps are good. */
    private static final double RELAXATION = 1.03;

    /** Where features move the potentials less than this, a step that fails is not their fault. */
    private static final double LEAST_SHARE = 0.25;

    /** In batches of more examples, what a step wins is won for others, too; they are large. */
    public static final long FEW_EXAMPLES = 128;

    /** Where lost steps are taken back: by which the factor grows after one, and falls where a step wins. */
    private static final double LOST_FACTOR = 2;

    private static final double QUICK_RELAXATION = 1.1;

    private static final double MOST = 1e6;

    /** So many examples at least say whether a step is lost. */
    private static final long CHECKED = 32;

    /** How often a batch is learned from at most, if every step is lost. */
    public static final int ATTEMPTS = 8;

    private TrustRegion() {}

    /**
     * Sets the factor to where training starts, 1.
     *
     * @param parameters views by name, changed in place
     */
    public static void initialise(Map<String, INDArray> parameters) {
        Parameters.get(parameters, NAME).assign(1);
    }

    /**
     * Whether steps are checked.
     *
     * @param parameters learned parameters by name
     * @return true if the factor is among them
     */
    public static boolean isLearned(Map<String, INDArray> parameters) {
        return parameters.containsKey(NAME);
    }

    /**
     * The factor of the hidden priors' precision.
     *
     * @param parameters learned parameters by name
     * @return at least 1; 1 where it is not learned
     */
    public static double factor(Map<String, INDArray> parameters) {
        return parameters.containsKey(NAME) ? Parameters.scalar(parameters, NAME) : 1;
    }

    /**
     * Sets the factor of the hidden priors' precision.
     *
     * @param parameters learned parameters by name, changed in place
     * @param factor at least 1
     */
    public static void set(Map<String, INDArray> parameters, double factor) {
        Parameters.get(parameters, NAME).putScalar(0, factor);
    }

    /**
     * Whether a step is checked, which costs one more forward pass. Where lost steps are taken back, all are.
     *
     * @param step number of the batch, from 1
     * @return true in the first steps, and now and then
     */
    public static boolean checks(long step) {
        return step <= FIRST || step % STRIDE == 0;
    }

    /**
     * With how many examples a step is checked where all steps are: a step that is lost is so for most examples.
     *
     * @param examples number of examples in the batch
     * @return one of so many is checked, at least 1
     */
    public static int shareChecked(long examples) {
        return Math.toIntExact(Math.max(1, examples / CHECKED));
    }

    /**
     * How often the prior pulls in a batch whose step is checked, or not: what is checked is what the data say, so that in a batch that is
     * checked it does not, and in the others a little more.
     *
     * @param parameters learned parameters by name
     * @param step number of the batch, from 1
     * @return a factor of the pull, on average 1 after the first steps; 1 where no step is checked
     */
    public static double pullBeside(Map<String, INDArray> parameters, long step) {
        if (!parameters.containsKey(NAME)) {
            return 1;
        }
        return checks(step) ? 0 : STRIDE / (STRIDE - 1.0);
    }

    /**
     * Whether a batch is so large that what a step wins of its loss is won for other examples, too.
     *
     * @param examples number of examples in the batch
     * @return true if it is learned from in turns, first by teachers
     */
    public static boolean isLarge(long examples) {
        return examples > FEW_EXAMPLES;
    }

    /**
     * What a step has to win, as a part of what is expected, so that the factor does not grow.
     *
     * <p>A small batch wins part of its loss by chance, of its own labels: where it wins less than three fifths of what was expected, other
     * examples may have lost. The chance falls as one by the number of examples, so in a large batch the rest of a step that went too far is
     * worth having.
     *
     * @param examples number of examples in the batch, or of their positions where labels stand at these
     * @return a part, in [0, 1]
     */
    public static double leastWon(long examples) {
        return POOR * Math.min(1, (double) FEW_EXAMPLES / examples);
    }

    /**
     * Whether a step went so far that it is worse than none: the loss rose by more than it should have fallen.
     *
     * @param before loss of the batch before the step
     * @param expected loss that the joint solve expects after it
     * @param after loss after it; may be infinite or NaN
     * @return true if what was learned before is worth more than this step; false where the joint solve expects nothing of it
     */
    public static boolean isLost(double before, double expected, double after) {
        return expected < before && !(after - before <= before - expected);
    }

    /**
     * The factor after a step that is taken back if it is {@linkplain #isLost lost}. Single steps win far less than
     * expected there, and the next ones more; so only those count against it that are lost.
     *
     * @param factor the factor so far
     * @param before loss of the batch before the step
     * @param expected loss that the joint solve expects after it; where it is not below the one before, nothing can be learned here
     * @param after loss after it; may be infinite or NaN
     * @return the next factor, at least 1
     */
    public static double nextWhereTakenBack(double factor, double before, double expected, double after) {
        if (isLost(before, expected, after)) {
            return Math.min(MOST, factor * LOST_FACTOR);
        }
        return expected < before && after < before ? Math.max(1, factor / QUICK_RELAXATION) : factor;
    }

    /**
     * The factor after a step.
     *
     * @param factor the factor so far
     * @param before loss of the batch before the step
     * @param expected loss that the joint solve expects after it; where it is not below the one before, nothing can be learned here
     * @param after loss after it; may be infinite or NaN where the step went too far
     * @param leastWon what the step has to win, as a part of what is expected: {@link #leastWon}
     * @param featuresShare part of the potentials' movement that features made, in [0, 1]; NaN if they did not move
     * @param step number of the batch, from 1
     * @return the next factor, at least 1
     */
    public static double next(
            double factor,
            double before,
            double expected,
            double after,
            double leastWon,
            double featuresShare,
            long step) {
        if (!(expected < before)) {
            return factor;
        }
        double won = (before - after) / (before - expected);
        if (won >= leastWon || featuresShare < LEAST_SHARE) {
            double relaxed = factor / Math.pow(RELAXATION, step <= FIRST ? 1.0 : (double) STRIDE);
            return won > GOOD || featuresShare < LEAST_SHARE ? Math.max(1, relaxed) : factor;
        }
        return Math.min(MOST, factor * (won >= leastWon - FAILED_BY ? POOR_FACTOR : FAILED_FACTOR));
    }
}
