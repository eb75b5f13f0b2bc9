package io.github.dl4jep.conf;

import io.github.dl4jep.weight.WeightPrior;

/** What the configurations of EP layers with weights have in common. */
public interface EpWeightConf extends EpConf {

    /**
     * The prior of weights and bias.
     *
     * @return the prior
     */
    WeightPrior getWeightPrior();

    /**
     * Sets the prior of weights and bias; it decides which parameters the layer has.
     *
     * @param weightPrior the prior
     */
    void setWeightPrior(WeightPrior weightPrior);
}
