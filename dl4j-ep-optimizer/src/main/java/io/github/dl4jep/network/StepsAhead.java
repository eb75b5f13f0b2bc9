package io.github.dl4jep.network;

import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.recurrent.SequenceStates;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Forecasts several steps ahead. What is predicted for a step is the input of the next one: a mean and a variance, the noise included, not a
 * point.
 */
final class StepsAhead {

    private final MessageGraph graph;
    private final SequenceStates states = new SequenceStates();
    private final int minibatch;
    private final int channels;

    private StepsAhead(MessageGraph graph, Moments history) {
        this.graph = graph.continuing(states);
        this.minibatch = Math.toIntExact(history.mean().size(0));
        this.channels = Math.toIntExact(history.shape().channels());
    }

    /**
     * Forecasts.
     *
     * @param graph the network
     * @param history sequences, observed
     * @param known what is known of the steps ahead, the channels after the predicted ones, or null for none
     * @param steps how many steps, at least 1
     * @return [n, outputs, steps]
     */
    static Prediction of(MessageGraph graph, Moments history, @Nullable Moments known, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("The number of steps ahead is " + steps + ", allowed: 1 and more");
        }
        if (!graph.hasState()) {
            throw new UnsupportedOperationException(
                    "A forecast goes on from the state of recurrent layers, but the network"
                            + " has none; predict rows of lagged values with predict(...)");
        }
        if (history.shape().spatialRank() != 1 || history.mask() != null) {
            throw new DL4JInvalidInputException("An example has shape " + history.shape()
                    + (history.mask() == null ? "" : " and a mask")
                    + ", allowed are sequences of one length to forecast; cut them to their last steps");
        }
        return new StepsAhead(graph, history).forecast(history, known, steps);
    }

    private Prediction forecast(Moments history, @Nullable Moments known, int steps) {
        int last = Math.toIntExact(history.shape().positions()) - 1;
        if (last > 0) {
            predict(steps(history, 0, last));
        }
        List<Prediction> ahead = new ArrayList<>();
        Moments next = steps(history, last, last + 1);
        for (int step = 0; step < steps; step++) {
            Prediction prediction = predict(next).map(this::columns);
            if (step == 0) {
                requireOutputs(prediction, known, steps);
            }
            ahead.add(prediction);
            if (step + 1 < steps) {
                next = input(prediction, known, step);
            }
        }
        return new Prediction(
                beside(ahead.stream().map(Prediction::mean).toList()),
                beside(ahead.stream().map(Prediction::epistemicVariance).toList()),
                beside(ahead.stream().map(Prediction::aleatoricVariance).toList()),
                null,
                Nd4j.hstack(ahead.stream().map(Prediction::entropy).toArray(INDArray[]::new)));
    }

    private Prediction predict(Moments input) {
        List<Prediction> predictions = graph.predict(List.of(input), 0);
        states.advance();
        if (predictions.size() != 1 || predictions.get(0).isClassification()) {
            throw new UnsupportedOperationException("A forecast feeds the predicted numbers of one output back, but the"
                    + " network has " + predictions.size() + " output(s)"
                    + (predictions.get(0).isClassification() ? " of classes" : "")
                    + "; use rnnTimeStep and draw the next input");
        }
        return predictions.get(0);
    }

    /** [n, outputs] of one step in any format. */
    private INDArray columns(INDArray array) {
        return array.reshape(minibatch, array.length() / minibatch);
    }

    private static INDArray beside(List<INDArray> ofSteps) {
        INDArray first = ofSteps.get(0);
        INDArray all = Nd4j.create(first.dataType(), first.rows(), first.columns(), ofSteps.size());
        for (int step = 0; step < ofSteps.size(); step++) {
            all.put(
                    new INDArrayIndex[] {NDArrayIndex.all(), NDArrayIndex.all(), NDArrayIndex.point(step)},
                    ofSteps.get(step));
        }
        return all;
    }

    private void requireOutputs(Prediction prediction, @Nullable Moments known, int steps) {
        int outputs = prediction.mean().columns();
        int others = channels - outputs;
        if (others < 0) {
            throw new DL4JInvalidInputException("There are " + outputs + " output(s), but inputs have " + channels
                    + " channel(s); to feed outputs back, the first channels of the inputs must be the predicted ones");
        }
        boolean fits = known == null
                ? others == 0 || steps == 1
                : known.mean().size(0) == minibatch
                        && known.shape().equals(ExampleShape.of(others, Math.max(1, steps - 1)));
        if (!fits) {
            throw new DL4JInvalidInputException("The known channels have "
                    + (known == null
                            ? "no values"
                            : "shape " + known.shape() + " for " + known.mean().size(0) + " example(s)")
                    + ", allowed is [" + others + ", " + (steps - 1) + "] for " + minibatch
                    + ": what follows the predicted channels, at the steps after the first");
        }
    }

    /** Predicted channels are uncertain, what follows them is known. */
    private Moments input(Prediction prediction, @Nullable Moments known, int step) {
        INDArray mean = prediction.mean();
        INDArray variance = prediction.variance();
        if (known != null) {
            INDArray next = steps(known, step, step + 1).mean();
            mean = Nd4j.hstack(mean, next);
            variance = Nd4j.hstack(variance, next.mul(0));
        }
        return new Moments(mean.dup('f'), variance.dup('f')).shapedAs(ExampleShape.of(channels, 1));
    }

    private static Moments steps(Moments sequences, int from, int to) {
        long minibatch = sequences.mean().size(0);
        long channels = sequences.shape().channels();
        INDArray part = sequences
                .mean()
                .dup('f')
                .reshape('f', minibatch, sequences.shape().positions(), channels)
                .get(NDArrayIndex.all(), NDArrayIndex.interval(from, to), NDArrayIndex.all())
                .dup('f')
                .reshape('f', minibatch, (to - from) * channels);
        return new Moments(part, null).shapedAs(ExampleShape.of(channels, to - from));
    }
}
