package io.github.dl4jep.params;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A teacher's likelihood in an output layer: what it learns, and whose weights it sees. Normal weights are its own, to which those of the
 * potentials are added ({@link ReadoutWeights}). A sum of two discrete weights would not have the values that weights may have, so one
 * array of them is both, and only what the potentials say is learned. Own, docs/algorithm.md, section 4.
 *
 * @param likelihood what labels say to the teacher's potentials
 * @param shared whether its weights are those of the potentials
 */
public record TeacherParameters(Likelihood likelihood, boolean shared) {

    /**
     * How large the targets of shared weights are, in times of those of weights of its own: a label that is fitted by least squares then
     * has a probability near 1.
     */
    private static final double SHARED_SIZE = 4;

    /** Put before the names of what the likelihood learns. */
    private static final String PREFIX = "teacher";

    /** The teacher of a likelihood beside weights of some prior; null where there is none. */
    static @Nullable TeacherParameters of(@Nullable Likelihood taught, WeightPrior prior) {
        boolean shared = !prior.hasNormalPosterior();
        Likelihood teacher = taught == null ? null : taught.teacher(shared ? SHARED_SIZE : 1);
        return teacher == null ? null : new TeacherParameters(teacher, shared);
    }

    /** The teacher of a likelihood whose teacher has weights of its own, in the layer before; null where there is none. */
    static @Nullable TeacherParameters ofLayerBefore(Likelihood taught) {
        Likelihood teacher = taught.teacher(1);
        return teacher == null ? null : new TeacherParameters(teacher, false);
    }

    /** The scale of the layer's weights: shared ones make potentials of the size of the targets. */
    PriorScale scaled(PriorScale scale) {
        return shared ? new PriorScale(scale.fanIn(), scale.gain() * SHARED_SIZE * SHARED_SIZE) : scale;
    }

    Map<String, long[]> shapes(long outputs) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        likelihood
                .parameterLengths(Math.toIntExact(outputs))
                .forEach((name, length) -> shapes.put(
                        PREFIX + Character.toUpperCase(name.charAt(0)) + name.substring(1), new long[] {1, length}));
        return shapes;
    }

    void initialise(Map<String, INDArray> parameters) {
        likelihood.initialise(learned(parameters));
    }

    /**
     * The learned parameters of a teacher's likelihood under their own names.
     *
     * @param parameters the layer's parameter table
     * @return views by name
     */
    public static Map<String, INDArray> learned(Map<String, INDArray> parameters) {
        Map<String, INDArray> learned = new LinkedHashMap<>();
        Parameters.withoutPrefix(parameters, PREFIX)
                .forEach(
                        (name, value) -> learned.put(Character.toLowerCase(name.charAt(0)) + name.substring(1), value));
        return learned;
    }
}
