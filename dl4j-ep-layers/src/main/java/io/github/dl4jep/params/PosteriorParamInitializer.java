package io.github.dl4jep.params;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * The parameters of a layer with weights [nIn, nOut], bias [1, nOut] and, for an output layer, a likelihood: the natural
 * parameters of the weights ({@code WPrecision}, ...), of the bias ({@code bPrecision}, ...), then what the likelihood learns.
 *
 * <p>All arrays are f-ordered views of the flat vector, as DL4J's own weights are.
 */
public final class PosteriorParamInitializer implements PosteriorLayout {

    /** Put before the names of the weights' parameters. */
    public static final String WEIGHT_PREFIX = "W";
    /** Put before the names of the bias' parameters. */
    public static final String BIAS_PREFIX = "b";
    /**
     * The running average of the layer's input, [1, nIn], where modes of the weights differ from their means: it corrects the
     * thresholds of a point network.
     */
    public static final String INPUT_MEAN = "inputMean";

    private final WeightPrior prior;
    private final WeightPrior biasPrior;
    private final PriorScale scale;
    private final int groups;
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final int weightCount;
    private final int biasCount;
    private final @Nullable Likelihood likelihood;
    private final @Nullable TeacherParameters teacher;
    private final @Nullable ReadoutWeights readout;
    private double @Nullable [] firstBiases;

    /**
     * The layout of a layer.
     *
     * @param prior prior of the weights, which names that of the bias
     * @param scale fan-in and gain; a layer without inputs yet set has fan-in 1
     * @param nIn number of inputs
     * @param nOut number of outputs
     * @param hasBias whether there is a bias
     * @param likelihood likelihood of an output layer, or null
     */
    public PosteriorParamInitializer(
            WeightPrior prior,
            PriorScale scale,
            long nIn,
            long nOut,
            boolean hasBias,
            @Nullable Likelihood likelihood) {
        this(prior, scale, 1, nIn, nOut, hasBias ? nOut : 0, likelihood, ReadoutWeights.defaultPrior(likelihood));
    }

    /**
     * The layout of a layer whose units each see one group of the inputs only.
     *
     * @param prior prior of the weights, which names that of the bias
     * @param scale fan-in and gain
     * @param groups number of groups
     * @param nIn number of inputs in a group
     * @param nOut number of outputs of all groups, group by group
     * @param biases number of biases: nOut, or nOut / groups that all groups share, or 0
     * @param likelihood likelihood of an output layer, or null
     * @param readoutPrior prior of the weights that are added to those of a teacher, the likelihood's or that of a loss layer behind these
     *     weights; null where there is no such layer
     */
    public PosteriorParamInitializer(
            WeightPrior prior,
            PriorScale scale,
            int groups,
            long nIn,
            long nOut,
            long biases,
            @Nullable Likelihood likelihood,
            @Nullable WeightPrior readoutPrior) {
        boolean hasBias = biases > 0;
        this.prior = prior;
        this.groups = groups;
        this.biasPrior = prior.biasPrior();
        this.likelihood = likelihood;
        this.teacher = TeacherParameters.of(likelihood, prior);
        this.scale = teacher == null ? scale : teacher.scaled(scale);
        for (String name : prior.parameterNames()) {
            shapes.put(WEIGHT_PREFIX + name, prior.shapeOf(name, new long[] {nIn, nOut}));
        }
        this.weightCount = shapes.size();
        if (hasBias) {
            for (String name : biasPrior.parameterNames()) {
                shapes.put(BIAS_PREFIX + name, biasPrior.shapeOf(name, new long[] {1, biases}));
            }
        }
        this.biasCount = shapes.size() - weightCount;
        if (hasBias && !prior.modeIsMean()) {
            shapes.put(INPUT_MEAN, new long[] {1, groups * nIn});
        }
        if (likelihood != null) {
            likelihood
                    .parameterLengths(Math.toIntExact(nOut))
                    .forEach((name, length) -> shapes.put(name, new long[] {1, length}));
        }
        boolean addsReadout = likelihood == null || (teacher != null && !teacher.shared());
        this.readout =
                readoutPrior == null || !addsReadout ? null : new ReadoutWeights(readoutPrior, scale.fanIn(), hasBias);
        if (readout != null) {
            shapes.putAll(readout.shapes(nIn, nOut));
        }
        if (teacher != null) {
            shapes.putAll(teacher.shapes(nOut));
        }
    }

