package io.github.dl4jep.type.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.linear.BiasTerm;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.NamedPosterior;
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
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.LocallyConnected1D;
import org.deeplearning4j.nn.conf.layers.LocallyConnected2D;
import org.deeplearning4j.nn.conf.layers.samediff.SameDiffLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Unshared convolutions against the dense layer whose other weights are known zeros. */
class UnsharedLayersTest {

    private static final DataType TYPE = DataType.DOUBLE;
    private static final int BATCH = 3;

    /** What the oracle needs to know of a layer: which input a weight reads at which position. */
    private record Geometry(ExampleShape input, int positions, int kernel, int stride, int padding, int units) {

        int rows() {
            return input.spatialRank() == 1 ? kernel : kernel * kernel;
        }

        int fanIn() {
            return (int) input.channels() * rows();
        }

        /** Column of the input that element f of the window of output position p reads, or -1; DL4J's order of images. */
        int source(int p, int f) {
            int channel = f / rows();
            int element = f % rows();
            int size = (int) input.dims()[1];
            if (input.spatialRank() == 1) {
                int t = p * stride - padding + element;
                return t < 0 || t >= size ? -1 : channel * size + t;
            }
            int side = (int) Math.sqrt(positions);
            int y = p % side * stride - padding + element / kernel;
            int x = p / side * stride - padding + element % kernel;
            return y < 0 || x < 0 || y >= size || x >= size ? -1 : (channel * size + y) * size + x;
        }
    }

    private static LocallyConnected2D image(ConvolutionMode mode) {
        LocallyConnected2D layer = new LocallyConnected2D.Builder()
                .kernelSize(2, 2)
                .nIn(2)
                .nOut(3)
                .setInputSize(3, 3)
                .convolutionMode(mode)
                .activation(Activation.IDENTITY)
                .build();
        layer.getOutputType(0, InputType.convolutional(3, 3, 2));
        return layer;
    }

    private static LocallyConnected1D sequence() {
        LocallyConnected1D layer = new LocallyConnected1D.Builder()
                .kernelSize(3)
                .nIn(2)
                .nOut(2)
                .stride(2)
                .setInputSize(7)
                .convolutionMode(ConvolutionMode.Truncate)
                .activation(Activation.IDENTITY)
                .build();
        layer.getOutputType(0, InputType.recurrent(2, 7));
        return layer;
    }

    private static WeightedLayerRuntime runtime(SameDiffLayer original) {
        Nd4j.getRandom().setSeed(5);
        EpWeightedLayer layer = new EpWeightedLayer(original, new ActivationIdentity(), new GaussianPrior(), 1);
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        INDArray params = Nd4j.zeros(TYPE, 1, layer.initializer().numParams(layer));
        WeightedLayerRuntime runtime = (WeightedLayerRuntime) layer.instantiate(conf, null, 0, params, true, TYPE);
        for (String name : List.of("WPrecision", "bPrecision")) {
            INDArray precision = runtime.paramTable().get(name);
            precision.muli(Nd4j.rand(TYPE, precision.shape()).addi(0.5));
        }
        return runtime;
    }

    /** The dense layer's array: columns unit by unit, at all positions. */
    private static INDArray dense(INDArray weights, Geometry geometry) {
        INDArray dense = Nd4j.zeros(TYPE, geometry.input().length(), (long) geometry.units() * geometry.positions());
        for (int p = 0; p < geometry.positions(); p++) {
            for (int f = 0; f < geometry.fanIn(); f++) {
                for (int u = 0; geometry.source(p, f) >= 0 && u < geometry.units(); u++) {
                    dense.putScalar(
                            geometry.source(p, f),
                            (long) u * geometry.positions() + p,
                            weights.getDouble(f, p * geometry.units() + u));
                }
            }
        }
        return dense.dup('f');
    }

    private static INDArray atAllPositions(INDArray bias, Geometry geometry) {
        INDArray row = Nd4j.zeros(TYPE, 1, (long) geometry.units() * geometry.positions());
        for (int i = 0; i < row.length(); i++) {
            row.putScalar(i, bias.getDouble(i / geometry.positions()));
        }
        return row;
    }

