package io.github.dl4jep.benchmarks;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Other ways to rank the Gaussian weights of a chain of dense layers than {@link EpMultiLayerNetwork#prune} has, to compare with it. */
enum PruningCriterion {
    /** |mean| / sd, the same part of every layer. */
    SIGNAL_TO_NOISE_PER_LAYER("|mean| / sd, layer by layer") {
        @Override
        INDArray score(INDArray mean, INDArray precision, INDArray input) {
            return mean.mul(mean).muli(precision);
        }

        @Override
        boolean perLayer() {
            return true;
        }
    },
    /** |mean|. */
    MAGNITUDE("|mean|") {
        @Override
        INDArray score(INDArray mean, INDArray precision, INDArray input) {
            return Transforms.abs(mean, true);
        }
    },
    /** What the weight adds to the mean square of its unit's potential. */
    CONTRIBUTION("mean^2 E[input^2]") {
        @Override
        INDArray score(INDArray mean, INDArray precision, INDArray input) {
            return mean.mul(mean).muliColumnVector(input);
        }
    },
    /** The same, the same part of every layer. */
    CONTRIBUTION_PER_LAYER("mean^2 E[input^2], layer by layer") {
        @Override
        INDArray score(INDArray mean, INDArray precision, INDArray input) {
            return mean.mul(mean).muliColumnVector(input);
        }

        @Override
        boolean perLayer() {
            return true;
        }
    },
    /** How much less probable zero is than the mean, and how narrow the posterior is: -log q(0). */
    DENSITY_AT_ZERO("-log density at 0") {
        @Override
        INDArray score(INDArray mean, INDArray precision, INDArray input) {
            return mean.mul(mean).muli(precision).subi(Transforms.log(precision, true));
        }
    };

    private static final int ROWS = 2000;

    private final String title;

    PruningCriterion(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }

    /** The larger, the later a weight is removed; [nIn, nOut] as mean and precision; input is E v^2, [nIn, 1]. */
    abstract INDArray score(INDArray mean, INDArray precision, INDArray input);

    boolean perLayer() {
        return false;
    }

    /** A pruned copy. */
    EpMultiLayerNetwork prune(EpMultiLayerNetwork network, double fraction, INDArray features) {
        EpMultiLayerNetwork pruned = network.prune(0);
        INDArray rows = features.get(NDArrayIndex.interval(0, ROWS));
        List<INDArray> activations = network.feedForward(rows, false);
        List<INDArray> scores = IntStream.range(0, network.getnLayers())
                .mapToObj(i -> score(
                        network.getLayer(i).getParam("WAveragedMean"),
                        network.getLayer(i).getParam("WPrecision"),
                        secondMoment(activations.get(i))))
                .toList();
        double common = perLayer() ? 0 : threshold(Nd4j.concat(0, flat(scores)), fraction);
        for (int i = 0; i < scores.size(); i++) {
            INDArray score = scores.get(i);
            double threshold = perLayer() ? threshold(score, fraction) : common;
            INDArray kept = pruned.getLayer(i).getParam("WKept");
            kept.assign(score.gte(threshold).castTo(kept.dataType()));
        }
        return pruned;
    }

    private static INDArray secondMoment(INDArray activation) {
        return activation.mul(activation).mean(0).reshape(activation.size(1), 1);
    }

    private static INDArray[] flat(List<INDArray> scores) {
        return scores.stream()
                .map(score -> score.dup('c').reshape(score.length()))
                .toArray(INDArray[]::new);
    }

    private static double threshold(INDArray score, double fraction) {
        float[] sorted = score.dup('c').data().asFloat();
        Arrays.sort(sorted);
        return sorted[(int) Math.round(fraction * sorted.length)];
    }
}
