package io.github.dl4jep.weight;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The posterior of every weight of one array, held as natural parameters in DL4J's parameter vector.
 *
 * <p>Everything that differs between weight priors is here: natural parameters to moments, site update, sample, mode.
 * Arrays that are returned are new (in the current workspace, if one is open) and shaped as the weights.
 */
public interface WeightPosterior {

    /**
     * Whether {@link #update} reads the precision of a site. If not, that product is left out of the sweep.
     *
     * @return true unless the posterior has no use for it
     */
    default boolean usesSitePrecision() {
        return true;
    }

    /**
     * The shape of the array.
     *
     * @return [nIn, nOut], or [1, nOut] for a bias
     */
    long[] shape();

    /** Sets the posterior to the prior with zero or symmetric mean: what a bias starts from. */
    void initialiseBias();

    /** Sets the posterior to the prior; the means are drawn from ND4J's generator, which breaks the permutation symmetry. */
    void initialiseWeights();

    /**
     * Sets the posterior to the prior around given means: what weights of a trained network start from.
     *
     * @param means finite, shaped as the weights
     * @throws UnsupportedOperationException if the weights have no normal distribution
     */
    default void startAt(INDArray means) {
        throw new UnsupportedOperationException(
                "weights whose posterior is not normal have no given means to start from; use a Gaussian prior");
    }

    /**
     * The moments that a sweep uses.
     *
     * @param pending sites of the current batch from an earlier sweep, which move the mean; null for the cavity itself
     * @return mean, variance and second moment
     */
    WeightMoments moments(@Nullable WeightSite pending);

    /**
     * The mean that a sweep uses, without the other moments.
     *
     * @return the mean
     */
    default INDArray mean() {
        return moments(null).mean();
    }

    /**
     * The moments that a sweep uses of weights that are the sum of these and of known ones.
     *
     * @param pending as in {@link #moments}
     * @param known added to the mean, shaped as the weights
     * @return mean, variance and second moment of the sum
     */
    default WeightMoments momentsPlus(@Nullable WeightSite pending, INDArray known) {
        return moments(pending).plus(known);
    }

    /**
     * The moments that a sweep uses where only sums over inputs and units are asked for, as in a dense layer: of many weights their means over
     * units and over inputs stand for the single ones.
     *
     * @param pending as in {@link #moments}
     * @param observed whether the inputs are, so that variances of sums see means, too
     * @return moments whose {@link WeightMoments#inputMeans()} may be given; those of {@link #moments}, unless overridden
     */
    default WeightMoments momentsOfSums(@Nullable WeightSite pending, boolean observed) {
        return moments(pending);
    }

    /**
     * The moments that a sweep uses of a bias.
     *
     * @param pending as in {@link #moments}
     * @return mean and variance; the rest may not be there
     */
    default WeightMoments momentsOfBias(@Nullable WeightSite pending) {
        return moments(pending);
    }

    /**
     * The moments that predictions use of a bias.
     *
     * @return mean and variance; the rest may not be there
     */
    default WeightMoments predictiveMomentsOfBias() {
        return predictiveMoments();
    }

    /**
     * The moments that predictions use: the running average of the means, with the current variances.
     *
     * @return mean, variance and second moment
     */
    WeightMoments predictiveMoments();

    /**
     * The moments that predictions use where only sums are asked for: see {@link #momentsOfSums}.
     *
     * @param observed whether the inputs are, so that variances of sums see means, too
     * @return moments that are read only: the mean may be a view of the parameters
     */
    default WeightMoments predictiveMomentsOfSums(boolean observed) {
        return predictiveMoments();
    }

    /**
     * All that the moments of predictions are functions of, as the parameters are now. While every bit of it is the same, the moments are.
     *
     * @return views of the parameters
     */
    List<INDArray> readByPredictions();

    /**
     * The mean that predictions use, without the other moments.
     *
     * @return the mean
     */
    INDArray predictiveMean();

    /**
     * How much the data have said of each weight, to compare weights of one array.
     *
     * @return 0 and more, a new array: nats that a normal posterior is away from its prior; of others the squared mean over the variance
     */
    default INDArray information() {
        WeightMoments moments = predictiveMoments();
        return moments.mean().mul(moments.mean()).divi(moments.variance());
    }

    /**
     * Multiplies one batch's sites into the posterior: algorithm, section 6.
     *
     * @param site what the batch says, finite
     * @param step retention, averaging and damping
     */
    void update(WeightSite site, SiteStep step);

    /**
     * Replaces the prior's precision by a multiple; means stay. Does nothing where the prior has no width, as that of a discrete weight.
     *
     * @param from factor of the precision that the posterior has now
     * @param to factor that it gets
     */
    default void rescalePrior(double from, double to) {}

    /**
     * Moves the means that predictions use towards the prior, in place, to see what that changes.
     *
     * @param times how often the prior's own message is multiplied in, small
     * @return puts the means back; does nothing where the prior does not pull
     */
    default Runnable pulled(double times) {
        return () -> {};
    }

    /**
     * What {@link #update} changes.
     *
     * @return views of DL4J's parameters
     */
    List<INDArray> learned();

    /**
     * Draws every weight from the posterior, by ND4J's generator.
     *
     * @return one draw
     */
    INDArray sample();

    /**
     * The weight of a point network: the mean, or the mode of a discrete posterior.
     *
     * @return the point weights
     */
    INDArray mode();
}
