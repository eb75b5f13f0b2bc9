package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.recurrent.ReversedSteps;
import io.github.dl4jep.recurrent.SequenceRows;
import io.github.dl4jep.recurrent.SequenceStates;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sequences backwards; steps that are not there stay where they are. */
public final class ReversedVertex implements Vertex {

    private final Supplier<String> place;

    /**
     * A vertex.
     *
     * @param place what it is, for messages
     */
    public ReversedVertex(Supplier<String> place) {
        this.place = place;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        Moments input = message.moments();
        StepCovariance steps = message.covariance().steps();
        SequenceRows rows = rows(input);
        BatchCovariance covariance = steps == null
                ? message.covariance().rearranged(gain -> moved(gain, input, rows), null)
                : BatchCovariance.of(
                        new ReversedSteps(steps, rows, input.mask()),
                        message.covariance().inducing());
        return new Pass(
                new ForwardMessage(reversed(input), covariance),
                back -> Answer.of(
                        input.isPointMass()
                                ? null
                                : new BackwardMessage(
                                        moved(back.shift(), input, rows), moved(back.curvature(), input, rows)),
                        Sites.NONE));
    }

    private SequenceRows rows(Moments moments) {
        if (moments.shape().spatialRank() != 1) {
            throw new DL4JInvalidInputException("An example has shape " + moments.shape()
                    + ", allowed are sequences, with one dimension of steps, at " + describe()
                    + "; check the data or the layers before it");
        }
        return SequenceRows.backwards(
                Math.toIntExact(moments.mean().size(0)),
                Math.toIntExact(moments.shape().positions()),
                moments.mask());
    }

    private Moments reversed(Moments moments) {
        SequenceRows rows = rows(moments);
        INDArray variance = moments.variance();
        return new Moments(
                        moved(moments.mean(), moments, rows), variance == null ? null : moved(variance, moments, rows))
                .shapedAs(moments.shape())
                .masked(moments.mask());
    }

    private static INDArray moved(INDArray matrix, Moments input, SequenceRows rows) {
        ExampleShape shape = input.shape();
        long minibatch = matrix.rows();
        INDArray ofSteps = matrix.dup('f').reshape('f', minibatch * shape.positions(), shape.channels());
        return rows.moved(ofSteps).reshape('f', minibatch, shape.length());
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return reversed(inputs.get(0));
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return reversed(inputs.get(0));
    }

    @Override
    public Vertex continuing(SequenceStates states) {
        throw new UnsupportedOperationException("Sequences are read backwards at " + describe()
                + ", so there is no state to go on from; give whole sequences to fit(...) and output(...), without"
                + " truncated back-propagation through time");
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return place.get();
    }
}
