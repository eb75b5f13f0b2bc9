package io.github.dl4jep.type.samediff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.ArraysParamInitializer;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PriorScale;
import io.github.dl4jep.weight.WeightSite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.samediff.SDLayerParams;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A layer with parameters, against numerical derivatives of the function itself. */
class LinearisedVertexTest {

    private static final double STEP = 1e-5;
    private static final int ROWS = 3;
    private static final int INPUTS = 3;
    private static final int OUTPUTS = 2;
    private static final int PARAMETERS = INPUTS * OUTPUTS + OUTPUTS;
    private static final double[][] X = {{0.5, -1, 2}, {1.5, 0.3, -0.4}, {-0.7, 0.1, 0.6}};
    private static final double[][] V = {{0.1, 0.2, 0.3}, {0.05, 0.4, 0.1}, {0.2, 0.1, 0.15}};
    private static final double[][] GAIN = {{0.8, 1.1, 0.4}, {0.9, 0.2, 0.7}, {1.3, 0.5, 0.6}};
    private static final double[][] K = {{0.3, 0.1, -0.05}, {0.1, 0.4, 0.08}, {-0.05, 0.08, 0.2}};
    /** W in c-order, then the scale. */
    private static final double[] W = {0.4, -0.3, 0.2, 0.8, -0.6, 0.5, 1.2, 0.9};

    /** A layer \( s \sin(x W) + x_0 \). */
    public static class Waves extends SameDiffLayer {

        private static final long serialVersionUID = 1L;

        @Override
        public void defineParameters(SDLayerParams params) {
            params.clear();
            params.addWeightParam("W", INPUTS, OUTPUTS);
            params.addWeightParam("s", OUTPUTS);
        }

        @Override
        public void initializeParameters(Map<String, INDArray> params) {
            params.get("s").assign(1);
        }

        @Override
        public SDVariable defineLayer(
                SameDiff sd, SDVariable input, Map<String, SDVariable> table, @Nullable SDVariable mask) {
            SDVariable sum = sd.expandDims(input, 2).mul(table.get("W")).sum(1);
            INDArray first = Nd4j.zeros(input.dataType(), INPUTS, OUTPUTS);
            first.getRow(0).assign(1);
            return sd.math.sin(sum).mul(table.get("s")).add(input.mmul(sd.constant(first)));
        }

        @Override
        public InputType getOutputType(int layerIndex, InputType inputType) {
            return InputType.feedForward(OUTPUTS);
        }
    }

    private static double function(double[] x, double[] w, int output) {
        double sum = 0;
        for (int j = 0; j < INPUTS; j++) {
            sum += x[j] * w[j * OUTPUTS + output];
        }
        return w[INPUTS * OUTPUTS + output] * Math.sin(sum) + x[0];
    }

    private static double byInput(int row, int output, int input) {
        double[] up = X[row].clone();
        double[] down = X[row].clone();
        up[input] += STEP;
        down[input] -= STEP;
        return (function(up, W, output) - function(down, W, output)) / (2 * STEP);
    }

    private static double byParameter(int row, int output, int parameter) {
        double[] up = W.clone();
        double[] down = W.clone();
        up[parameter] += STEP;
        down[parameter] -= STEP;
        return (function(X[row], up, output) - function(X[row], down, output)) / (2 * STEP);
    }

    private final ArraysParamInitializer layout = new ArraysParamInitializer(
            List.of(
                    new ArraysParamInitializer.Array(
                            "W",
                            NamedPosterior.Role.WEIGHTS,
                            new GaussianPrior(0.5),
                            new PriorScale(INPUTS, 1),
                            List.of(3L, 2L)),
                    new ArraysParamInitializer.Array(
                            "s", NamedPosterior.Role.SCALE, new GaussianPrior(0.1), new PriorScale(1, 1), List.of(2L))),
            (conf, type) -> Map.of());
    private final Map<String, INDArray> parameters = parameters();
    private final LinearisedVertex vertex =
            new LinearisedVertex(new Waves(), () -> "layer 0", layout, () -> parameters);

    private Map<String, INDArray> parameters() {
        Map<String, INDArray> views = new HashMap<>(
                layout.getGradientsFromFlattened(null, Nd4j.zeros(DataType.DOUBLE, layout.numParams((Layer) null))));
        layout.posteriors(views).forEach(of -> {
            boolean weights = of.name().equals("W");
            INDArray start = Nd4j.createFromArray(W).castTo(DataType.DOUBLE);
            of.posterior()
                    .startAt(
                            weights
                                    ? start.get(NDArrayIndex.interval(0, 6))
                                            .dup()
                                            .reshape('c', 3, 2)
                                    : start.get(NDArrayIndex.interval(6, 8))
                                            .dup()
                                            .reshape('c', 1, 2));
        });
        // Another variance for each.
        Parameters.get(views, "WPrecision").muli(Nd4j.createFromArray(new double[][] {{1, 2}, {3, 1.5}, {0.7, 1.2}}));
        INDArray precision = Parameters.get(views, "WPrecision");
        Parameters.get(views, "WMeanTimesPrecision")
                .assign(Parameters.get(views, "WAveragedMean").mul(precision));
        return views;
    }

    private double variance(int parameter) {
        INDArray precision = Parameters.get(parameters, parameter < 6 ? "WPrecision" : "sPrecision");
        return 1
                / (parameter < 6
                        ? precision.getDouble(parameter / OUTPUTS, parameter % OUTPUTS)
                        : precision.getDouble(0, parameter - 6));
    }

