package io.github.dl4jep.vertex;

import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.window.WindowGeometry;

/** Where the settings of a DL4J layer put its windows. */
public interface WindowPlacement {

    /**
     * The windows on an input.
     *
     * @param shape channels and as many dimensions as the sizes have
     * @param place the layer, for messages
     * @return the geometry
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the input has other dimensions or is smaller than a window
     */
    WindowGeometry on(ExampleShape shape, String place);
}
