package io.github.dl4jep.learned;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How strongly the prior pulls the means, learned from examples that the weights never learn from.
 *
 * <p>With strength 1 the fixed point of training is the posterior's, with 0 it is that of maximum likelihood; a prior of other width is
 * another strength. A probe moves all means a little towards the prior and asks what that changes in the negative log likelihood h of each
 * withheld example. Sums of h and of its square over the n examples of about a pass give \( t = \sum h / \sqrt{\sum h^2} \), cut to 3, of which
 * \( t' = t \max(0, 1 - 1/t^2) \) is more than chance. In a pass log strength moves by \( -.3\, (w t' + (1 - w) \log \rho) \), w = n / (n + 20):
 * few examples, which are the same in each pass, leave it near 1. Where no example is withheld, as in a regression, the number of labels says it:
 * {@link #ofLabels}.
 *
 * <p>Source: own, docs/algorithm.md, section 6.
 */
public final class PriorPull {

    /** Name of the parameter: log strength, number of examples, sum of h and of its square; [1, 4]. */
    public static final String NAME = "priorPull";
    /** Number of its elements. */
    public static final int LENGTH = 4;

    private static final double FIRST = 0.03;
    private static final double LEAST = 0.001;
    private static final double MOST = 3;
    private static final double RATE = 0.3;
    private static final double LARGEST_T = 3;
    private static final double PRIOR_EXAMPLES = 20;
    /** Of so many labels the prior pulls with half its strength, where the strength is not learned. */
    private static final double FEW_LABELS = 30;

    private PriorPull() {}

    /**
     * Sets the strength to where training starts.
     *
     * @param parameters views by name, changed in place
     * @param learned whether there are withheld examples to learn it from; if not, the prior pulls as it says, with strength 1
     */
    public static void initialise(Map<String, INDArray> parameters, boolean learned) {
        Parameters.get(parameters, NAME).assign(row(learned ? Math.log(FIRST) : 0, 0, 0, 0));
    }

    /**
     * The strength of the prior's pull.
     *
     * @param parameters learned parameters by name
     * @return times that the prior's message is multiplied in, in a pass
     */
    public static double strength(Map<String, INDArray> parameters) {
        return Math.exp(Parameters.scalar(parameters, NAME));
    }

    /**
     * The strength of a regression's pull, which withholds no example: few labels are learned by heart within some passes if nothing pulls the
     * means back, and many need no prior.
     *
     * @param labels number of labels in a pass; 0 where it is not known
     * @return times that the prior's message is multiplied in, in a pass: 900 / (900 + labels^2), of no label 0
     */
    public static double ofLabels(double labels) {
        return labels > 0 ? 1 / (1 + Math.pow(labels / FEW_LABELS, 2)) : 0;
    }

    /**
     * What a probe says.
     *
     * @param changes h of each withheld example, nats for any one small pull
     * @return sums of h and of its square
     */
    public static Statistic statistic(double[] changes) {
        double sum = 0;
        double squares = 0;
        for (double change : changes) {
            sum += change;
            squares += change * change;
        }
        return Statistic.of(new double[] {sum, squares}, new double[] {changes.length});
    }

    /**
     * The next value of the parameter.
     *
     * @param current log strength and sums
     * @param statistic of the batch's probe
     * @param probesPerPass probes in a pass
     * @return the next value, {@value #LENGTH} numbers
     */
    public static double[] learn(double[] current, Statistic statistic, double probesPerPass) {
        double retention = 1 - 1 / Math.max(1, probesPerPass);
        double count = retention * current[1] + statistic.count()[0];
        double sum = retention * current[2] + statistic.sum()[0];
        double squares = retention * current[3] + statistic.sum()[1];
        double t = squares > 0 ? Math.max(-LARGEST_T, Math.min(LARGEST_T, sum / Math.sqrt(squares))) : 0;
        double log = current[0];
        double slope = (count * certain(t) + PRIOR_EXAMPLES * log) / (count + PRIOR_EXAMPLES);
        double next = log - RATE / Math.max(1, probesPerPass) * slope;
        return new double[] {Math.max(Math.log(LEAST), Math.min(Math.log(MOST), next)), count, sum, squares};
    }

    /** The positive part of James and Stein's estimate (1961) of the mean of t, whose deviation is 1. */
    private static double certain(double t) {
        return Math.abs(t) <= 1 ? 0 : t - 1 / t;
    }

    private static INDArray row(double log, double count, double sum, double squares) {
        return Nd4j.createFromArray(new double[][] {{log, count, sum, squares}});
    }
}
