package io.github.dl4jep.type.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.runtime.WeightedLayerRuntime;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.List;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Learned slopes against integrals over the normal input and the normal slope. */
class PreluLayerTest {

    private static final DataType TYPE = DataType.DOUBLE;
    private static final int BATCH = 3;

    private static WeightedLayerRuntime runtime(PReLULayer original) {
        EpWeightedLayer layer = new EpWeightedLayer(original, new ActivationIdentity(), new GaussianPrior(0.1), 1);
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        INDArray params = Nd4j.zeros(TYPE, 1, layer.initializer().numParams(layer));
        WeightedLayerRuntime runtime = (WeightedLayerRuntime) layer.instantiate(conf, null, 0, params, true, TYPE);
        Nd4j.getRandom().setSeed(4);
        INDArray start = Nd4j.rand(TYPE, 1, layer.getNOut()).subi(0.3);
        PosteriorLayout.of(runtime).get(0).posterior().startAt(start);
        return runtime;
    }

    private static PReLULayer shared() {
        return new PReLULayer.Builder().inputShape(2, 2, 3).sharedAxes(2, 3).build();
    }

    private static PReLULayer own() {
        return new PReLULayer.Builder().inputShape(2, 2, 3).build();
    }

    /** The mean of a function of a normal variable, by the midpoint rule on both sides of 0. */
    private static double mean(double w, double v, DoubleUnaryOperator f) {
        double deviation = Math.sqrt(v);
        double sum = 0;
        int steps = 20_000;
        for (double[] part : new double[][] {{w - 10 * deviation, 0}, {0, w + 10 * deviation}}) {
            double from = Math.min(part[0], part[1]);
            double h = (Math.max(part[0], part[1]) - from) / steps;
            if (part[0] > part[1]) {
                continue;
            }
            for (int i = 0; i < steps; i++) {
                double u = from + (i + 0.5) * h;
                double z = (u - w) / deviation;
                sum += h * Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI * v) * f.applyAsDouble(u);
            }
        }
        return sum;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void momentsAndMessagesAreThoseOfTheIntegrals(boolean sharedAxes) {
        WeightedLayerRuntime runtime = runtime(sharedAxes ? shared() : own());
        ExampleShape shape = ExampleShape.of(2, 2, 3);
        int columns = 12;
        INDArray w = Nd4j.randn(TYPE, BATCH, columns).dup('f');
        INDArray v = Nd4j.rand(TYPE, BATCH, columns).addi(0.1).dup('f');
        INDArray half = Nd4j.randn(TYPE, BATCH, BATCH);
        INDArray k = half.mmul(half.transpose());
        INDArray gain = Nd4j.rand(TYPE, BATCH, columns).dup('f');
        WeightMoments slope = PosteriorLayout.of(runtime).get(0).posterior().moments(null);
        Vertex.Pass pass = runtime.vertex()
                .forward(
                        List.of(new ForwardMessage(new Moments(w, v).shapedAs(shape), new BatchCovariance(k, gain))),
                        Sites.NONE);
        INDArray z = Nd4j.randn(TYPE, BATCH, columns).dup('f');
        INDArray g = Nd4j.rand(TYPE, BATCH, columns).dup('f');
        Vertex.Answer answer = pass.back().answer(new BackwardMessage(z, g));
        BackwardMessage back = Objects.requireNonNull(answer.toInputs().get(0));
        double[] shift = new double[(int) slope.mean().length()];
        double[] precision = new double[shift.length];
        double[][] below = new double[BATCH][columns];
        double[][] slopes = new double[BATCH][columns];
        for (int n = 0; n < BATCH; n++) {
            for (int i = 0; i < columns; i++) {
                int of = sharedAxes ? i / 6 : i;
                double m = slope.mean().getDouble(of);
                double s = slope.variance().getDouble(of);
                double mu = w.getDouble(n, i);
                double var = v.getDouble(n, i);
                double first = mean(mu, var, u -> u > 0 ? u : m * u);
                double second = mean(mu, var, u -> u > 0 ? u * u : (m * m + s) * u * u);
                assertThat(pass.output().moments().mean().getDouble(n, i)).isCloseTo(first, within(1e-6));
                assertThat(pass.output().moments().variance().getDouble(n, i))
                        .isCloseTo(second - first * first, within(1e-6));
                double d = mean(mu, var, u -> u > 0 ? 1 : m);
                double side = mean(mu, var, u -> u > 0 ? 0 : 1);
                assertThat(back.shift().getDouble(n, i)).isCloseTo(d * z.getDouble(n, i), within(1e-6));
                assertThat(back.curvature().getDouble(n, i))
                        .isCloseTo((d * d + s * side * side) * g.getDouble(n, i), within(1e-6));
                below[n][i] = mean(mu, var, u -> Math.min(u, 0));
                slopes[n][i] = d;
                shift[of] += z.getDouble(n, i) * below[n][i];
                precision[of] += g.getDouble(n, i) * mean(mu, var, u -> u > 0 ? 0 : u * u);
            }
        }
        WeightSite site = answer.sites().site(new ParameterKey(runtime.vertex().describe(), "W"));
        assertThat(site.shift().toDoubleVector()).containsExactly(shift, within(1e-5));
        assertThat(site.requiredPrecision().toDoubleVector()).containsExactly(precision, within(1e-5));
        // Few multiplications: the covariance is that of some positions only where slopes are many; here of all.
        INDArray covariance =
                Objects.requireNonNull(pass.output().covariance().collapsed().covariance());
        double expected = 0;
        for (int i = 0; i < columns; i++) {
            expected += (below[0][i] * below[1][i] * slope.variance().getDouble(sharedAxes ? i / 6 : i)
                            + slopes[0][i]
                                    * slopes[1][i]
                                    * gain.getDouble(0, i)
                                    * gain.getDouble(1, i)
                                    * k.getDouble(0, 1))
                    / columns;
        }
        assertThat(covariance.getDouble(0, 1)).isCloseTo(expected, within(0.5 * Math.abs(expected) + 1e-2));
    }

    @Test
    void observedInputsHaveTheVarianceOfTheSlope() {
        WeightedLayerRuntime runtime = runtime(own());
        WeightMoments slope = PosteriorLayout.of(runtime).get(0).posterior().predictiveMoments();
        INDArray values = Nd4j.randn(TYPE, 2, 2, 2, 3);
        Moments input = Moments.pointMass(values);
        Moments output = runtime.vertex().predict(List.of(input));
        for (int i = 0; i < 12; i++) {
            double u = input.mean().getDouble(0, i);
            assertThat(output.mean().getDouble(0, i))
                    .isCloseTo(u > 0 ? u : slope.mean().getDouble(i) * u, within(1e-9));
            assertThat(output.variance().getDouble(0, i))
                    .isCloseTo(u > 0 ? 0 : slope.variance().getDouble(i) * u * u, within(1e-9));
        }
        Vertex.Pass pass =
                runtime.vertex().forward(List.of(new ForwardMessage(input, BatchCovariance.none())), Sites.NONE);
        INDArray one = output.mean().ulike().assign(1);
        assertThat(pass.back().answer(new BackwardMessage(one, one)).toInputs().get(0))
                .isNull();
    }

    @Test
    void slopesOfAnotherShapeAreNamed() {
        WeightedLayerRuntime runtime = runtime(shared());

        assertThatThrownBy(() -> runtime.vertex().predict(List.of(Moments.pointMass(Nd4j.zeros(TYPE, 1, 3, 2, 3)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("An example has shape [3, 2, 3]")
                .hasMessageContaining("but the slopes have shape [2, 1, 1]");
    }
}