    /**
     * Normal biases start elsewhere than at zero.
     *
     * @param means of all biases
     * @return this
     */
    public PosteriorParamInitializer startingBiasesAt(double[] means) {
        firstBiases = means.clone();
        return this;
    }

    /**
     * Whether the weights have a normal posterior.
     *
     * @return false for discrete ones, and for spike and slab
     */
    public boolean hasNormalWeights() {
        return prior.hasNormalPosterior();
    }

    /**
     * Whether there is a bias.
     *
     * @return true if {@link #bias} gives one
     */
    public boolean hasBias() {
        return biasCount > 0;
    }

    /**
     * What a teacher has here.
     *
     * @return its likelihood and whose weights it sees, or null where there is no teacher
     */
    public @Nullable TeacherParameters teacher() {
        return teacher;
    }

    /**
     * The weights of the potentials where {@link #weights} are those of a teacher.
     *
     * @return their layout, or null where there is no teacher, or one array of weights is both
     */
    public @Nullable ReadoutWeights readout() {
        return readout;
    }

    /**
     * The posterior of the weights in a layer's parameters.
     *
     * @param parameters the layer's parameter table
     * @return the posterior, a view
     */
    public WeightPosterior weights(Map<String, INDArray> parameters) {
        return prior.posterior(NamedPosterior.select(prior, parameters, WEIGHT_PREFIX), scale);
    }

    /**
     * The posterior of the bias in a layer's parameters.
     *
     * @param parameters the layer's parameter table
     * @return the posterior, a view, or null if the layer has no bias
     */
    public @Nullable WeightPosterior bias(Map<String, INDArray> parameters) {
        return hasBias() ? biasPrior.posterior(NamedPosterior.select(biasPrior, parameters, BIAS_PREFIX), scale) : null;
    }

    /**
     * The running average of the layer's input.
     *
     * @param parameters the layer's parameter table
     * @return a view [1, groups x nIn], or null where it is not needed
     */
    public @Nullable INDArray inputMean(Map<String, INDArray> parameters) {
        return shapes.containsKey(INPUT_MEAN) ? Parameters.get(parameters, INPUT_MEAN) : null;
    }

    /**
     * The weights of a point network: the modes. Where a mode is not the mean, the biases take up what that changes at the
     * average input, so that the mean potential of every unit stays what the posterior says: \( b + \bar x (M - W) \). It matters
     * most for inputs that hardly vary, whose many small means a mode would all round up. Own, docs/algorithm.md, section 7.
     *
     * @param parameters the layer's parameter table
     * @return weights and bias
     */
    public StockWeights point(Map<String, INDArray> parameters) {
        StockWeights point = pointOfWeights(parameters);
        return readout == null ? point : point.plus(readout.means(parameters));
    }

    private StockWeights pointOfWeights(Map<String, INDArray> parameters) {
        WeightPosterior posterior = weights(parameters);
        WeightPosterior biasPosterior = bias(parameters);
        INDArray weights = posterior.mode();
        if (biasPosterior == null) {
            return new StockWeights(weights, null);
        }
        INDArray bias = biasPosterior.mode();
        INDArray inputMean = inputMean(parameters);
        if (inputMean != null) {
            INDArray rounded = posterior.predictiveMean().subi(weights);
            INDArray added = new WeightGroups(groups).product(inputMean, rounded);
            boolean shared = bias.length() < added.length();
            bias.addi(shared ? added.reshape('c', groups, bias.length()).mean(true, 0) : added);
        }
        return new StockWeights(weights, bias);
    }

