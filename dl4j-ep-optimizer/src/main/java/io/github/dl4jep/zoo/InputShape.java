package io.github.dl4jep.zoo;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.inputs.InputType;

/** The shape of one image. */
record InputShape(int channels, int height, int width) {

    /**
     * Reads a builder's setting.
     *
     * @param shape [channels, height, width]
     * @return the shape
     * @throws DL4JInvalidConfigException if there are not three positive numbers
     */
    static InputShape of(int[] shape) {
        if (shape.length != 3 || !(shape[0] > 0 && shape[1] > 0 && shape[2] > 0)) {
            throw new DL4JInvalidConfigException("inputShape is " + Arrays.toString(shape)
                    + ", allowed are three positive numbers: channels, height and width");
        }
        return new InputShape(shape[0], shape[1], shape[2]);
    }

    /** Images [minibatch, channels, height, width], or the same as rows [minibatch, channels * height * width]. */
    InputType type() {
        return InputType.convolutionalFlat(height, width, channels);
    }
}
