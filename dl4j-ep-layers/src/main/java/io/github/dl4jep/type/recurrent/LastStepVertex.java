package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The last step of every sequence. */
public final class LastStepVertex implements Vertex {

    private final Supplier<String> place;

    /**
     * A vertex.
     *
     * @param place what it is, for messages
     */
    public LastStepVertex(Supplier<String> place) {
        this.place = place;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        Moments input = message.moments();
        StepCovariance steps = message.covariance().steps();
        BatchCovariance covariance = steps == null
                ? message.covariance().rearranged(gain -> last(gain, input), null)
                : message.covariance().lastStep();
        return new Pass(
                new ForwardMessage(last(input), covariance),
                back -> Answer.of(input.isPointMass() ? null : whole(back, input), Sites.NONE));
    }

    private static BackwardMessage whole(BackwardMessage message, Moments input) {
        return new BackwardMessage(whole(message.shift(), input), whole(message.curvature(), input));
    }

    private static INDArray whole(INDArray last, Moments input) {
        ExampleShape shape = input.shape();
        int rows = last.rows();
        int steps = Math.toIntExact(shape.positions());
        double[] values = Rows.columns(last);
        double[] all = new double[Math.toIntExact(rows * shape.length())];
        for (int n = 0; n < rows; n++) {
            int step = lastStep(input, n);
            for (int c = 0; step >= 0 && c < shape.channels(); c++) {
                all[(c * steps + step) * rows + n] = values[c * rows + n];
            }
        }
        return Rows.matrix(all, rows, all.length / rows, last.dataType());
    }

    private static int lastStep(Moments input, int example) {
        StepMask mask = input.mask();
        return mask == null ? Math.toIntExact(input.shape().positions()) - 1 : mask.last(example);
    }

    private Moments last(Moments moments) {
        ExampleShape shape = moments.shape();
        if (shape.spatialRank() != 1) {
            throw new DL4JInvalidInputException("An example has shape " + shape
                    + ", allowed are sequences, with one dimension of steps, at " + describe()
                    + "; check the data or the layers before it");
        }
        INDArray variance = moments.variance();
        return new Moments(last(moments.mean(), moments), variance == null ? null : last(variance, moments));
    }

    /** [minibatch, channels] of [minibatch, channels x steps]; zeros of a sequence without steps. */
    private static INDArray last(INDArray matrix, Moments input) {
        ExampleShape shape = input.shape();
        int rows = matrix.rows();
        int steps = Math.toIntExact(shape.positions());
        double[] all = Rows.columns(matrix);
        double[] last = new double[all.length / steps];
        for (int n = 0; n < rows; n++) {
            int step = lastStep(input, n);
            for (int c = 0; step >= 0 && c < shape.channels(); c++) {
                last[c * rows + n] = all[(c * steps + step) * rows + n];
            }
        }
        return Rows.matrix(last, rows, last.length / rows, matrix.dataType());
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return last(inputs.get(0));
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return last(inputs.get(0));
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
