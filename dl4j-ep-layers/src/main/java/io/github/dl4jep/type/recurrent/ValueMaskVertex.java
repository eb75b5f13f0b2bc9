package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.factory.Nd4j;

/** Leaves out the steps of sequences at which all channels have one value. */
final class ValueMaskVertex implements Vertex {

    private final double value;
    private final Supplier<String> place;

    ValueMaskVertex(double value, Supplier<String> place) {
        this.value = value;
        this.place = place;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        return new Pass(
                new ForwardMessage(masked(message.moments()), message.covariance()),
                back -> Answer.of(message.moments().isPointMass() ? null : back, Sites.NONE));
    }

    private Moments masked(Moments moments) {
        if (moments.shape().spatialRank() != 1) {
            throw new DL4JInvalidInputException("An example has shape " + moments.shape()
                    + ", allowed are sequences, with one dimension of steps, at " + describe()
                    + "; check the data or the layers before it");
        }
        int minibatch = moments.mean().rows();
        int steps = Math.toIntExact(moments.shape().positions());
        double[] values = Rows.columns(moments.mean());
        StepMask given = moments.mask();
        double[][] there = new double[minibatch][steps];
        for (int i = 0; i < values.length; i++) {
            if (values[i] != value) {
                there[i % minibatch][i / minibatch % steps] = 1;
            }
        }
        for (int n = 0; given != null && n < minibatch; n++) {
            for (int t = 0; t < steps; t++) {
                there[n][t] = given.isPresent(n, t) ? there[n][t] : 0;
            }
        }
        StepMask mask = StepMask.of(Nd4j.createFromArray(there));
        return mask.isWhole() ? moments : moments.masked(mask);
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return masked(inputs.get(0));
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return masked(inputs.get(0));
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
