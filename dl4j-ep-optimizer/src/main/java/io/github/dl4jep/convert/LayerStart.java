package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.EpHiddenLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.EpWeightConf;
import io.github.dl4jep.conf.EpWrapperLayer;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.OffsetPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.samediff.AbstractSameDiffLayer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.layers.FrozenLayerWithBackprop;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/** The weights of one layer of a network that was trained by gradients, as the means of a posterior with a prior around them. */
final class LayerStart {

    /** Variance of the prior of layers that never learn, as a share of the mean square of their weights: they are known. */
    private static final double FROZEN_SHARE = 1e-6;

    private final String label;
    private final Layer stock;
    private final org.deeplearning4j.nn.conf.layers.Layer converted;
    private final Layer layer;
    private final @Nullable LayerStart before;
    private final boolean frozen;

    /**
     * One layer of both networks.
     *
     * @param name the layer's name, for options and messages
     * @param stock its runtime in the trained network, frozen or not
     * @param layer its runtime in the EP network, drawn from the prior
     * @param before the layer whose activation only this one reads, or null
     */
    LayerStart(String name, Layer stock, Layer layer, @Nullable LayerStart before) {
        this.label = name;
        this.frozen = isFrozen(stock);
        this.stock = unfrozen(stock);
        this.layer = layer;
        this.converted = inside(EpConf.unfrozen(layer.conf().getLayer()));
        this.before = before;
    }

    /** The layer with the weights. */
    private static org.deeplearning4j.nn.conf.layers.Layer inside(org.deeplearning4j.nn.conf.layers.Layer layer) {
        return layer instanceof EpWrapperLayer wrapper ? inside(wrapper.getUnderlying()) : layer;
    }

    private static boolean isFrozen(Layer layer) {
        return layer instanceof FrozenLayer || layer instanceof FrozenLayerWithBackprop;
    }

    private static Layer unfrozen(Layer layer) {
        return isFrozen(layer) ? unfrozen(((BaseWrapperLayer) layer).getUnderlying()) : layer;
    }

    /** Whether its weights are those of a stock layer: an EP layer keeps its posterior in another way. */
    boolean isStock() {
        return !(stock.conf().getLayer() instanceof EpConf) && stock.numParams() > 0 && layer.numParams() > 0;
    }

    /** Whether it never learns. */
    boolean isFrozen() {
        return frozen;
    }

    /** Whether a trainer has moved its biases, or what it knows of its input. Null where it has neither. */
    @Nullable
    Boolean isTrained() {
        return isTrained(stock);
    }

    /** The same of any layer. */
    static @Nullable Boolean isTrained(Layer layer) {
        Layer stock = unfrozen(layer);
        INDArray mean = stock.paramTable().get(BatchNormalizationParamInitializer.GLOBAL_MEAN);
        if (mean != null) {
            return mean.neq(0).any();
        }
        INDArray bias = stock.paramTable().get(DefaultParamInitializer.BIAS_KEY);
        // The forget gates of an LSTM begin with a bias of their own.
        if (bias == null || !(stock.conf().getLayer() instanceof BaseLayer conf) || conf instanceof AbstractLSTM) {
            return null;
        }
        return bias.neq(conf.getBiasInit()).any();
    }

    String label() {
        return label;
    }

    /** Whether the layer's type says where all of its weights are in the stock layer. */
    boolean isReadable() {
        return PosteriorLayout.of(layer).isEmpty()
                || PosteriorLayout.of(layer).stream().map(NamedPosterior::name).allMatch(values()::containsKey);
    }

    /** Why these weights cannot be means, or null. */
    @Nullable
    String problem() {
        return converted instanceof EpWeightConf weighted
                        && !weighted.getWeightPrior().hasNormalPosterior()
                ? "layer \"" + label + "\" has the prior " + weighted.getWeightPrior()
                        + ", under which a weight has no given mean; use a Gaussian prior"
                : null;
    }

    /** Sets the prior of a layer around its weights. */
    void setPrior(double share, PriorChoice priors) {
        WeightPrior named = converted instanceof EpOutputConf ? priors.namedForOutput(label) : priors.named(label);
        if (named != null && !frozen) {
            return;
        }
        double wanted = frozen ? FROZEN_SHARE : share;
        double scale = wanted * meanSquareInUnitsOfTheScale();
        if (!(scale > 0)) {
            return;
        }
        GaussianPrior prior = new GaussianPrior(scale);
        if (converted instanceof EpOutputLayer output
                && output.effectiveLikelihood().teacher() != null) {
            output.setReadoutPrior(prior);
        } else if (converted instanceof EpHiddenLayer readout && readout.getReadoutPrior() != null) {
            readout.setReadoutPrior(prior);
        } else if (converted instanceof EpWeightConf weighted) {
            boolean centred = weighted.getWeightPrior() instanceof GaussianPrior before && before.isCentred();
            weighted.setWeightPrior(centred ? prior.forOutput() : prior);
        } else if (converted instanceof EpBatchNormalization normalization) {
            normalization.setPrior(prior);
        }
    }

