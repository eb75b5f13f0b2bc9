package io.github.dl4jep.network;

import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Predictions with uncertainty from an EP network, as {@link EpNetwork#predictor()} returns it; it sees all further training. The
 * methods that end in {@code All} return one prediction for each output of a graph, in their order; the others are for networks with one output.
 *
 * <p>Safe for use by any number of threads at once: predictions change no parameter. Each block of rows is predicted from the posterior between
 * two batches, should another thread train the network.
 */
public final class EpPredictor {

    /** Rows predicted at once: large enough for fast matrix products, small enough for the cache. */
    private static final int ROWS = 1024;
    /** Features predicted at once, for images: their activations are many times as large. */
    private static final long FEATURES = 1 << 20;

    /** What the sweep takes of features and their masks, checked; rows are counted from a first one in messages. */
    @FunctionalInterface
    interface Inputs {

        List<Moments> of(INDArray[] features, INDArray @Nullable [] masks, long firstRow);
    }

    private final MessageGraph sweep;
    private final Inputs inputs;
    private final INDArray @Nullable [] masks;
    private final long rowsAtOnce;
    private final Supplier<EpPredictor> frozen;

    private EpPredictor(
            MessageGraph sweep,
            Inputs inputs,
            long rowsAtOnce,
            INDArray @Nullable [] masks,
            Supplier<EpPredictor> frozen) {
        this.sweep = sweep;
        this.inputs = inputs;
        this.rowsAtOnce = rowsAtOnce;
        this.masks = masks;
        this.frozen = frozen;
    }

    /**
     * A predictor.
     *
     * @param sweep the network's
     * @param inputs turns features into what the sweep takes
     * @param keepsRows whether no vertex mixes the rows of a batch
     * @param frozen a predictor of a copy of the network
     * @return the predictor
     */
    static EpPredictor of(MessageGraph sweep, Inputs inputs, boolean keepsRows, Supplier<EpPredictor> frozen) {
        return new EpPredictor(sweep, inputs, keepsRows ? ROWS : Long.MAX_VALUE, null, frozen);
    }

    /**
     * A predictor for sequences in which some steps are not there.
     *
     * @param featureMasks [n, steps], one array for each input of the network, or null for an input without a mask
     * @return a predictor for features of these sequences
     */
    public EpPredictor withMasks(@Nullable INDArray... featureMasks) {
        return new EpPredictor(
                sweep, inputs, rowsAtOnce, featureMasks, () -> frozen.get().withMasks(featureMasks));
    }

    /**
     * A predictor of the posterior as it is now, for a model that is served: training after this call changes nothing in it. Other predictors keep
     * moments of weights, too, but look at every call whether the parameters are still the same; this one does not, so that few rows of a
     * large network are predicted up to twice as fast, with the same results. That takes a copy of the network.
     *
     * @return a predictor without further training
     */
    public EpPredictor frozen() {
        return frozen.get();
    }

    /**
     * Predicts from the moments of the posterior: deterministic, one forward sweep.
     *
     * @param features [n, ...], one array for each input of the network
     * @return mean, variances, class probabilities and entropy
     * @throws DL4JInvalidInputException if the network has more than one output, or another number of inputs; if a feature is NaN, infinite, or so
     *     large that moments overflow
     */
    public Prediction predict(INDArray... features) {
        return single(predictAll(features));
    }

    /**
     * {@link #predict} for every output.
     *
     * @param features [n, ...], one array for each input of the network
     * @return the prediction of each output
     */
    public List<Prediction> predictAll(INDArray... features) {
        Examples.requireExamples("The call", features);
        long rows = features.length == 0 ? 0 : features[0].size(0);
        long block = rows == 0 ? 1 : rowsAtOnce(features, rows);
        if (rows <= block) {
            return sweep.predict(inputs.of(features, masks, 0), 0);
        }
        List<List<Prediction>> parts = new ArrayList<>();
        for (long start = 0; start < rows; start += block) {
            long end = Math.min(start + block, rows);
            INDArray[] ofBlock = masks == null ? null : rows(masks, start, end);
            parts.add(sweep.predict(inputs.of(rows(features, start, end), ofBlock, start), start));
        }
        List<Prediction> whole = new ArrayList<>();
        for (int i = 0; i < parts.get(0).size(); i++) {
            int output = i;
            whole.add(Prediction.concatenate(
                    parts.stream().map(part -> part.get(output)).toList()));
        }
        return whole;
    }

    /**
     * Forecasts sequences several steps ahead, of a network with recurrent layers, one input and labels at every step that are the next
     * values of the input. What is predicted for a step is the input of the next, as a distribution.
     *
     * @param features sequences up to now, in the units of the labels, [n, channels, steps] or in the network's other format
     * @param steps how many steps ahead, at least 1
     * @return the prediction at each of these steps, [n, channels, steps]; the epistemic variance has in it what steps before pass on
     * @throws DL4JInvalidInputException if features are no sequences, or have channels that are not predicted
     * @throws UnsupportedOperationException if the network has no recurrent layers, or predicts classes
     */
    public Prediction forecast(INDArray features, int steps) {
        return StepsAhead.of(sweep, history(features), null, steps);
    }

    /**
     * The same where channels after the predicted ones are known of the steps ahead, such as the time of the day.
     *
     * @param features sequences up to now, [n, channels, steps]; the first channels are the predicted ones
     * @param known the other channels at the steps ahead, without the first of them, [n, other channels, steps - 1]
     * @return the prediction at each step, [n, predicted channels, steps]
     * @throws DL4JInvalidInputException if features or known channels have other shapes
     * @throws UnsupportedOperationException if the network has no recurrent layers, or predicts classes
     */
    public Prediction forecast(INDArray features, INDArray known) {
        Moments others = history(known);
        return StepsAhead.of(
                sweep, history(features), others, Math.toIntExact(others.shape().positions()) + 1);
    }

    private Moments history(INDArray features) {
        return inputs.of(new INDArray[] {features}, null, 0).get(0);
    }

    private long rowsAtOnce(INDArray[] features, long rows) {
        if (rowsAtOnce > ROWS) {
            return rowsAtOnce;
        }
        long perRow = 1;
        for (INDArray array : features) {
            perRow += array.length() / rows;
        }
        return Math.max(1, Math.min(ROWS, FEATURES / perRow));
    }

    private static INDArray[] rows(INDArray[] features, long from, long to) {
        INDArray[] part = new INDArray[features.length];
        for (int i = 0; i < part.length; i++) {
            INDArray whole = features[i];
            if (whole != null) {
                part[i] = whole.get(NDArrayIndex.interval(from, to));
            }
        }
        return part;
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
     * @throws DL4JInvalidInputException if the network has more than one input or output
     */
    public INDArray sample(INDArray features, int draws) {
        return single(sampleAll(draws, features));
    }

    /**
     * {@link #sample} for every output.
     *
     * @param draws number of draws, at least 1
     * @param features [n, ...], one array for each input of the network
     * @return for each output [draws, n, outputs]
     * @throws IllegalArgumentException if draws is not positive
     */
    public List<INDArray> sampleAll(int draws, INDArray... features) {
        if (draws < 1) {
            throw new IllegalArgumentException("number of draws is " + draws + ", allowed: 1 and more");
        }
        return sweep.sample(inputs.of(features, masks, 0), draws);
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
     * @throws DL4JInvalidInputException if the network has more than one input or output
     */
    public Prediction predictFromSamples(INDArray features, int draws) {
        return single(predictAllFromSamples(draws, features));
    }

    /**
     * {@link #predictFromSamples} for every output.
     *
     * @param draws number of draws, at least 2
     * @param features [n, ...], one array for each input of the network
     * @return the prediction of each output
     * @throws IllegalArgumentException if there are fewer than 2 draws
     */
    public List<Prediction> predictAllFromSamples(int draws, INDArray... features) {
        if (draws < 2) {
            throw new IllegalArgumentException(
                    "number of draws is " + draws + ", allowed: 2 and more, because one has no variance");
        }
        return sweep.predictFromSamples(inputs.of(features, masks, 0), draws);
    }

    private static <T> T single(List<T> outputs) {
        if (outputs.size() != 1) {
            throw new DL4JInvalidInputException("The network has " + outputs.size()
                    + " outputs, so there is not one answer; use predictAll, sampleAll or predictAllFromSamples");
        }
        return outputs.get(0);
    }
}