    /**
     * One draw of all weights and biases, by ND4J's generator.
     *
     * @param parameters the layer's parameter table
     * @return weights and bias
     */
    public StockWeights sample(Map<String, INDArray> parameters) {
        List<NamedPosterior> posteriors = posteriors(parameters);
        return new StockWeights(
                posteriors.get(0).posterior().sample(),
                posteriors.size() == 1 ? null : posteriors.get(1).posterior().sample());
    }

    @Override
    public List<NamedPosterior> posteriors(Map<String, INDArray> parameters) {
        List<NamedPosterior> posteriors = new ArrayList<>();
        posteriors.add(named(WEIGHT_PREFIX, NamedPosterior.Role.WEIGHTS, prior, parameters));
        if (biasCount > 0) {
            posteriors.add(named(BIAS_PREFIX, NamedPosterior.Role.BIAS, biasPrior, parameters));
        }
        return posteriors;
    }

    private NamedPosterior named(
            String name, NamedPosterior.Role role, WeightPrior of, Map<String, INDArray> parameters) {
        Map<String, INDArray> selected = NamedPosterior.select(of, parameters, name);
        WeightPosterior posterior = of.posterior(selected, scale);
        return new NamedPosterior(
                name, role, of, readout == null ? posterior : readout.added(role, posterior, parameters), selected);
    }

    @Override
    public Map<String, INDArray> modes(Map<String, INDArray> parameters) {
        return values(point(parameters));
    }

    @Override
    public Map<String, INDArray> draws(Map<String, INDArray> parameters) {
        return values(sample(parameters));
    }

    private static Map<String, INDArray> values(StockWeights chosen) {
        Map<String, INDArray> values = new LinkedHashMap<>();
        values.put(WEIGHT_PREFIX, chosen.weights());
        if (chosen.bias() != null) {
            values.put(BIAS_PREFIX, chosen.bias());
        }
        return values;
    }

    @Override
    public long numParams(NeuralNetConfiguration conf) {
        return numParams(conf.getLayer());
    }

    @Override
    public long numParams(Layer layer) {
        return shapes.values().stream().mapToLong(shape -> shape[0] * shape[1]).sum();
    }

    @Override
    public List<String> paramKeys(Layer layer) {
        return new ArrayList<>(shapes.keySet());
    }

    @Override
    public List<String> weightKeys(Layer layer) {
        return paramKeys(layer).subList(0, weightCount);
    }

    @Override
    public List<String> biasKeys(Layer layer) {
        return paramKeys(layer).subList(weightCount, weightCount + biasCount);
    }

    @Override
    public boolean isWeightParam(Layer layer, String key) {
        return weightKeys(layer).contains(key);
    }

    @Override
    public boolean isBiasParam(Layer layer, String key) {
        return biasKeys(layer).contains(key);
    }

    @Override
    public Map<String, INDArray> init(NeuralNetConfiguration conf, INDArray paramsView, boolean initializeParams) {
        Map<String, INDArray> parameters = Collections.synchronizedMap(views(paramsView));
        parameters.keySet().forEach(conf::addVariable);
        if (initializeParams) {
            weights(parameters).initialiseWeights();
            WeightPosterior bias = bias(parameters);
            if (bias != null) {
                bias.initialiseBias();
                if (firstBiases != null && biasPrior.hasNormalPosterior()) {
                    bias.startAt(Nd4j.createFromArray(firstBiases).reshape(bias.shape()));
                }
            }
            INDArray inputMean = inputMean(parameters);
            if (inputMean != null) {
                inputMean.assign(0);
            }
            if (readout != null) {
                readout.initialise(parameters);
            }
            if (likelihood != null) {
                likelihood.initialise(parameters);
            }
            if (teacher != null) {
                teacher.initialise(parameters);
            }
        }
        return parameters;
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
            long[] shape = entry.getValue();
            long length = shape[0] * shape[1];
            INDArray part = vector.get(NDArrayIndex.interval(offset, offset + length));
            views.put(entry.getKey(), part.reshape('f', shape));
            offset += length;
        }
        if (offset != vector.length()) {
            throw new IllegalArgumentException(
                    "parameter vector has length " + vector.length() + ", but the layer needs " + offset);
        }
        return views;
    }
}
