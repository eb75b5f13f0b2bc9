package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A stage between two layers that reads the columns of an activation in another way, and perhaps puts them into another order:
 * means, variances and gains alike, and the messages back. What a DL4J preprocessor becomes.
 */
public final class Rearrangement implements Vertex {

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

    /**
     * A stage.
     *
     * @param name which stage this is, for messages
     * @param columns what happens to the columns
     */
    public Rearrangement(String name, Columns columns) {
        this.name = name;
        this.columns = columns;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        Moments input = message.moments();
        ExampleShape shape = input.shape();
        Moments output = moved(input);
        BatchCovariance covariance =
                output.mean() == input.mean() && output.shape().equals(shape)
                        ? message.covariance()
                        : message.covariance().rearranged(gain -> columns.forward(gain, shape), sources(shape));
        return new Pass(
                new ForwardMessage(output, covariance),
                back -> Answer.of(input.isPointMass() ? null : movedBack(back, shape), Sites.NONE));
    }

    /** For each new position the old one in the first channel: where a column of the position's number goes. Null without positions. */
    private int @Nullable [] sources(ExampleShape shape) {
        ExampleShape after = columns.outputShape(shape);
        if (shape.spatialRank() == 0 || after.spatialRank() == 0) {
            return null;
        }
        float[] numbers = new float[Math.toIntExact(shape.length())];
        for (int column = 0; column < numbers.length; column++) {
            numbers[column] = column % shape.positions();
        }
        float[] moved = columns.forward(Nd4j.createFromArray(new float[][] {numbers}), shape)
                .dup('c')
                .data()
                .asFloat();
        // Where nothing was before, the gain is 0, and any position will do.
        int[] sources = new int[Math.toIntExact(after.positions())];
        Arrays.setAll(sources, position -> (int) moved[position]);
        return sources;
    }

    private BackwardMessage movedBack(BackwardMessage message, ExampleShape shape) {
        return new BackwardMessage(columns.back(message.shift(), shape), columns.back(message.curvature(), shape));
    }

    private Moments moved(Moments moments) {
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
    public Moments predict(List<Moments> inputs) {
        return moved(inputs.get(0));
    }

    @Override
    public Moments sample(List<Moments> values) {
        return predict(values);
    }

    @Override
    public boolean heedsMask(Moments input) {
        return columns.outputShape(input.shape()).equals(input.shape());
    }

    @Override
    public String describe() {
        return name;
    }
}
