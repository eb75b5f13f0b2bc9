package io.github.dl4jep.window;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Local response normalization over neighbouring channels, \( y_i = x_i s_i^{-\beta} \) with \( s_i = k + \alpha
 * \sum_{|j-i| \le n/2} x_j^2 \), linearised at the means: \( \partial y_i/\partial x_j = \delta_{ij} s_i^{-\beta} - 2
 * \alpha\beta x_i x_j s_i^{-\beta-1} \).
 *
 * <p>Approximate: right in the limit of small variances; the variances' own part of the sums is left out.
 */
public final class ResponseNormalization implements FixedMap {

    private final ExampleShape shape;
    private final int[][] sources;
    private final double offset;
    private final double alpha;
    private final double beta;

    /**
     * A normalization.
     *
     * @param shape shape of the input, channels first
     * @param offset k
     * @param reach n / 2: how many channels on either side count
     * @param alpha factor of the sum of squares
     * @param beta exponent
     */
    public ResponseNormalization(ExampleShape shape, double offset, int reach, double alpha, double beta) {
        this.shape = shape;
        this.offset = offset;
        this.alpha = alpha;
        this.beta = beta;
        int positions = Math.toIntExact(shape.positions());
        int columns = Math.toIntExact(shape.length());
        this.sources = new int[2 * reach + 1][columns];
        for (int element = 0; element < sources.length; element++) {
            for (int column = 0; column < columns; column++) {
                int source = column + (element - reach) * positions;
                sources[element][column] = source < 0 || source >= columns ? -1 : source;
            }
        }
    }

    private LocalLinearisation linearisation(int batch, LocalLinearisation.Weights weights) {
        return new LocalLinearisation(sources, sources[0].length, batch, weights);
    }

    @Override
    public Pass forward(ForwardMessage input) {
        INDArray mean = input.moments().mean();
        int batch = Math.toIntExact(mean.size(0));
        double[] x = LocalLinearisation.values(mean);
        double[] scale = new double[x.length];
        linearisation(batch, (element, output, in) -> 1)
                .forEach((weight, output, in) -> scale[output] += x[in] * x[in]);
        double[] y = new double[x.length];
        double[] slope = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double s = offset + alpha * scale[i];
            scale[i] = Math.pow(s, -beta);
            y[i] = x[i] * scale[i];
            slope[i] = 2 * alpha * beta * y[i] / s;
        }
        LocalLinearisation map = linearisation(
                batch, (element, output, in) -> (output == in ? scale[output] : 0) - slope[output] * x[in]);
        return LinearisedPass.of(input, LocalLinearisation.array(y, mean), map, shape);
    }
}
