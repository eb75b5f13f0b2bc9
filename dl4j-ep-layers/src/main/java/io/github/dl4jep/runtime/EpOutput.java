package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.vertex.LikelihoodVertex;

/** A layer with labels. */
public interface EpOutput extends EpRuntime {

    /**
     * The configuration, which holds likelihood, schedule and pass counter.
     *
     * @return the configuration
     */
    EpOutputConf outputConf();

    /**
     * Number of outputs.
     *
     * @return columns of the potentials
     */
    long outputs();

    /**
     * What labels say to the potentials.
     *
     * @return the likelihood
     */
    LikelihoodVertex likelihood();
}