    /** Mean square of the weights, as a multiple of the variance that a prior of scale 1 has. */
    private double meanSquareInUnitsOfTheScale() {
        Map<String, INDArray> values = values();
        double sum = 0;
        int arrays = 0;
        for (NamedPosterior of : PosteriorLayout.of(layer)) {
            if (of.role().isFactor() && of.prior() instanceof GaussianPrior prior) {
                INDArray weights = Parameters.get(values, of.name());
                double unit = 1 / (prior.getScale() * Parameters.scalar(of.parameters(), GaussianPrior.PRECISION));
                double norm = weights.norm2Number().doubleValue();
                sum += norm * norm / weights.length() / unit;
                arrays++;
            }
        }
        return arrays == 0 ? 0 : sum / arrays;
    }

    /** The weights of the stock layer, by the names of the posteriors. */
    private Map<String, INDArray> values() {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        PosteriorLayout.of(layer).forEach(of -> shapes.put(of.name(), of.shape()));
        Map<String, INDArray> values;
        try {
            values = LayerTypes.stockValues(stock, shapes);
        } catch (IllegalArgumentException e) {
            throw new DL4JInvalidConfigException(
                    "The weights of layer \"" + label + "\" are no start: " + e.getMessage(), e);
        }
        values.forEach((name, value) -> {
            if (!Double.isFinite(value.sumNumber().doubleValue())) {
                throw new DL4JInvalidConfigException("The weights of layer \"" + label + "\" are no start: \"" + name
                        + "\" has elements that are not finite; load the network again, or train it anew");
            }
        });
        return values;
    }

    /** Puts the weights of a hidden layer into the posterior. */
    void put() {
        if (!(converted instanceof EpOutputConf)) {
            put(values());
        }
    }

    /** Puts the weights of an output into the posterior, in the units of its likelihood. */
    void putOutput(List<LayerStart> kept) {
        boolean isEp = stock.conf().getLayer() instanceof EpConf;
        LayerStart scaled = converted instanceof EpOutputLayer ? this : before;
        if (!(converted instanceof EpOutputConf output) || isEp || (scaled != null && !kept.contains(scaled))) {
            return;
        }
        if (scaled == null || !scaled.isLinear()) {
            output.effectiveLikelihood().startFromStock(null, layer.paramTable());
            return;
        }
        Map<String, INDArray> values = scaled.values();
        INDArray weights = Parameters.get(values, PosteriorParamInitializer.WEIGHT_PREFIX);
        INDArray bias = values.get(PosteriorParamInitializer.BIAS_PREFIX);
        Likelihood.PointScale scale =
                output.effectiveLikelihood().startFromStock(size(weights, bias), layer.paramTable());
        long outputs = weights.columns();
        INDArray factor = scale.factor().castTo(weights.dataType()).broadcast(1, outputs);
        weights.diviRowVector(factor);
        if (bias != null) {
            INDArray offset = scale.offset().castTo(weights.dataType()).broadcast(1, outputs);
            bias.subi(offset).divi(factor);
        }
        scaled.put(values);
    }

    /** A SameDiff layer may have any function, whatever its parameters are called. */
    private boolean isLinear() {
        if (EpConf.definition(converted) instanceof AbstractSameDiffLayer) {
            return false;
        }
        return converted instanceof EpOutputLayer
                || (converted instanceof FeedForwardLayer linear
                        && linear.getActivationFn() instanceof ActivationIdentity
                        && PosteriorLayout.of(layer).size() <= 2
                        && isStock()
                        && PosteriorLayout.of(layer).stream()
                                .anyMatch(of -> of.name().equals(PosteriorParamInitializer.WEIGHT_PREFIX)));
    }

    /** Typical size of each output for inputs of size 1. */
    private static INDArray size(INDArray weights, @Nullable INDArray bias) {
        INDArray squares = weights.mul(weights).sum(true, 0);
        if (bias != null) {
            squares.addi(bias.mul(bias));
        }
        INDArray size = Transforms.sqrt(squares.castTo(DataType.DOUBLE), false);
        return size.addi(size.eq(0).castTo(DataType.DOUBLE));
    }

    private void put(Map<String, INDArray> values) {
        for (NamedPosterior of : PosteriorLayout.of(layer)) {
            if (of.posterior() instanceof OffsetPosterior sum) {
                sum.other().initialiseBias(); // The teacher knows nothing yet, so that the sum are the weights.
            }
            of.posterior().startAt(Parameters.get(values, of.name()));
            values.remove(of.name());
        }
        // What else the layer has learned: statistics of batch normalization.
        values.forEach((name, value) -> Parameters.get(layer.paramTable(), name).assign(value));
    }
}
