package io.github.dl4jep.conf;

import io.github.dl4jep.likelihood.Likelihood;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the configuration of every EP layer with labels offers: a likelihood, the schedule and the pass counter. */
public interface EpOutputConf extends EpConf {

    /**
     * The likelihood: the one that was set, else the one that loss and activation stand for.
     *
     * @return the likelihood
     * @throws UnsupportedOperationException if loss and activation stand for none
     */
    Likelihood effectiveLikelihood();

    /**
     * What the likelihood does with potentials in a stock network.
     *
     * @param parameters the layer's parameter table
     * @return factor and offset of each output
     */
    default Likelihood.PointScale pointScale(Map<String, INDArray> parameters) {
        return effectiveLikelihood().pointScale(parameters);
    }

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
