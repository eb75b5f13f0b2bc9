package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.vertex.Rearrangement;
import org.deeplearning4j.exception.DL4JInvalidInputException;

/**
 * Sequences before and after layers that see every step by itself: nothing moves.
 *
 * @param takesColumns whether examples without steps may come, too, as after global pooling
 */
public record StepColumns(boolean takesColumns) implements Rearrangement.Columns {

    @Override
    public ExampleShape outputShape(ExampleShape shape) {
        if (shape.spatialRank() != 1 && !(takesColumns && shape.spatialRank() == 0)) {
            throw new DL4JInvalidInputException("An example has shape " + shape
                    + ", allowed are sequences, with one dimension of steps, between recurrent and feed-forward layers;"
                    + " check the data or the layers before");
        }
        return shape;
    }
}
