package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.spike.SpikingRun;
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
     * Reads a variant as the command line says it.
     *
     * @param units the hidden units' name, or null for those of the definition
     * @param weights the kinds of weights, or null for the default
     * @param timeSteps the number of time steps, or null for the default
     * @return the variant
     * @throws UserException if a name is not known
     */
    public static NetworkVariant parse(@Nullable String units, @Nullable String weights, @Nullable Integer timeSteps) {
        return new NetworkVariant(
                units == null ? null : UnitNames.parse(units),
                weights == null ? WeightKinds.DEFAULT : WeightKinds.parse(weights),
                timeSteps);
    }

    /**
     * Puts the units into the definition.
     *
     * @param definition a definition
     * @return a copy with these units
     * @throws UserException if there are recurrent layers
     */
    public Definition withUnits(Definition definition) {
        if (units == null) {
            return definition.copy();
        }
        definition.layers().stream()
                .filter(Definition.Place::isRecurrent)
                .findFirst()
                .ifPresent(place -> {
                    throw new UserException("--units " + units + ": " + place.name()
                            + " is recurrent, and its units stay as they are: leave the option out.");
                });
        return new HiddenLayers(definition).with(units);
    }

    /**
     * Returns how many time steps a prediction takes. Deterministic units do the same in each, so they run once.
     *
     * @param definition the network that predicts
     * @return at least 1
     * @throws UserException if the network is a graph and draws spikes
     */
    public int timeSteps(Definition definition) {
        if (!new HiddenLayers(definition).drawSpikes()) {
            return 1;
        }
        if (definition instanceof LayerGraph) {
            throw new UserException(
                    "The network is a graph with random spikes, but only networks that are a list of layers run"
                            + " for several time steps: choose units that are not random, for example --units heaviside.");
        }
        return timeSteps == null ? SpikingRun.DEFAULT_TIME_STEPS : timeSteps;
    }
}
