package io.github.dl4jep.prune;

import io.github.dl4jep.conf.EpConf;
import io.github.dl4jep.conf.EpWeightConf;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.stock.StockGraph;
import io.github.dl4jep.stock.StockNetworks;
import io.github.dl4jep.weight.OffsetPosterior;
import io.github.dl4jep.weight.PrunedPrior;
import io.github.dl4jep.weight.WeightPosterior;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Removes the weights of least signal to noise, |mean| / standard deviation of the posterior, over all arrays of weights of a
 * network. Source: A. Graves 2011, "Practical Variational Inference for Neural Networks", section 4; biases are kept.
 */
public final class Pruning {

    private Pruning() {}

    /** A pruned copy, made by {@code create} of its definition. */
    public static <N extends MultiLayerNetwork> N of(
            N network, double fraction, Function<MultiLayerConfiguration, N> create) {
        requireFraction(fraction);
        MultiLayerConfiguration conf = network.getLayerWiseConfigurations().clone();
        prunePriors(conf.getConfs());
        N pruned = create.apply(conf);
        StockNetworks.initialise(pruned);
        take(network.getLayers(), pruned.getLayers(), fraction);
        pruned.setScore(network.score());
        return pruned;
    }

    /** A pruned copy, made by {@code create} of its definition. */
    public static <N extends ComputationGraph> N of(
            N graph, double fraction, Function<ComputationGraphConfiguration, N> create) {
        requireFraction(fraction);
        ComputationGraphConfiguration conf = GraphConfigurations.copy(graph.getConfiguration());
        prunePriors(conf.getVertices().values().stream()
                .filter(LayerVertex.class::isInstance)
                .map(vertex -> ((LayerVertex) vertex).getLayerConf())
                .toList());
        N pruned = create.apply(conf);
        StockGraph.initialise(pruned);
        take(graph.getLayers(), pruned.getLayers(), fraction);
        pruned.setScore(graph.score());
        return pruned;
    }

