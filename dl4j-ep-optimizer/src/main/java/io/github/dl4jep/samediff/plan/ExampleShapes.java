package io.github.dl4jep.samediff.plan;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.autodiff.listeners.At;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.internal.InferenceSession;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Shapes of all activations of a graph, found by running it once on a few examples of zeros. */
public final class ExampleShapes {

    /** Examples in the run; an unlikely size of anything else. */
    public static final int EXAMPLES = 3;

    private final Map<String, long[]> shapes = new HashMap<>();

    private ExampleShapes() {}

    /**
     * Runs the graph.
     *
     * @param sd the graph; not changed
     * @param features names of the placeholders, whose shapes are known
     * @param variables what to compute
     * @return their shapes
     * @throws RuntimeException of ND4J if the graph cannot be computed for a few examples
     */
    public static ExampleShapes of(SameDiff sd, List<String> features, List<String> variables) {
        Map<String, INDArray> placeholders = new HashMap<>();
        for (String feature : features) {
            SDVariable variable = sd.getVariable(feature);
            long[] shape = variable.placeholderShape().clone();
            shape[0] = EXAMPLES;
            placeholders.put(feature, Nd4j.zeros(variable.dataType(), shape));
        }
        ExampleShapes found = new ExampleShapes();
        placeholders.forEach((name, array) -> found.shapes.put(name, array.shape()));
        if (!variables.isEmpty()) {
            new InferenceSession(sd)
                    .output(variables, placeholders, null, List.of(), List.of(), At.defaultAt())
                    .forEach((name, array) -> found.shapes.put(name, array.shape()));
        }
        return found;
    }

    /** No shape at all, where nothing can be run. */
    public static ExampleShapes unknown() {
        return new ExampleShapes();
    }

    /** Shape with {@link #EXAMPLES} for the minibatch, or null. */
    public long @Nullable [] of(String variable) {
        return shapes.get(variable);
    }

    /** For messages; the minibatch is -1. */
    public String describe(SameDiff sd, String variable) {
        long[] shape = shapes.get(variable);
        if (shape != null) {
            long[] shown = shape.clone();
            if (shown.length > 0 && shown[0] == EXAMPLES) {
                shown[0] = -1;
            }
            return variable + " " + Arrays.toString(shown);
        }
        SDVariable known = sd.getVariable(variable);
        long[] declared = known == null ? null : known.getShape();
        return variable + " " + (declared == null ? "[shape unknown]" : Arrays.toString(declared));
    }
}
