package io.github.dl4jep.params;

import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.Likelihood;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The parameters of a layer that has a likelihood but no weights. */
public final class LikelihoodParamInitializer implements PosteriorLayout {

    private final Likelihood likelihood;
    private final @Nullable TeacherParameters teacher;
    private final Map<String, Integer> lengths;

    /**
     * The layout of a loss layer.
     *
     * @param likelihood the likelihood
     * @param outputs number of outputs
     * @param taught whether the likelihood's teacher learns here, too, beside weights of the layer before
     * @param checked whether steps are checked, whatever a likelihood without a teacher says: {@link TrustRegion}
     */
    public LikelihoodParamInitializer(Likelihood likelihood, int outputs, boolean taught, boolean checked) {
        this.likelihood = likelihood;
        this.teacher = taught ? TeacherParameters.ofLayerBefore(likelihood) : null;
        this.lengths = new LinkedHashMap<>(likelihood.parameterLengths(outputs));
        if (teacher != null) {
            teacher.shapes(outputs).forEach((name, shape) -> lengths.put(name, Math.toIntExact(shape[1])));
        }
        if (checked && teacher == null) {
            lengths.put(TrustRegion.NAME, 1);
        }
    }

    /**
     * What the teacher has here.
     *
     * @return its likelihood, or null where there is no teacher
     */
    public @Nullable TeacherParameters teacher() {
        return teacher;
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        return List.of();
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        return new LinkedHashMap<>();
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        return new LinkedHashMap<>();
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return lengths.values().stream().mapToLong(Integer::longValue).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return new ArrayList<>(lengths.keySet());
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return Collections.emptyList();
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return Collections.emptyList();
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return false;
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return false;
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        Map<String, INDArray> parameters = Collections.synchronizedMap(views(paramsView));
        parameters.keySet().forEach(conf::addVariable);
        if (initializeParams) {
            likelihood.initialise(parameters);
            if (teacher != null) {
                teacher.initialise(parameters);
            }
            if (TrustRegion.isLearned(parameters)) {
                TrustRegion.initialise(parameters);
            }
        }
        return parameters;
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return views(gradientView);
    }

    private Map<String, INDArray> views(INDArray flat) {
        Map<String, INDArray> views = new LinkedHashMap<>();
        if (lengths.isEmpty()) {
            return views;
        }
        INDArray vector = flat.reshape(flat.length());
        long offset = 0;
        for (Map.Entry<String, Integer> entry : lengths.entrySet()) {
            INDArray part = vector.get(NDArrayIndex.interval(offset, offset + entry.getValue()));
            views.put(entry.getKey(), part.reshape(1, entry.getValue()));
            offset += entry.getValue();
        }
        return views;
    }
}
