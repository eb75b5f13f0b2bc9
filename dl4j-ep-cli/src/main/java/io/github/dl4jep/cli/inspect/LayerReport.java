package io.github.dl4jep.cli.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.conf.EpFrozenLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.params.ChainedParamInitializer;
import io.github.dl4jep.params.NormalizationParamInitializer;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One layer.
 *
 * @param name its index and name in a list of layers, or its name in a graph
 * @param type the DL4J layer that it stands for
 * @param shape the shape of its weights, inputs of a unit by units, {@code 784x500}; null if it has none
 * @param unit its activation, or null if it has none
 * @param prior the prior of its weights, or null if it has none
 * @param weights their number, biases not counted; scales of a batch normalization are weights, its shifts biases
 * @param biases the number of biases
 * @param certain how many of weights and biases have a certain sign: |mean| &gt; 2 sd
 * @param meanDeviation the root mean square of the posterior standard deviations of weights and biases, or null if there are none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LayerReport(
        String name,
        String type,
        @Nullable String shape,
        @Nullable String unit,
        @Nullable String prior,
        long weights,
        long biases,
        long certain,
        @Nullable Double meanDeviation) {
    /** How many standard deviations a mean must be from 0 for its sign to be certain (97.7 % under a normal distribution). */
    private static final double CERTAIN = 2;

    /**
     * Looks at a layer.
     *
     * @param name what to call it
     * @param runtime the layer, initialised
     * @return the report
     */
    static LayerReport of(String name, org.deeplearning4j.nn.api.Layer runtime) {
        Layer conf = runtime.conf().getLayer();
        List<WeightPosterior> weights = new ArrayList<>();
        List<WeightPosterior> biases = new ArrayList<>();
        collect(conf.initializer(), runtime.paramTable(), weights, biases);
        Count ofWeights = Count.of(weights);
        Count ofBiases = Count.of(biases);
        Count all = ofWeights.plus(ofBiases);
        return new LayerReport(
                name,
                type(conf),
                weights.isEmpty() ? null : shape(weights),
                unit(conf),
                weights.isEmpty() ? null : prior(conf),
                ofWeights.number(),
                ofBiases.number(),
                all.certain(),
                all.number() == 0 ? null : Math.sqrt(all.variance() / all.number()));
    }

    private static void collect(
            ParamInitializer initializer,
            Map<String, INDArray> parameters,
            List<WeightPosterior> weights,
            List<WeightPosterior> biases) {
        if (initializer instanceof PosteriorParamInitializer layout) {
            weights.add(layout.weights(parameters));
            addIfPresent(biases, layout.bias(parameters));
        } else if (initializer instanceof ChainedParamInitializer layout) {
            weights.add(layout.first().weights(ChainedParamInitializer.first(parameters)));
            weights.add(layout.second().weights(parameters));
            addIfPresent(biases, layout.second().bias(parameters));
        } else if (initializer instanceof NormalizationParamInitializer layout) {
            addIfPresent(weights, layout.scale(parameters));
            addIfPresent(biases, layout.shift(parameters));
        }
    }

    private static void addIfPresent(List<WeightPosterior> list, @Nullable WeightPosterior posterior) {
        if (posterior != null) {
            list.add(posterior);
        }
    }

    private static String shape(List<WeightPosterior> weights) {
        List<String> shapes = new ArrayList<>();
        for (WeightPosterior posterior : weights) {
            INDArray mean = posterior.predictiveMean();
            shapes.add(mean.size(0) + "x" + mean.size(1));
        }
        return String.join("+", shapes);
    }

    private static String type(Layer conf) {
        Layer original = conf;
        if (conf instanceof EpFrozenLayer frozen) {
            return "frozen " + type(frozen.getUnderlying());
        }
        if (conf instanceof EpConvolutionLayer convolution) {
            original = convolution.getOriginal();
        } else if (conf instanceof EpWeightedLayer weighted) {
            original = weighted.getOriginal();
        } else if (conf instanceof EpBatchNormalization normalization) {
            original = normalization.getOriginal();
        } else if (conf instanceof EpFixedLayer fixed) {
            original = fixed.getOriginal();
        }
        String name = original.getClass().getSimpleName();
        return name.startsWith("Ep") ? name.substring(2) : name;
    }

    private static @Nullable String unit(Layer conf) {
        if (conf instanceof EpFrozenLayer frozen) {
            return unit(frozen.getUnderlying());
        }
        if (conf instanceof ActivationLayer activation) {
            return String.valueOf(activation.getActivationFn());
        }
        return conf instanceof BaseLayer base && !(conf instanceof EpBatchNormalization)
                ? String.valueOf(base.getActivationFn())
                : null;
    }

    private static @Nullable String prior(Layer conf) {
        if (conf instanceof EpFrozenLayer frozen) {
            return prior(frozen.getUnderlying());
        }
        if (conf instanceof EpDenseLayer dense) {
            return dense.getWeightPrior().toString();
        }
        if (conf instanceof EpOutputLayer output) {
            return output.getWeightPrior().toString();
        }
        if (conf instanceof EpConvolutionLayer convolution) {
            return convolution.getWeightPrior().toString();
        }
        return conf instanceof EpWeightedLayer weighted
                ? weighted.getWeightPrior().toString()
                : "gaussian";
    }

    /** Number of weights, of those whose sign is certain, and the sum of their variances. */
    private record Count(long number, long certain, double variance) {
        static Count of(List<WeightPosterior> posteriors) {
            Count sum = new Count(0, 0, 0);
            for (WeightPosterior posterior : posteriors) {
                sum = sum.plus(of(posterior));
            }
            return sum;
        }

        private static Count of(WeightPosterior posterior) {
            // The running average of means is what predicts.
            double[] mean = posterior.predictiveMean().dup('c').data().asDouble();
            double[] variance =
                    posterior.predictiveMoments().variance().dup('c').data().asDouble();
            long certain = 0;
            double sum = 0;
            for (int i = 0; i < mean.length; i++) {
                certain += Math.abs(mean[i]) > CERTAIN * Math.sqrt(variance[i]) ? 1 : 0;
                sum += variance[i];
            }
            return new Count(mean.length, certain, sum);
        }

        Count plus(Count other) {
            return new Count(number + other.number, certain + other.certain, variance + other.variance);
        }
    }
}
