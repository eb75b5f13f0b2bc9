package io.github.dl4jep.type.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.List;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaLayer;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLambdaVertex;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A lambda layer, against numerical derivatives of the function itself. */
class SameDiffFunctionTest {

    private static final double STEP = 1e-5;
    private static final INDArray MEAN = Nd4j.createFromArray(new double[][] {{0.5, -1, 2}, {1.5, 0.3, -0.4}})
            .dup('f');
    private static final INDArray VARIANCE = Nd4j.createFromArray(new double[][] {{0.1, 0.2, 0.3}, {0.05, 0.4, 0.1}})
            .dup('f');

    /** (x1 x2, |x|) of three columns. */
    public static class ProductAndLength extends SameDiffLambdaLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineLayer(SameDiff sd, SDVariable input) {
            SDVariable length = input.norm2("length", true, 1);
            return sd.concat(1, input.prod("product", true, 1), length);
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(2);
        }
    }

    private static double function(double[] x, int output) {
        double product = x[0] * x[1] * x[2];
        return output == 0 ? product : Math.sqrt(x[0] * x[0] + x[1] * x[1] + x[2] * x[2]);
    }

    private static double derivative(int row, int output, int input) {
        double[] up = MEAN.getRow(row).toDoubleVector();
        double[] down = up.clone();
        up[input] += STEP;
        down[input] -= STEP;
        return (function(up, output) - function(down, output)) / (2 * STEP);
    }

    @Test
    void momentsAndMessagesAreThoseOfTheLinearisation() {
        FixedMap map = FixedMaps.of(
                new ProductAndLength(),
                new FixedMaps.Context(ExampleShape.of(3), MaxPoolingKind.LARGEST_MEAN, null, "layer 0"));
        INDArray shift =
                Nd4j.createFromArray(new double[][] {{0.7, -0.2}, {0.4, 1.1}}).dup('f');
        INDArray curvature =
                Nd4j.createFromArray(new double[][] {{0.5, 0.3}, {0.9, 0.2}}).dup('f');

        FixedMap.Pass pass = map.forward(new ForwardMessage(new Moments(MEAN, VARIANCE), BatchCovariance.none()));
        BackwardMessage back = pass.back().apply(new BackwardMessage(shift, curvature));

        Moments output = pass.output().moments();
        for (int row = 0; row < 2; row++) {
            for (int c = 0; c < 2; c++) {
                double variance = 0;
                for (int i = 0; i < 3; i++) {
                    variance += Math.pow(derivative(row, c, i), 2) * VARIANCE.getDouble(row, i);
                }
                assertThat(output.mean().getDouble(row, c))
                        .isCloseTo(function(MEAN.getRow(row).toDoubleVector(), c), within(1e-9));
                assertThat(output.variance().getDouble(row, c)).isCloseTo(variance, within(1e-7));
            }
            for (int i = 0; i < 3; i++) {
                double z = 0;
                double g = 0;
                for (int c = 0; c < 2; c++) {
                    z += derivative(row, c, i) * shift.getDouble(row, c);
                    g += Math.pow(derivative(row, c, i), 2) * curvature.getDouble(row, c);
                }
                assertThat(back.shift().getDouble(row, i)).isCloseTo(z, within(1e-7));
                assertThat(back.curvature().getDouble(row, i)).isCloseTo(g, within(1e-7));
            }
        }
        assertThat(output.mean().dataType()).isEqualTo(DataType.DOUBLE);
    }

    /** a b / |a b| of two inputs of two columns each. */
    public static class UnitProduct extends SameDiffLambdaVertex {

        private static final long serialVersionUID = 1L;

        @Override
        public SDVariable defineVertex(SameDiff sd, VertexInputs inputs) {
            SDVariable product = inputs.getInput(0).mul(inputs.getInput(1));
            return product.div(product.norm2(true, 1));
        }
    }

    private static double unitProduct(double[] x, int output) {
        return x[output] * x[output + 2] / Math.hypot(x[0] * x[2], x[1] * x[3]);
    }

    @Test
    void aLambdaVertexIsAFunctionOfItsInputsSideBySide() {
        SameDiffLambdaVertexLayer layer = new SameDiffLambdaVertexLayer(new UnitProduct(), List.of(2L, 2L));
        FixedMap map = FixedMaps.of(
                layer, new FixedMaps.Context(ExampleShape.of(4), MaxPoolingKind.LARGEST_MEAN, null, "layer 0"));
        double[] x = {0.5, -1, 2, 0.7};
        double[] v = {0.1, 0.2, 0.3, 0.05};
        INDArray mean = Nd4j.createFromArray(new double[][] {x, x}).dup('f');
        INDArray variance = Nd4j.createFromArray(new double[][] {v, v}).dup('f');

        FixedMap.Pass pass = map.forward(new ForwardMessage(new Moments(mean, variance), BatchCovariance.none()));
        INDArray shift =
                Nd4j.createFromArray(new double[][] {{0.7, -0.2}, {0.4, 1.1}}).dup('f');
        BackwardMessage back = pass.back().apply(new BackwardMessage(shift, shift.mul(shift)));

        assertThat(layer.getOutputType(-1, InputType.feedForward(4))).isEqualTo(InputType.feedForward(2));
        double[][] derivatives = new double[2][4];
        for (int c = 0; c < 2; c++) {
            double expected = 0;
            for (int i = 0; i < 4; i++) {
                double[] up = x.clone();
                double[] down = x.clone();
                up[i] += STEP;
                down[i] -= STEP;
                derivatives[c][i] = (unitProduct(up, c) - unitProduct(down, c)) / (2 * STEP);
                expected += derivatives[c][i] * derivatives[c][i] * v[i];
            }
            Moments output = pass.output().moments();
            assertThat(output.mean().getDouble(1, c)).isCloseTo(unitProduct(x, c), within(1e-9));
            assertThat(output.variance().getDouble(1, c)).isCloseTo(expected, within(1e-7));
        }
        for (int i = 0; i < 4; i++) {
            double z = 0.4 * derivatives[0][i] + 1.1 * derivatives[1][i];
            assertThat(back.shift().getDouble(1, i)).isCloseTo(z, within(1e-7));
        }
    }
}
