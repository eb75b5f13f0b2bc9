package io.github.dl4jep.cli.definition;

import io.github.dl4jep.spike.SpikingRun;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;

/**
 * How the network that is trained differs from the definition.
 *
 * @param units what takes the place of the hidden units, or null to leave them
 * @param weights the kinds of weights
 * @param timeSteps how long stochastic units run for a prediction, or null for the default
 */
public record NetworkVariant(
        @Nullable IActivation units,
        WeightKinds weights,
        @Nullable Integer timeSteps) {
    /** No difference. */
    public static final NetworkVariant NONE = new NetworkVariant(null, WeightKinds.DEFAULT, null);

    /**
     * Puts the units into the definition.
     *
     * @param definition a definition
     * @return a copy with these units
     */
    public MultiLayerConfiguration withUnits(MultiLayerConfiguration definition) {
        return units == null ? definition.clone() : new HiddenLayers(definition).with(units);
    }

    /**
     * Returns how many time steps a prediction takes. Deterministic units do the same in each, so they run once.
     *
     * @param definition the network that predicts
     * @return at least 1
     */
    public int timeSteps(MultiLayerConfiguration definition) {
        if (!new HiddenLayers(definition).drawSpikes()) {
            return 1;
        }
        return timeSteps == null ? SpikingRun.DEFAULT_TIME_STEPS : timeSteps;
    }
}
