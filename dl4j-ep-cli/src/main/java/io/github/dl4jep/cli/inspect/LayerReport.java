package io.github.dl4jep.cli.inspect;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.runtime.FrozenRuntime;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.jspecify.annotations.Nullable;

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
        List<NamedPosterior> weights = new ArrayList<>();
        List<NamedPosterior> biases = new ArrayList<>();
        for (NamedPosterior posterior : PosteriorLayout.of(runtime)) {
            (posterior.role().isFactor() ? weights : biases).add(posterior);
        }
        Count ofWeights = Count.of(weights);
        Count ofBiases = Count.of(biases);
        Count all = ofWeights.plus(ofBiases);
        return new LayerReport(
                name,
                type(conf, runtime),
                weights.isEmpty() ? null : shape(weights),
                unit(EpConf.definition(conf)),
                weights.isEmpty() ? null : weights.get(0).prior().toString(),
                ofWeights.number(),
                ofBiases.number(),
                all.certain(),
                all.number() == 0 ? null : Math.sqrt(all.variance() / all.number()));
    }

    private static String shape(List<NamedPosterior> weights) {
        return weights.stream()
                .map(posterior -> posterior.shape()[0] + "x" + posterior.shape()[1])
                .collect(Collectors.joining("+"));
    }

    private static String type(Layer conf, org.deeplearning4j.nn.api.Layer runtime) {
        Layer definition = EpConf.definition(conf);
        String name = definition.getClass().getSimpleName();
        if (definition instanceof LastTimeStep last) {
            name += " of " + last.getUnderlying().getClass().getSimpleName();
        }
        return (runtime instanceof FrozenRuntime ? "frozen " : "") + (name.startsWith("Ep") ? name.substring(2) : name);
    }

    private static @Nullable String unit(Layer definition) {
        if (definition instanceof LastTimeStep last) {
            return unit(last.getUnderlying());
        }
        if (definition instanceof ActivationLayer activation) {
            return String.valueOf(activation.getActivationFn());
        }
        return definition instanceof BaseLayer base && !(definition instanceof BatchNormalization)
                ? String.valueOf(base.getActivationFn())
                : null;
    }

    /** Number of weights, of those whose sign is certain, and the sum of their variances. */
    private record Count(long number, long certain, double variance) {
        static Count of(List<NamedPosterior> posteriors) {
            Count sum = new Count(0, 0, 0);
            for (NamedPosterior posterior : posteriors) {
                sum = sum.plus(of(posterior.posterior()));
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