    /**
     * Moves zeros: in each array of weights some of those that are there, of which the data say least, are removed, and as many others come
     * back, drawn at random, with the posterior that they had.
     *
     * @param layers the network's layers, changed
     * @param share of the weights that are there, in [0, 1]
     * @param seed of the draw
     * @throws IllegalArgumentException if the share is outside its range, or no layer has zeros
     */
    public static void rewire(Layer[] layers, double share, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException(
                    "the share of weights to move is " + share + ", allowed: 0 to 1; for example 0.2");
        }
        List<NamedPosterior> sparse = Stream.of(layers)
                .flatMap(layer -> PosteriorLayout.of(layer).stream())
                .filter(array -> array.role() == NamedPosterior.Role.WEIGHTS
                        && array.parameters().containsKey(PrunedPrior.KEPT))
                .toList();
        if (sparse.isEmpty()) {
            throw new IllegalArgumentException("the network has no zeros to move; make it with"
                    + " EpOptions.builder().sparsity(0.9), or prune it");
        }
        Random random = new Random(seed);
        sparse.forEach(array -> rewire(array, share, random));
    }

    private static void rewire(NamedPosterior array, double share, Random random) {
        INDArray kept = kept(array);
        float[] before = kept.dup('c').data().asFloat();
        int[] zeros =
                IntStream.range(0, before.length).filter(i -> before[i] == 0).toArray();
        int moved = (int) Math.min(zeros.length, Math.round(share * (before.length - zeros.length)));
        float[] information = array.posterior().information().dup('c').data().asFloat();
        float[] after =
                Threshold.of(List.of(information), (long) zeros.length + moved).mask(information);
        for (int i = 0; i < moved; i++) {
            int other = i + random.nextInt(zeros.length - i);
            after[zeros[other]] = 1;
            zeros[other] = zeros[i];
        }
        kept.assign(Nd4j.createFromArray(after).reshape('c', kept.shape()).castTo(kept.dataType()));
    }

    private static void requireFraction(double fraction) {
        if (!(fraction >= 0 && fraction < 1)) {
            throw new IllegalArgumentException("the fraction of weights to remove is " + fraction
                    + ", allowed: 0 (none) and more, but less than 1 (all); for example 0.9 keeps a tenth");
        }
    }

    private static void prunePriors(List<NeuralNetConfiguration> confs) {
        List<String> refused = new ArrayList<>();
        for (NeuralNetConfiguration conf : confs) {
            conf.clearVariables();
            EpWeightConf weights = EpConf.weights(conf.getLayer());
            if (weights != null) {
                if (weights.getWeightPrior().allowsZero()) {
                    weights.setWeightPrior(PrunedPrior.of(weights.getWeightPrior()));
                } else {
                    refused.add("\"" + conf.getLayer().getLayerName() + "\" (" + weights.getWeightPrior() + ")");
                }
            }
        }
        if (!refused.isEmpty()) {
            throw new DL4JInvalidConfigException(
                    "The network cannot be pruned: weights of the layer(s) " + String.join(", ", refused)
                            + " are never zero; give them a prior with a zero, such as TernaryPrior");
        }
    }

    /** Copies the posteriors and removes weights from the copy. */
    private static void take(Layer[] from, Layer[] to, double fraction) {
        List<NamedPosterior> arrays = Stream.of(to)
                .flatMap(layer -> PosteriorLayout.of(layer).stream())
                .filter(array -> array.role() == NamedPosterior.Role.WEIGHTS)
                .toList();
        arrays.forEach(array -> kept(array).assign(1));
        for (int i = 0; i < from.length; i++) {
            Layer copy = to[i];
            from[i].paramTable().forEach((name, values) -> copy.getParam(name).assign(values));
        }
        remove(arrays, fraction);
    }

    private static void remove(List<NamedPosterior> arrays, double fraction) {
        List<float[]> ratios = arrays.stream().map(Pruning::signalToNoise).toList();
        long total = ratios.stream().mapToLong(ratio -> ratio.length).sum();
        Threshold threshold = Threshold.of(ratios, Math.round(fraction * total));
        for (int i = 0; i < ratios.size(); i++) {
            INDArray kept = kept(arrays.get(i));
            float[] mask = threshold.mask(ratios.get(i));
            kept.muli(Nd4j.createFromArray(mask).reshape('c', kept.shape()).castTo(kept.dataType()));
        }
    }

    /** 1 for weights that are kept, 0 for others; a view. */
    private static INDArray kept(NamedPosterior array) {
        return Parameters.get(array.parameters(), PrunedPrior.KEPT);
    }

    /**
     * Mean squared over variance of every weight, in c-order, as predictions see them; -1 for a weight that is zero for certain. Where a
     * teacher stands beside a softmax, the variance is the teacher's: a softmax that has its classes right says little about its weights.
     */
    private static float[] signalToNoise(NamedPosterior array) {
        WeightPosterior posterior = array.posterior();
        WeightPosterior measured = posterior instanceof OffsetPosterior sum ? sum.other() : posterior;
        float[] mean = posterior.predictiveMean().dup('c').data().asFloat();
        float[] variance =
                measured.predictiveMoments().variance().dup('c').data().asFloat();
        float[] ratio = new float[mean.length];
        for (int i = 0; i < ratio.length; i++) {
            ratio[i] = mean[i] == 0 && variance[i] == 0 ? -1 : mean[i] * mean[i] / variance[i];
        }
        return ratio;
    }

    /** What is below is removed, and of what is equal the first few, so that the number is exact. */
    private static final class Threshold {
        private final float value;
        private long equalToRemove;

        private Threshold(float value, long equalToRemove) {
            this.value = value;
            this.equalToRemove = equalToRemove;
        }

        static Threshold of(List<float[]> ratios, long count) {
            if (count == 0) {
                return new Threshold(Float.NEGATIVE_INFINITY, 0);
            }
            float[] sorted = concatenated(ratios);
            Arrays.parallelSort(sorted);
            int last = Math.toIntExact(count - 1);
            int first = last;
            while (first > 0 && sorted[first - 1] == sorted[last]) {
                first--;
            }
            return new Threshold(sorted[last], count - first);
        }

        private static float[] concatenated(List<float[]> ratios) {
            float[] all =
                    new float[ratios.stream().mapToInt(ratio -> ratio.length).sum()];
            int start = 0;
            for (float[] ratio : ratios) {
                System.arraycopy(ratio, 0, all, start, ratio.length);
                start += ratio.length;
            }
            return all;
        }

        float[] mask(float[] ratio) {
            float[] mask = new float[ratio.length];
            for (int i = 0; i < mask.length; i++) {
                boolean removed = ratio[i] < value || (ratio[i] == value && equalToRemove-- > 0);
                mask[i] = removed ? 0 : 1;
            }
            return mask;
        }
    }
}
