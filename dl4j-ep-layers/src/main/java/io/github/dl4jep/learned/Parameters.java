package io.github.dl4jep.learned;

import io.github.dl4jep.array.Rows;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Reads parameters out of a layer's table of views. */
public final class Parameters {

    private Parameters() {}

    /**
     * The view itself.
     *
     * @param parameters views by name
     * @param name the parameter
     * @return the view
     * @throws IllegalArgumentException if there is no such parameter
     */
    public static INDArray get(Map<String, INDArray> parameters, String name) {
        INDArray view = parameters.get(name);
        if (view == null) {
            throw new IllegalArgumentException("no parameter \"" + name + "\" among " + parameters.keySet()
                    + ": was the layer's configuration changed?");
        }
        return view;
    }

    /**
     * A parameter as numbers.
     *
     * @param parameters the layer's parameters by name
     * @param name of the parameter
     * @return its numbers, a copy
     * @throws IllegalArgumentException if there is none of that name
     */
    public static double[] values(Map<String, INDArray> parameters, String name) {
        return Rows.flat(get(parameters, name));
    }

    /**
     * A copy as a row.
     *
     * @param parameters views by name
     * @param name the parameter
     * @return [1, length], double
     */
    public static INDArray row(Map<String, INDArray> parameters, String name) {
        double[] values = values(parameters, name);
        return Rows.matrix(values, 1, values.length);
    }

    /**
     * The first element.
     *
     * @param parameters views by name
     * @param name the parameter
     * @return its first element
     */
    public static double scalar(Map<String, INDArray> parameters, String name) {
        return get(parameters, name).getDouble(0);
    }

    /**
     * The parameters whose names begin with a prefix, under their names without it.
     *
     * @param parameters views by name
     * @param prefix the prefix
     * @return views by the rest of the name
     */
    public static Map<String, INDArray> withoutPrefix(Map<String, INDArray> parameters, String prefix) {
        Map<String, INDArray> selected = new LinkedHashMap<>();
        parameters.forEach((name, value) -> {
            if (name.startsWith(prefix)) {
                selected.put(name.substring(prefix.length()), value);
            }
        });
        return selected;
    }
}
