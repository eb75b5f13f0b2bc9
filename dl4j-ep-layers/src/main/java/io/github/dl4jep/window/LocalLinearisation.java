package io.github.dl4jep.window;

import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A sparse linear map of the columns of an activation whose weights differ from example to example: the Jacobian of a map such as
 * local response normalization, forward and adjoint, plain and squared.
 *
 * <p>Shapes: inputs [minibatch, inputColumns], outputs [minibatch, outputColumns], f-ordered. Computed in double precision on all
 * cores, a stretch of examples each.
 */
final class LocalLinearisation {

    private static final int EXAMPLES_AT_ONCE = 32;

    /** The weight of one element. */
    @FunctionalInterface
    interface Weights {

        /**
         * The derivative of an output by an input.
         *
         * @param element which of the elements that an output reads
         * @param output place of the output, column * minibatch + example
         * @param input place of the input, column * minibatch + example
         * @return the derivative
         */
        double of(int element, int output, int input);
    }

    private final int[][] sources;
    private final int inputColumns;
    private final int batch;
    private final Weights weights;

    /**
     * A map.
     *
     * @param sources for each element, the input column that every output column reads, or -1 for none
     * @param inputColumns number of columns of the input
     * @param batch number of examples
     * @param weights the derivatives
     */
    LocalLinearisation(int[][] sources, int inputColumns, int batch, Weights weights) {
        this.sources = sources;
        this.inputColumns = inputColumns;
        this.batch = batch;
        this.weights = weights;
    }

    /** What is done with one element of one example. Elements of one output come one after the other, in order. */
    @FunctionalInterface
    interface Step {
        void at(double weight, int output, int input);
    }

    void forEach(Step step) {
        int stretches = (batch + EXAMPLES_AT_ONCE - 1) / EXAMPLES_AT_ONCE;
        IntStream.range(0, stretches).parallel().forEach(stretch -> {
            int from = stretch * EXAMPLES_AT_ONCE;
            int to = Math.min(batch, from + EXAMPLES_AT_ONCE);
            for (int element = 0; element < sources.length; element++) {
                for (int column = 0; column < sources[element].length; column++) {
                    int source = sources[element][column];
                    for (int n = from; n < to && source >= 0; n++) {
                        int output = column * batch + n;
                        int input = source * batch + n;
                        step.at(weights.of(element, output, input), output, input);
                    }
                }
            }
        });
    }

    /** J x. */
    INDArray times(INDArray x) {
        double[] in = values(x);
        double[] out = new double[sources[0].length * batch];
        forEach((weight, output, input) -> out[output] += weight * in[input]);
        return array(out, x);
    }

    /** The elementwise square of J, times x: variances of independent inputs. */
    INDArray squaredTimes(INDArray x) {
        double[] in = values(x);
        double[] out = new double[sources[0].length * batch];
        forEach((weight, output, input) -> out[output] += weight * weight * in[input]);
        return array(out, x);
    }

    /** The adjoint of {@link #times}. */
    INDArray adjointTimes(INDArray y) {
        double[] out = values(y);
        double[] in = new double[inputColumns * batch];
        forEach((weight, output, input) -> in[input] += weight * out[output]);
        return array(in, y);
    }

    /** The adjoint of {@link #squaredTimes}. */
    INDArray squaredAdjointTimes(INDArray y) {
        double[] out = values(y);
        double[] in = new double[inputColumns * batch];
        forEach((weight, output, input) -> in[input] += weight * weight * out[output]);
        return array(in, y);
    }

    /** The elements of a matrix, column by column. */
    static double[] values(INDArray matrix) {
        return matrix.dup('f').data().asDouble();
    }

    /** The matrix of these columns, in the data type of another. */
    static INDArray array(double[] columns, INDArray like) {
        long rows = like.size(0);
        return Nd4j.createFromArray(columns)
                .reshape('f', rows, columns.length / rows)
                .castTo(like.dataType());
    }
}
