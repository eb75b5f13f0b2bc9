package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.vertex.CompositeVertex;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;

/** The last step of a recurrent layer. */
public final class LastTimeStepType extends WrapperType<LastTimeStep> {

    /** The only one. */
    public LastTimeStepType() {
        super(LastTimeStep.class);
    }

    @Override
    Vertex around(LastTimeStep wrapper, Vertex inside, Supplier<String> place) {
        return CompositeVertex.chain(List.of(inside, new LastStepVertex(place)));
    }

    @Override
    LastTimeStep with(LastTimeStep wrapper, Layer inside) {
        return new LastTimeStep(inside);
    }

    @Override
    public boolean keepsPositions(LastTimeStep layer) {
        return false;
    }
}
