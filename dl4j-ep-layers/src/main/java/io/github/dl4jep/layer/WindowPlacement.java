package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.ExampleShape;
import io.github.dl4jep.factor.WindowGeometry;

/** Where the settings of a DL4J layer put its windows. */
interface WindowPlacement {

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
