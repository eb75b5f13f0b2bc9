package io.github.dl4jep.params;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of batch normalization, all [1, channels]: the posteriors of scale ({@code gammaPrecision}, ...) and shift ({@code
 * betaPrecision}, ...), unless both are locked, and the running mean and variance of the input.
 */
public final class NormalizationParamInitializer implements PosteriorLayout {

    /** Put before the names of the scale's parameters. */
    public static final String SCALE_PREFIX = "gamma";
    /** Put before the names of the shift's parameters. */
    public static final String SHIFT_PREFIX = "beta";
    /** The running mean. */
    public static final String MEAN = "mean";
    /** The running variance. */
    public static final String VARIANCE = "var";

    /** Scale and shift are numbers of their own, not sums over inputs. */
    private static final PriorScale ONE_INPUT = new PriorScale(1, 1);

    private final BatchNormalization original;
    private final GaussianPrior prior;
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    /**
     * The layout of a layer.
     *
     * @param original the DL4J layer, with its number of channels
     * @param prior prior of scale and shift around the values of the DL4J layer; its scale is the prior variance
     */
    public NormalizationParamInitializer(BatchNormalization original, GaussianPrior prior) {
        this.original = original;
        this.prior = prior;
        if (!original.isLockGammaBeta()) {
            addShapes(SCALE_PREFIX);
            addShapes(SHIFT_PREFIX);
        }
        shapes.put(MEAN, channels());
        shapes.put(VARIANCE, channels());
    }

    private void addShapes(String prefix) {
        prior.parameterNames().forEach(name -> shapes.put(prefix + name, prior.shapeOf(name, channels())));
    }

    private long[] channels() {
        return new long[] {1, original.getNOut()};
    }

    /**
     * The posterior of the scale.
     *
     * @param parameters the layer's parameter table
     * @return a view, or null if it is locked
     */
    public @Nullable WeightPosterior scale(Map<String, INDArray> parameters) {
        return posterior(parameters, SCALE_PREFIX);
    }

    /**
     * The posterior of the shift.
     *
     * @param parameters the layer's parameter table
     * @return a view, or null if it is locked
     */
    public @Nullable WeightPosterior shift(Map<String, INDArray> parameters) {
        return posterior(parameters, SHIFT_PREFIX);
    }

    private @Nullable WeightPosterior posterior(Map<String, INDArray> parameters, String prefix) {
        if (original.isLockGammaBeta()) {
            return null;
        }
        return prior.posterior(NamedPosterior.select(prior, parameters, prefix), ONE_INPUT);
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        return original.isLockGammaBeta()
                ? List.of()
                : List.of(
                        named(SCALE_PREFIX, NamedPosterior.Role.SCALE, parameters),
                        named(SHIFT_PREFIX, NamedPosterior.Role.SHIFT, parameters));
    }

    private NamedPosterior named(String name, NamedPosterior.Role role, Map<String, INDArray> parameters) {
        Map<String, INDArray> selected = NamedPosterior.select(prior, parameters, name);
        return new NamedPosterior(name, role, prior, prior.posterior(selected, ONE_INPUT), selected);
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        return values(parameters, WeightPosterior::mode);
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        return values(parameters, WeightPosterior::sample);
    }

    private Map<String, INDArray> values(Map<String, INDArray> parameters, Function<WeightPosterior, INDArray> chosen) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        posteriors(parameters).forEach(posterior -> values.put(posterior.name(), chosen.apply(posterior.posterior())));
        values.put(MEAN, Parameters.get(parameters, MEAN).dup());
        values.put(VARIANCE, Parameters.get(parameters, VARIANCE).dup());
        return values;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return shapes.values().stream().mapToLong(shape -> shape[1]).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return List.copyOf(shapes.keySet());
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return List.of();
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return List.of();
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
            Parameters.get(parameters, MEAN).assign(0);
            Parameters.get(parameters, VARIANCE).assign(1);
            initialise(parameters, SCALE_PREFIX, original.getGamma());
            initialise(parameters, SHIFT_PREFIX, original.getBeta());
        }
        return parameters;
    }

    private void initialise(Map<String, INDArray> parameters, String prefix, double mean) {
        WeightPosterior posterior = posterior(parameters, prefix);
        if (posterior != null) {
            posterior.startAt(Nd4j.valueArrayOf(posterior.shape(), mean));
        }
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradientView) {
        return views(gradientView);
    }

    private Map<String, INDArray> views(INDArray flat) {
        INDArray vector = flat.reshape(flat.length());
        Map<String, INDArray> views = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, long[]> entry : shapes.entrySet()) {
            long end = offset + entry.getValue()[1];
            views.put(
                    entry.getKey(),
                    vector.get(NDArrayIndex.interval(offset, end)).reshape('f', entry.getValue()));
            offset = end;
        }
        return views;
    }
}
