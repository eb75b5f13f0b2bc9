package io.github.dl4jep.runtime;

import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.UnitCovariance;
import io.github.dl4jep.vertex.Emphasis;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.Vertex;
import java.util.function.Function;

/**
 * The maps of weights that labels follow, in an output layer or in the layer before a loss layer: that of the potentials, and that of a
 * teacher, which sees the first of two arrays of weights, or the only one. Own, docs/algorithm.md, section 4.
 *
 * @param weights the layer's weights
 * @param map makes the map of an array of weights
 */
record ReadoutMaps(LayerWeights weights, Function<LayerWeights, LinearMap> map) {

    private static final Emphasis.Factors EMPHASIS =
            new Emphasis.Factors(ClassLikelihood.EMPHASIS, 1, ClassLikelihood.EMPHASIS);

    /** Whether there is a second array of weights. */
    boolean areTwo() {
        return weights.layout().readout() != null;
    }

    /** The map to the potentials, without emphasis. */
    LinearMap potentials() {
        return map.apply(weights.readoutOfTeacher());
    }

    /** Potentials of a likelihood with a teacher: the features hear them louder. */
    static Vertex emphasised(Vertex potentials) {
        return new Emphasis(potentials, input -> EMPHASIS);
    }

    /**
     * The map to a teacher's potentials.
     *
     * @param learns whether its weights learn from its messages; false where they do from those of the potentials
     * @param solvesOutputsAtOnce whether all outputs of a row are solved for together
     */
    Vertex teacher(boolean learns, boolean solvesOutputsAtOnce) {
        return new Emphasis(map.apply(weights), input -> crowding(input, solvesOutputsAtOnce), learns);
    }

    /** Outputs that are solved for at once know how far they move the features; others move them as often as they share them. */
    private Emphasis.Factors crowding(BatchCovariance input, boolean solvesOutputsAtOnce) {
        double crowding = Emphasis.crowding(
                weights.layout().weights(weights.parameters().get()).predictiveMean());
        return solvesOutputsAtOnce && UnitCovariance.isKnownAfter(input)
                ? new Emphasis.Factors(1 / crowding, 1, 1 / crowding)
                : new Emphasis.Factors(crowding, crowding, 1 / crowding);
    }
}
