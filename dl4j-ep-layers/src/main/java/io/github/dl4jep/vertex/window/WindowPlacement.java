package io.github.dl4jep.vertex.window;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.WindowGeometry;
import org.deeplearning4j.exception.DL4JInvalidInputException;

/** Where the settings of a DL4J layer put its windows. */
public interface WindowPlacement {

    /**
     * The windows on an input.
     *
     * @param shape channels and as many dimensions as the sizes have
     * @param place the layer, for messages
     * @return the geometry
     * @throws DL4JInvalidInputException if the input has other dimensions or is smaller than a window
     */
    WindowGeometry on(ExampleShape shape, String place);

    /**
     * Checks the dimensions of an input.
     *
     * @param dimensions how many it must have beside channels
     * @param shape the input
     * @param place the layer, for messages
     * @throws DL4JInvalidInputException if it has another number
     */
    static void requireDimensions(int dimensions, ExampleShape shape, String place) {
        if (shape.spatialRank() != dimensions) {
            throw new DL4JInvalidInputException("An example has shape " + shape + ", allowed are channels and "
                    + dimensions + " dimension(s) at " + place
                    + "; set the input type of the network or add a preprocessor");
        }
    }
}