    @ParameterizedTest
    @ValueSource(strings = {"image", "padded image", "sequence"})
    void isADenseLayerWithZerosElsewhere(String name) {
        WeightedLayerRuntime runtime = switch (name) {
            case "image" -> runtime(image(ConvolutionMode.Truncate));
            case "padded image" -> runtime(image(ConvolutionMode.Same));
            default -> runtime(sequence());
        };
        Geometry geometry = switch (name) {
            case "image" -> new Geometry(ExampleShape.of(2, 3, 3), 4, 2, 1, 0, 3);
            case "padded image" -> new Geometry(ExampleShape.of(2, 3, 3), 9, 2, 1, 0, 3);
            default -> new Geometry(ExampleShape.of(2, 7), 3, 3, 2, 0, 2);
        };
        long inputs = geometry.input().length();
        Moments input = new Moments(
                        Nd4j.randn(TYPE, BATCH, inputs).dup('f'),
                        Nd4j.rand(TYPE, BATCH, inputs).dup('f'))
                .shapedAs(geometry.input());
        INDArray half = Nd4j.randn(TYPE, BATCH, BATCH);
        BatchCovariance before = new BatchCovariance(half.mmul(half.transpose()), Nd4j.rand(TYPE, BATCH, inputs));
        List<NamedPosterior> posteriors = PosteriorLayout.of(runtime);
        WeightMoments own = posteriors.get(0).posterior().moments(null);
        WeightMoments bias = posteriors.get(1).posterior().moments(null);
        WeightMoments weights = WeightMoments.of(dense(own.mean(), geometry), dense(own.variance(), geometry));
        WeightMoments everywhere =
                WeightMoments.of(atAllPositions(bias.mean(), geometry), atAllPositions(bias.variance(), geometry));
        Moments expected = LinearFactor.messageToPreActivation(input, weights, everywhere);
        ForwardMessage message = new ForwardMessage(input, before);
        BatchCovariance covariance = LinearFactor.covarianceOfPreActivation(message, weights, everywhere);

        Vertex.Pass pass = runtime.vertex().forward(List.of(message), Sites.NONE);

        Moments output = pass.output().moments();
        assertThat(output.shape().positions()).isEqualTo(geometry.positions());
        assertClose(output.mean(), expected.mean());
        assertClose(output.variance(), expected.variance());
        assertClose(
                pass.output().covariance().collapsed().covariance(), Objects.requireNonNull(covariance.covariance()));
        WeightMoments averaged = posteriors.get(0).posterior().predictiveMoments();
        WeightMoments averagedBias = posteriors.get(1).posterior().predictiveMoments();
        assertClose(
                runtime.vertex().predict(List.of(input)).mean(),
                input.mean()
                        .mmul(dense(averaged.mean(), geometry))
                        .addiRowVector(atAllPositions(averagedBias.mean(), geometry)));
        long outputs = (long) geometry.units() * geometry.positions();
        BackwardMessage back = new BackwardMessage(
                Nd4j.randn(TYPE, BATCH, outputs).dup('f'),
                Nd4j.rand(TYPE, BATCH, outputs).dup('f'));
        BackwardMessage toInput = LinearFactor.messageToInput(back, weights);
        WeightSite toWeights = LinearFactor.messageToWeights(back, input, weights, true);
        WeightSite toBias = BiasTerm.message(back);
        Vertex.Answer answer = pass.back().answer(back);

        BackwardMessage message0 = Objects.requireNonNull(answer.toInputs().get(0));
        assertClose(message0.shift(), toInput.shift());
        assertClose(message0.curvature(), toInput.curvature());
        WeightSite site = answer.sites().site(new ParameterKey(runtime.vertex().describe(), "W"));
        WeightSite ofBias =
                answer.sites().site(new ParameterKey(runtime.vertex().describe(), "b"));
        for (int p = 0; p < geometry.positions(); p++) {
            for (int u = 0; u < geometry.units(); u++) {
                long column = (long) u * geometry.positions() + p;
                for (int f = 0; f < geometry.fanIn(); f++) {
                    int source = geometry.source(p, f);
                    assertThat(site.shift().getDouble(f, (long) p * geometry.units() + u))
                            .isCloseTo(source < 0 ? 0 : toWeights.shift().getDouble(source, column), within(1e-9));
                    assertThat(site.requiredPrecision().getDouble(f, (long) p * geometry.units() + u))
                            .isCloseTo(
                                    source < 0
                                            ? 0
                                            : toWeights.requiredPrecision().getDouble(source, column),
                                    within(1e-9));
                }
            }
        }
        for (int u = 0; u < geometry.units(); u++) {
            double shift = 0;
            for (int p = 0; p < geometry.positions(); p++) {
                shift += toBias.shift().getDouble((long) u * geometry.positions() + p);
            }
            assertThat(ofBias.shift().getDouble(u)).isCloseTo(shift, within(1e-9));
        }
    }

    private static void assertClose(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-9);
    }

    @Test
    void drawsHaveTheMoments() {
        WeightedLayerRuntime runtime = runtime(image(ConvolutionMode.Truncate));
        Moments input = Moments.pointMass(Nd4j.randn(TYPE, 1, 2, 3, 3));
        Moments predicted = runtime.vertex().predict(List.of(input));
        int draws = 2000;
        INDArray squares = predicted.mean().mul(0);
        for (int draw = 0; draw < draws; draw++) {
            INDArray deviation = runtime.vertex().sample(List.of(input)).mean().sub(predicted.mean());
            squares.addi(deviation.mul(deviation).divi(predicted.variance()));
        }
        assertThat(squares.meanNumber().doubleValue() / draws).isBetween(0.9, 1.1);
    }

    @Test
    void inputsOfAnotherSizeAreNamed() {
        WeightedLayerRuntime runtime = runtime(image(ConvolutionMode.Truncate));

        assertThatThrownBy(() -> runtime.vertex().predict(List.of(Moments.pointMass(Nd4j.zeros(TYPE, 1, 2, 4, 4)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("An example has shape [2, 4, 4]")
                .hasMessageContaining("which gives 9 windows on 2 channel(s), but there are weights for 4 on 2 at");
    }
}
