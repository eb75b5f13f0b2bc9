package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A stage between two layers that reads the columns of an activation in another way, and perhaps puts them into another order:
 * means, variances and gains alike, and the messages back. What a DL4J preprocessor becomes.
 */
public final class Rearrangement implements EpLayer {

    /** What happens to the columns of activations of one shape. */
    public interface Columns {

        /**
         * The shape that follows.
         *
         * @param shape shape of the input
         * @return shape of the output, of as many elements
         * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the stage does not take this shape
         */
        ExampleShape outputShape(ExampleShape shape);

        /**
         * The columns in their new order.
         *
         * @param matrix [minibatch, length]
         * @param shape shape of the input
         * @return [minibatch, length]
         */
        default INDArray forward(INDArray matrix, ExampleShape shape) {
            return matrix;
        }

        /**
         * The columns in their old order.
         *
         * @param matrix [minibatch, length]
         * @param shape shape of the input
         * @return [minibatch, length]
         */
        default INDArray back(INDArray matrix, ExampleShape shape) {
            return matrix;
        }
    }

    private final String name;
    private final Columns columns;
    private ExampleShape inputShape = ExampleShape.of(1);
    private boolean observed;

    public Rearrangement(String name, Columns columns) {
        this.name = name;
        this.columns = columns;
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        Moments input = message.moments();
        observed = input.isPointMass();
        inputShape = input.shape();
        INDArray gain = message.covariance().gain();
        BatchCovariance covariance = gain == null
                ? message.covariance()
                : new BatchCovariance(message.covariance().covariance(), columns.forward(gain, inputShape));
        return new ForwardMessage(predict(input), covariance);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        if (observed) {
            return null;
        }
        return new BackwardMessage(
                columns.back(message.shift(), inputShape), columns.back(message.curvature(), inputShape));
    }

    @Override
    public void discard() {
        // Keeps nothing of a batch but its shape.
    }

    @Override
    public Moments predict(Moments moments) {
        ExampleShape shape = moments.shape();
        ExampleShape after = columns.outputShape(shape);
        UnaryOperator<INDArray> move = array -> columns.forward(array, shape);
        INDArray mean = move.apply(moments.mean());
        if (mean == moments.mean()) {
            return moments.shapedAs(after);
        }
        INDArray variance = moments.variance();
        return new Moments(mean, variance == null ? null : move.apply(variance)).shapedAs(after);
    }

    @Override
    public Moments sample(Moments values) {
        return predict(values);
    }

    @Override
    public String describe() {
        return name;
    }
}
