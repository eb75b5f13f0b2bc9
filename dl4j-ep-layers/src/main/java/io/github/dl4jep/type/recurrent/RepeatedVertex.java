package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The first input at every step of the sequences of the second. */
public final class RepeatedVertex implements Vertex {

    private final Supplier<String> place;

    /**
     * A vertex.
     *
     * @param place what it is, for messages
     */
    public RepeatedVertex(Supplier<String> place) {
        this.place = place;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        Moments repeated = repeated(message.moments(), inputs.get(1).moments());
        int steps = Math.toIntExact(repeated.shape().positions());
        return new Pass(
                new ForwardMessage(repeated, message.covariance().rearranged(gain -> repeated(gain, steps), null)),
                back -> new Answer(
                        Arrays.asList(message.moments().isPointMass() ? null : summed(back, steps), null), Sites.NONE));
    }

    private Moments repeated(Moments values, Moments series) {
        if (values.shape().spatialRank() != 0 || series.shape().spatialRank() != 1) {
            throw new DL4JInvalidInputException("Examples have shapes " + values.shape() + " and " + series.shape()
                    + ", allowed are columns and sequences, with one dimension of steps, at " + describe()
                    + "; check the data or the layers before it");
        }
        int steps = Math.toIntExact(series.shape().positions());
        INDArray variance = values.variance();
        return new Moments(repeated(values.mean(), steps), variance == null ? null : repeated(variance, steps))
                .shapedAs(ExampleShape.of(values.shape().length(), steps))
                .masked(series.mask());
    }

    /** [minibatch, columns x steps] of [minibatch, columns]. */
    private static INDArray repeated(INDArray matrix, int steps) {
        INDArray[] copies = new INDArray[steps];
        Arrays.fill(copies, matrix);
        // Below one another: rows are steps x minibatch.
        return Nd4j.vstack(copies).dup('f').reshape('f', matrix.rows(), (long) matrix.columns() * steps);
    }

    private static BackwardMessage summed(BackwardMessage message, int steps) {
        return new BackwardMessage(summed(message.shift(), steps), summed(message.curvature(), steps));
    }

    private static INDArray summed(INDArray matrix, int steps) {
        long minibatch = matrix.rows();
        return matrix.dup('f')
                .reshape('f', minibatch, steps, matrix.columns() / steps)
                .sum(1)
                .dup('f');
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return repeated(inputs.get(0), inputs.get(1));
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return repeated(inputs.get(0), inputs.get(1));
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
