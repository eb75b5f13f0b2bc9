package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import org.jspecify.annotations.Nullable;

/** What the configuration of every EP layer with labels offers: a likelihood, the schedule and the pass counter. */
public interface EpOutputConf {

    /**
     * The likelihood: the one that was set, else the one that loss and activation stand for.
     *
     * @return the likelihood
     * @throws UnsupportedOperationException if loss and activation stand for none
     */
    Likelihood effectiveLikelihood();

    /**
     * Sets the likelihood.
     *
     * @param likelihood the likelihood, or null for the one of loss and activation
     */
    void setLikelihood(@Nullable Likelihood likelihood);

    /**
     * How batches are counted.
     *
     * @return the schedule of the whole network
     */
    TrainingSchedule getSchedule();

    /**
     * How many batches a pass has.
     *
     * @return the counter
     */
    PassCounter getPassCounter();

    /**
     * Replaces the counter, at the end of each epoch.
     *
     * @param passCounter the next counter
     */
    void setPassCounter(PassCounter passCounter);
}
