package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.exception.DL4JInvalidInputException;
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
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage rowsOfInput = new ForwardMessage(oneHot(inputs.get(0).moments()), BatchCovariance.none());
        return weights.forward(List.of(rowsOfInput), pending);
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return weights.predict(List.of(oneHot(inputs.get(0))));
    }

    @Override
    public Moments sample(List<Moments> values) {
        return weights.sample(List.of(oneHot(values.get(0))));
    }

    @Override
    public Moments point(Moments values) {
        return weights.point(oneHot(values));
    }

    @Override
    public String describe() {
        return place.get();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return weights.learners();
    }
}
