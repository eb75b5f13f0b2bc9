package io.github.dl4jep.vertex;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.weight.KeptMoments;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightSite;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** How one array of parameters takes what a batch says. */
@FunctionalInterface
public interface Learner {

    /** Changes nothing: for a batch that says nothing here. */
    Runnable NO_CHANGE = () -> {};

    /**
     * Finds the new values, without a change yet.
     *
     * @param sites what the batch says about all parameters, finite
     * @param step retention, averaging and damping
     * @param phase where training stands
     * @return puts the new values in place, and cannot fail
     * @throws ArithmeticException if there are no finite new values
     * @throws IllegalArgumentException if the sites are those of another network
     */
    Runnable learn(Sites sites, SiteStep step, LearningPhase phase);

    /**
     * Whether a narrower prior would shorten the steps of these parameters.
     *
     * @return false where there is no prior, or none with a width, as of discrete weights
     */
    default boolean canBeNarrower() {
        return false;
    }

    /**
     * Replaces the precision of the prior by a multiple; does nothing where it {@link #canBeNarrower cannot be narrower}.
     *
     * @param from factor of the precision that the posterior has now
     * @param to factor that it gets
     */
    default void rescalePrior(double from, double to) {}

    /**
     * Moves what predictions use towards its prior, in place, to see what that changes.
     *
     * @param times how often the prior's own message is multiplied in, small
     * @return puts the values back
     */
    default Runnable pulled(double times) {
        return NO_CHANGE;
    }

    /**
     * Copies what {@link #learn} changes, in the open workspace.
     *
     * @return puts it back; does nothing where what is learned are statistics of the data, which hold after any step
     */
    default Runnable saved() {
        return NO_CHANGE;
    }

    /**
     * What predictions keep of these parameters.
     *
     * @return kept moments, or null where nothing is kept
     */
    default @Nullable KeptMoments kept() {
        return null;
    }

    /**
     * The learner of an array of weights of which nothing is kept.
     *
     * @param key the array
     * @param posterior its current posterior
     * @return multiplies the sites into the posterior
     */
    static Learner of(ParameterKey key, Supplier<WeightPosterior> posterior) {
        return of(key, posterior, true, null);
    }

    /**
     * The learner of an array of weights.
     *
     * @param key the array
     * @param posterior its current posterior
     * @param canBeNarrower whether a narrower prior would shorten its steps
     * @param kept what predictions keep of it, or null
     * @return multiplies the sites into the posterior
     */
    static Learner of(
            ParameterKey key, Supplier<WeightPosterior> posterior, boolean canBeNarrower, @Nullable KeptMoments kept) {
        return new Learner() {
            @Override
            public @Nullable KeptMoments kept() {
                return kept;
            }

            @Override
            public Runnable learn(Sites sites, SiteStep step, LearningPhase phase) {
                WeightSite site = sites.site(key);
                if (site == null) {
                    return NO_CHANGE;
                }
                WeightPosterior current = posterior.get();
                if (!Arrays.equals(current.shape(), site.shift().shape())) {
                    throw new IllegalArgumentException("The site of " + key + " has shape "
                            + Arrays.toString(site.shift().shape()) + ", allowed is " + Arrays.toString(current.shape())
                            + "; add up the sites of networks of one definition only");
                }
                return () -> current.update(site, canBeNarrower ? step : step.withPriorFactor(1));
            }

            @Override
            public boolean canBeNarrower() {
                return canBeNarrower;
            }

            @Override
            public void rescalePrior(double from, double to) {
                if (canBeNarrower) {
                    posterior.get().rescalePrior(from, to);
                }
            }

            @Override
            public Runnable saved() {
                List<INDArray> views = posterior.get().learned();
                List<INDArray> before = views.stream().map(HostMemory::copy).toList();
                return () ->
                        IntStream.range(0, views.size()).forEach(i -> HostMemory.assign(before.get(i), views.get(i)));
            }

            @Override
            public Runnable pulled(double times) {
                return posterior.get().pulled(times);
            }
        };
    }
}