    private static INDArray array(double[][] values) {
        return Nd4j.createFromArray(values).dup('f');
    }

    private ForwardMessage input() {
        return new ForwardMessage(new Moments(array(X), array(V)), new BatchCovariance(array(K), array(GAIN)));
    }

    private double expectedVariance(int row, int output) {
        double sum = 0;
        for (int j = 0; j < INPUTS; j++) {
            sum += Math.pow(byInput(row, output, j), 2) * V[row][j];
        }
        for (int p = 0; p < PARAMETERS; p++) {
            sum += Math.pow(byParameter(row, output, p), 2) * variance(p);
        }
        return sum;
    }

    @Test
    void momentsAreThoseOfTheLinearisation() {
        Moments output = vertex.forward(List.of(input()), Sites.NONE).output().moments();
        Moments predicted = vertex.predict(List.of(input().moments()));
        for (int n = 0; n < ROWS; n++) {
            for (int i = 0; i < OUTPUTS; i++) {
                assertThat(output.mean().getDouble(n, i)).isCloseTo(function(X[n], W, i), within(1e-9));
                assertThat(output.variance().getDouble(n, i)).isCloseTo(expectedVariance(n, i), within(1e-7));
                assertThat(predicted.mean().getDouble(n, i)).isCloseTo(function(X[n], W, i), within(1e-9));
                assertThat(predicted.variance().getDouble(n, i)).isCloseTo(expectedVariance(n, i), within(1e-7));
            }
        }
        Moments point = vertex.point(Moments.pointMass(array(X)));
        assertThat(point.mean().sub(output.mean()).amaxNumber().doubleValue()).isLessThan(1e-9);
    }

    @Test
    void theCovarianceOfTheBatchIsThatOfTheLinearisation() {
        BatchCovariance covariance =
                vertex.forward(List.of(input()), Sites.NONE).output().covariance();
        double[][] x = {{0.4, -0.1}, {0.2, 0.7}, {-0.3, 0.5}};
        INDArray products = covariance.preActivations().times(array(x));
        for (int n = 0; n < ROWS; n++) {
            for (int k = 0; k < ROWS; k++) {
                double sum = 0;
                for (int i = 0; i < OUTPUTS; i++) {
                    for (int p = 0; p < PARAMETERS; p++) {
                        sum += byParameter(n, i, p) * byParameter(k, i, p) * variance(p) / OUTPUTS;
                    }
                    for (int j = 0; j < INPUTS; j++) {
                        sum += byInput(n, i, j) * GAIN[n][j] * byInput(k, i, j) * GAIN[k][j] * K[n][k] / OUTPUTS;
                    }
                }
                assertThat(covariance.covariance().getDouble(n, k)).isCloseTo(sum, within(1e-7));
            }
            for (int i = 0; i < OUTPUTS; i++) {
                assertThat(products.getDouble(n, i)).isCloseTo(expectedProduct(n, i, x), within(1e-7));
            }
        }
    }

    /** Of the whole covariance of outputs and rows, times x. */
    private double expectedProduct(int n, int i, double[][] x) {
        double sum = 0;
        for (int k = 0; k < ROWS; k++) {
            for (int o = 0; o < OUTPUTS; o++) {
                for (int p = 0; p < PARAMETERS; p++) {
                    sum += byParameter(n, i, p) * variance(p) * byParameter(k, o, p) * x[k][o];
                }
                for (int j = 0; j < INPUTS; j++) {
                    sum += byInput(n, i, j) * GAIN[n][j] * K[n][k] * GAIN[k][j] * byInput(k, o, j) * x[k][o];
                }
            }
        }
        return sum;
    }

    @Test
    void messagesAndSitesAreThoseOfTheLinearisation() {
        double[][] z = {{0.7, -0.2}, {0.4, 1.1}, {-0.5, 0.3}};
        double[][] g = {{0.5, 0.3}, {0.9, 0.2}, {0.4, 0.8}};
        Vertex.Answer answer =
                vertex.forward(List.of(input()), Sites.NONE).back().answer(new BackwardMessage(array(z), array(g)));

        BackwardMessage back = answer.toInputs().get(0);
        for (int n = 0; n < ROWS; n++) {
            for (int j = 0; j < INPUTS; j++) {
                double shift = 0;
                double curvature = 0;
                for (int i = 0; i < OUTPUTS; i++) {
                    shift += byInput(n, i, j) * z[n][i];
                    curvature += Math.pow(byInput(n, i, j), 2) * g[n][i];
                }
                assertThat(back.shift().getDouble(n, j)).isCloseTo(shift, within(1e-7));
                assertThat(back.curvature().getDouble(n, j)).isCloseTo(curvature, within(1e-7));
            }
        }
        for (int p = 0; p < PARAMETERS; p++) {
            double shift = 0;
            double precision = 0;
            for (int n = 0; n < ROWS; n++) {
                for (int i = 0; i < OUTPUTS; i++) {
                    shift += byParameter(n, i, p) * z[n][i];
                    precision += Math.pow(byParameter(n, i, p), 2) * g[n][i];
                }
            }
            WeightSite site = answer.sites().site(new ParameterKey("layer 0", p < 6 ? "W" : "s"));
            int row = p < 6 ? p / OUTPUTS : 0;
            int column = p < 6 ? p % OUTPUTS : p - 6;
            assertThat(site.shift().getDouble(row, column)).isCloseTo(shift, within(1e-7));
            assertThat(site.requiredPrecision().getDouble(row, column)).isCloseTo(precision, within(1e-7));
        }
    }
}
