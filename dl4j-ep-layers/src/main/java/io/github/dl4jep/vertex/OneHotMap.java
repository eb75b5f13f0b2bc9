package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.SiteStep;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Weights whose row is chosen by an index: the linear map of the index written as a one-hot row. So the moments are those of the row,
 * and examples of equal index vary together. Exact.
 *
 * @param weights the linear map, of as many inputs as there are indices
 * @param rows number of rows of the weights
 * @param place the layer's name and index, for messages
 */
public record OneHotMap(LinearMap weights, int rows, Supplier<String> place) implements LinearMap {

    private Moments oneHot(Moments indices) {
        if (!indices.isPointMass() || indices.shape().length() != 1) {
            throw new DL4JInvalidInputException("An embedding takes one observed index per example, but an example has"
                    + " shape " + indices.shape() + (indices.isPointMass() ? "" : " and is not observed") + " at "
                    + place.get() + "; make it the first layer of the network");
        }
        int examples = Math.toIntExact(indices.mean().length());
        double[] values = indices.mean().dup('f').data().asDouble();
        float[] ones = new float[examples * rows];
        for (int n = 0; n < examples; n++) {
            int index = (int) values[n];
            if (index != values[n] || index < 0 || index >= rows) {
                throw new DL4JInvalidInputException("The index of example " + n + " is " + values[n]
                        + ", allowed are whole numbers from 0 to " + (rows - 1) + " at " + place.get());
            }
            ones[index * examples + n] = 1;
        }
        INDArray matrix = Nd4j.createFromArray(ones)
                .reshape('f', examples, rows)
                .castTo(indices.mean().dataType());
        return Moments.pointMass(matrix);
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        return weights.forward(new ForwardMessage(oneHot(message.moments()), BatchCovariance.none()));
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return weights.backward(message);
    }

    @Override
    public boolean hasFiniteSites() {
        return weights.hasFiniteSites();
    }

    @Override
    public void commit(SiteStep step) {
        weights.commit(step);
    }

    @Override
    public void discard() {
        weights.discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return weights.predict(oneHot(moments));
    }

    @Override
    public Moments sample(Moments values) {
        return weights.sample(oneHot(values));
    }

    @Override
    public Moments point(Moments values) {
        return weights.point(oneHot(values));
    }

    @Override
    public String describe() {
        return place.get();
    }
}
