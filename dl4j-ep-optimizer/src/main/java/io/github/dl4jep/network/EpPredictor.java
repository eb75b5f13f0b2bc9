package io.github.dl4jep.network;

import io.github.dl4jep.likelihood.Prediction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Predictions with uncertainty from an EP network. */
public final class EpPredictor {

    /** Rows predicted at once: large enough for fast matrix products, small enough for the cache. */
    private static final int ROWS = 1024;

    private final EpMultiLayerNetwork network;

    private EpPredictor(EpMultiLayerNetwork network) {
        this.network = network;
    }

    /**
     * A predictor for a network; it sees all further training of the network.
     *
     * @param network an initialised network
     * @return the predictor
     */
    public static EpPredictor of(EpMultiLayerNetwork network) {
        return new EpPredictor(network);
    }

    /**
     * Predicts from the moments of the posterior: deterministic, one forward sweep.
     *
     * @param features [n, ...]
     * @return mean, variances, class probabilities and entropy
     */
    public Prediction predict(INDArray features) {
        long rows = features.size(0);
        if (rows <= ROWS) {
            return network.predictMoments(features);
        }
        List<Prediction> parts = new ArrayList<>();
        for (long start = 0; start < rows; start += ROWS) {
            INDArray part = features.get(NDArrayIndex.interval(start, Math.min(start + ROWS, rows)));
            parts.add(network.predictMoments(part));
        }
        return concatenate(parts);
    }

    /**
     * Output potentials under draws of all weights from the posterior; each draw is one network for all rows, discrete weights
     * really discrete, and one time step, spikes really 0 or 1. Take the class from the mean over draws. Draws come from ND4J's
     * generator: set its seed to repeat them.
     *
     * @param features [n, ...]
     * @param draws number of draws, at least 1
     * @return [draws, n, outputs]; where labels stand at positions, [draws, n, outputs x positions]
     * @throws IllegalArgumentException if draws is not positive
     */
    public INDArray sample(INDArray features, int draws) {
        if (draws < 1) {
            throw new IllegalArgumentException("number of draws is " + draws + ", allowed: 1 and more");
        }
        return network.samplePotentials(features, draws);
    }

    /**
     * Predicts from the mean and the variance of the output potentials over such draws: {@link #predict} without the Gaussian
     * approximations between the layers, at the price of noise that falls with the root of the number of draws. The draws
     * themselves are not kept. The spikes' own randomness counts as epistemic variance.
     *
     * @param features [n, ...]
     * @param draws number of draws, at least 2
     * @return mean, variances, class probabilities and entropy
     * @throws IllegalArgumentException if there are fewer than 2 draws
     */
    public Prediction predictFromSamples(INDArray features, int draws) {
        if (draws < 2) {
            throw new IllegalArgumentException(
                    "number of draws is " + draws + ", allowed: 2 and more, because one has no variance");
        }
        return network.sweep()
                .predictFromSamples(network.inputs(features), draws)
                .get(0);
    }

    private static Prediction concatenate(List<Prediction> parts) {
        boolean classes = parts.get(0).isClassification();
        return new Prediction(
                stack(parts, Prediction::mean),
                stack(parts, Prediction::epistemicVariance),
                stack(parts, Prediction::aleatoricVariance),
                classes ? stack(parts, Prediction::probabilities) : noProbabilities(),
                stack(parts, Prediction::entropy));
    }

    private static @Nullable INDArray noProbabilities() {
        return null;
    }

    private static INDArray stack(List<Prediction> parts, java.util.function.Function<Prediction, INDArray> field) {
        return Nd4j.vstack(parts.stream().map(field).toArray(INDArray[]::new));
    }
}
