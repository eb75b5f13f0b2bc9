package io.github.dl4jep.runtime;

import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.vertex.EpLayer;
import io.github.dl4jep.vertex.UnitVertex;

/**
 * A layer that ends with a unit, which the next layer may apply in its place: see {@link EpLayer#withUnitAfter}.
 */
public interface UnitLayer extends EpLayer {

    /**
     * The unit.
     *
     * @return what stands for the layer's activation function
     */
    Unit unit();

    /**
     * This layer without its unit.
     *
     * @return a layer whose activation is this one's pre-activation
     */
    EpLayer withoutUnit();

    /**
     * What the unit makes of a pre-activation, for a prediction.
     *
     * @param preActivation moments
     * @return moments of the activation
     */
    default Moments activation(Moments preActivation) {
        return new UnitVertex(unit(), this::describe).predict(preActivation);
    }
}
