package io.github.dl4jep.likelihood;

import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads learned parameters out of their views. */
final class Parameters {

    private Parameters() {}

    /** The view itself. */
    static INDArray get(Map<String, INDArray> parameters, String name) {
        INDArray view = parameters.get(name);
        if (view == null) {
            throw new IllegalArgumentException(
                    "no parameter \"" + name + "\" among " + parameters.keySet() + ": was the likelihood changed?");
        }
        return view;
    }

    /** A copy as a row [1, length], double. */
    static INDArray row(Map<String, INDArray> parameters, String name) {
        INDArray view = get(parameters, name);
        return view.dup().castTo(DataType.DOUBLE).reshape(1, view.length());
    }

    /** The first element. */
    static double scalar(Map<String, INDArray> parameters, String name) {
        return get(parameters, name).getDouble(0);
    }
}
