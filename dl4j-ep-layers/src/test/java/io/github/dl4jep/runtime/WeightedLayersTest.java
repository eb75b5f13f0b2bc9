package io.github.dl4jep.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.NamedPosterior;
import io.github.dl4jep.params.PosteriorLayout;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.vertex.OneBatch;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPrior;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.misc.ElementWiseMultiplicationLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class WeightedLayersTest {

    private static final DataType TYPE = DataType.DOUBLE;
    private static final SiteStep STEP = new SiteStep(1, 1, 1);
    private static final int DRAWS = 200;

    private static WeightedLayerRuntime runtime(FeedForwardLayer original, WeightPrior prior) {
        Nd4j.getRandom().setSeed(5);
        EpWeightedLayer layer = new EpWeightedLayer(original, prior, 1);
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        INDArray params = Nd4j.zeros(TYPE, 1, layer.initializer().numParams(layer));
        return (WeightedLayerRuntime) layer.instantiate(conf, null, 0, params, true, TYPE);
    }

    private static FeedForwardLayer embedding() {
        return new EmbeddingLayer.Builder()
                .nIn(4)
                .nOut(3)
                .hasBias(true)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static FeedForwardLayer elementWise() {
        return new ElementWiseMultiplicationLayer.Builder()
                .nIn(3)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static FeedForwardLayer separable() {
        return new SeparableConvolution2D.Builder(2, 2)
                .depthMultiplier(2)
                .convolutionMode(ConvolutionMode.Truncate)
                .nIn(2)
                .nOut(3)
                .activation(Activation.IDENTITY)
                .build();
    }

    private static WeightMoments weights(WeightedLayerRuntime runtime) {
        return ((PosteriorParamInitializer) runtime.conf().getLayer().initializer())
                .weights(runtime.paramTable())
                .moments(null);
    }

    private static void spread(WeightedLayerRuntime runtime) {
        INDArray precision = runtime.paramTable().get("WPrecision");
        precision.muli(Nd4j.rand(TYPE, precision.shape()).addi(0.5));
    }

    @Test
    void anEmbeddingIsItsRowAndEqualIndicesVaryTogether() {
        WeightedLayerRuntime runtime = runtime(embedding(), new GaussianPrior());
        spread(runtime);
        WeightMoments w = weights(runtime);
        double bias = 1 / runtime.paramTable().get("bPrecision").getDouble(0);
        int[] indices = {2, 0, 2};
        Vertex.Pass pass =
                forward(runtime, ForwardMessage.observed(Nd4j.createFromArray(new double[][] {{2}, {0}, {2}})));
        ForwardMessage out = pass.output();
        for (int n = 0; n < 3; n++) {
            for (int u = 0; u < 3; u++) {
                assertThat(out.moments().mean().getDouble(n, u))
                        .isCloseTo(w.mean().getDouble(indices[n], u), within(1e-9));
                assertThat(out.moments().variance().getDouble(n, u))
                        .isCloseTo(w.variance().getDouble(indices[n], u) + bias, within(1e-9));
            }
            for (int k = 0; k < 3; k++) {
                double own = indices[n] == indices[k]
                        ? w.variance().getRow(indices[n]).meanNumber().doubleValue()
                        : 0;
                assertThat(out.covariance().covariance().getDouble(n, k)).isCloseTo(own + bias, within(1e-9));
            }
        }
        INDArray before = runtime.paramTable().get("WPrecision").dup();
        INDArray one = Nd4j.ones(TYPE, 3, 3);
        assertThat(learn(runtime, pass, new BackwardMessage(one, one))).isNull();
        INDArray gained = runtime.paramTable().get("WPrecision").sub(before);
        for (int u = 0; u < 3; u++) {
            assertThat(gained.getColumn(u).toDoubleVector()).containsExactly(new double[] {1, 0, 2, 0}, within(1e-9));
        }
    }

    @Test
    void indicesOutOfRangeAreNamed() {
        WeightedLayerRuntime runtime = runtime(embedding(), new GaussianPrior());
        for (double index : new double[] {4, -1, 0.5}) {
            assertThatThrownBy(() -> runtime.vertex()
                            .predict(List.of(Moments.pointMass(Nd4j.createFromArray(new double[][] {{0}, {index}})))))
                    .isInstanceOf(DL4JInvalidInputException.class)
                    .hasMessage("The index of example 1 is " + index
                            + ", allowed are whole numbers from 0 to 3 at layer \"\" (index 0)");
        }
        assertThatThrownBy(() -> runtime.vertex().predict(List.of(Moments.pointMass(Nd4j.zeros(TYPE, 2, 3)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining(
                        "An embedding takes one observed index per example, but an example has shape [3]");
    }

    @Test
    void elementWiseWeightsEachSeeOneColumn() {
        WeightedLayerRuntime runtime = runtime(elementWise(), new GaussianPrior());
        spread(runtime);
        WeightMoments w = weights(runtime);
        double bias = 1 / runtime.paramTable().get("bPrecision").getDouble(0);
        INDArray m = Nd4j.randn(TYPE, 2, 3);
        INDArray v = Nd4j.rand(TYPE, 2, 3);
        INDArray k = Nd4j.createFromArray(new double[][] {{1, 0.5}, {0.5, 2}});
        INDArray gain = Nd4j.rand(TYPE, 2, 3);
        Vertex.Pass pass = forward(runtime, new ForwardMessage(new Moments(m, v), new BatchCovariance(k, gain)));
        ForwardMessage out = pass.output();
        INDArray z = Nd4j.randn(TYPE, 2, 3);
        INDArray g = Nd4j.rand(TYPE, 2, 3);
        INDArray precision = runtime.paramTable().get("WPrecision").dup();
        BackwardMessage back = learn(runtime, pass, new BackwardMessage(z, g));
        for (int i = 0; i < 3; i++) {
            double mean = w.mean().getDouble(i);
            double variance = w.variance().getDouble(i);
            double site = 0;
            for (int n = 0; n < 2; n++) {
                double mn = m.getDouble(n, i);
                double vn = v.getDouble(n, i);
                assertThat(out.moments().mean().getDouble(n, i)).isCloseTo(mn * mean, within(1e-9));
                assertThat(out.moments().variance().getDouble(n, i))
                        .isCloseTo(mn * mn * variance + vn * (variance + mean * mean) + bias, within(1e-9));
                assertThat(back.shift().getDouble(n, i)).isCloseTo(z.getDouble(n, i) * mean, within(1e-9));
                assertThat(back.curvature().getDouble(n, i))
                        .isCloseTo(g.getDouble(n, i) * (variance + mean * mean), within(1e-9));
                site += g.getDouble(n, i) * (mn * mn + vn);
            }
            assertThat(runtime.paramTable().get("WPrecision").getDouble(i))
                    .isCloseTo(precision.getDouble(i) + site, within(1e-9));
        }
        double between = bias;
        for (int i = 0; i < 3; i++) {
            between += (m.getDouble(0, i) * m.getDouble(1, i) * w.variance().getDouble(i)
                            + gain.getDouble(0, i)
                                    * gain.getDouble(1, i)
                                    * 0.5
                                    * Math.pow(w.mean().getDouble(i), 2))
                    / 3;
        }
        assertThat(out.covariance().covariance().getDouble(0, 1)).isCloseTo(between, within(1e-9));
    }

    static List<WeightPrior> priors() {
        return List.of(new GaussianPrior(), new BinaryPrior());
    }

    /** Exact for observed inputs: sums, over channels in between, of products of independent weights. */
    @ParameterizedTest
    @MethodSource("priors")
    void aSeparableConvolutionHasTheMomentsOfItsSums(WeightPrior prior) {
        WeightedLayerRuntime runtime = runtime(separable(), prior);
        List<NamedPosterior> posteriors = PosteriorLayout.of(runtime);
        WeightMoments kernels = posteriors.get(0).posterior().predictiveMoments();
        WeightMoments mixing = posteriors.get(1).posterior().predictiveMoments();
        INDArray image = Nd4j.randn(TYPE, 1, 2, 3, 3);
        Moments predicted = runtime.vertex().predict(List.of(Moments.pointMass(image)));
        for (int unit = 0; unit < 3; unit++) {
            for (int position = 0; position < 4; position++) {
                double mean = 0;
                double variance = 1 / runtime.paramTable().get("bPrecision").getDouble(unit);
                for (int channel = 0; channel < 4; channel++) {
                    double m = 0;
                    double v = 0;
                    for (int k = 0; k < 4; k++) {
                        double x = image.getDouble(0, channel / 2, position / 2 + k / 2, position % 2 + k % 2);
                        m += x * kernels.mean().getDouble(k, channel);
                        v += x * x * kernels.variance().getDouble(k, channel);
                    }
                    double weight = mixing.mean().getDouble(channel, unit);
                    double spread = mixing.variance().getDouble(channel, unit);
                    mean += weight * m;
                    variance += weight * weight * v + spread * (m * m + v);
                }

                assertThat(predicted.mean().getDouble(0, unit * 4 + position)).isCloseTo(mean, within(1e-9));
                assertThat(predicted.variance().getDouble(0, unit * 4 + position))
                        .isCloseTo(variance, within(1e-9));
            }
        }
        assertThat(runtime.hasBias()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("priors")
    void aSeparableConvolutionDrawsBothArrays(WeightPrior prior) {
        WeightedLayerRuntime runtime = runtime(separable(), prior);
        Moments input = Moments.pointMass(Nd4j.randn(TYPE, 1, 2, 3, 3));
        Moments predicted = runtime.vertex().predict(List.of(input));
        INDArray squares = predicted.mean().mul(0);
        for (int draw = 0; draw < DRAWS; draw++) {
            INDArray deviation = runtime.vertex().sample(List.of(input)).mean().sub(predicted.mean());
            squares.addi(deviation.mul(deviation).divi(predicted.variance()));
        }
        // Mean squares of 12 columns in units of their variance; a product of Gaussians has a kurtosis of up to 9.
        assertThat(squares.meanNumber().doubleValue() / DRAWS).isBetween(0.7, 1.4);
    }

    @Test
    void bothArraysOfASeparableConvolutionLearn() {
        WeightedLayerRuntime runtime = runtime(separable(), new GaussianPrior());
        INDArray first = runtime.paramTable().get("firstWPrecision").dup();
        INDArray second = runtime.paramTable().get("WPrecision").dup();
        Vertex.Pass pass = forward(runtime, ForwardMessage.observed(Nd4j.randn(TYPE, 2, 2, 3, 3)));
        ForwardMessage out = pass.output();
        INDArray one = out.moments().mean().mul(0).addi(1);
        assertThat(runtime.paramTable().get("firstWPrecision")).isEqualTo(first);
        learn(runtime, pass, new BackwardMessage(one, one));
        assertThat(runtime.paramTable().get("firstWPrecision").gt(first).all()).isTrue();
        assertThat(runtime.paramTable().get("WPrecision").gt(second).all()).isTrue();
        assertThat(out.moments().shape().dims()).containsExactly(3, 2, 2);
    }

    private static Vertex.Pass forward(WeightedLayerRuntime runtime, ForwardMessage input) {
        return runtime.vertex().forward(List.of(input), Sites.NONE);
    }

    /** Learns from what the message says, and gives the message at the input. */
    private static BackwardMessage learn(WeightedLayerRuntime runtime, Vertex.Pass pass, BackwardMessage message) {
        Vertex.Answer answer = pass.back().answer(message);
        OneBatch.commit(runtime.vertex().learners(), answer.sites(), STEP, new LearningPhase(1, true, 1));
        return answer.toInputs().get(0);
    }
}
