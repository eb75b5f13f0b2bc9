package io.github.dl4jep.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.linear.ConvolutionWindows;
import io.github.dl4jep.vertex.OneBatch;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import io.github.dl4jep.window.WindowGeometry;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A convolution is the dense layer whose weight matrix holds copies of the kernel: moments, messages, sites, batch covariance. */
class ConvolutionEqualsDenseTest {

    private static final int BATCH = 2;
    /** So many that the batch covariance looks at every position. */
    private static final int UNITS = 12;

    /** A layer and its input. */
    record Case(ConvolutionLayer layer, ExampleShape shape) {

        @Override
        public String toString() {
            return layer.getClass().getSimpleName() + shape;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case(
                        new ConvolutionLayer.Builder(3, 2)
                                .stride(2, 1)
                                .padding(1, 0)
                                .convolutionMode(ConvolutionMode.Truncate)
                                .nIn(2)
                                .nOut(UNITS)
                                .activation(Activation.IDENTITY)
                                .build(),
                        ExampleShape.of(2, 5, 4)),
                new Case(
                        new Convolution1DLayer.Builder(3)
                                .convolutionMode(ConvolutionMode.Causal)
                                .dilation(2)
                                .nIn(2)
                                .nOut(UNITS)
                                .activation(Activation.IDENTITY)
                                .build(),
                        ExampleShape.of(2, 6)),
                new Case(
                        new Convolution3D.Builder(2, 2, 1)
                                .convolutionMode(ConvolutionMode.Same)
                                .nIn(2)
                                .nOut(UNITS)
                                .activation(Activation.IDENTITY)
                                .build(),
                        ExampleShape.of(2, 3, 2, 2)),
                new Case(
                        new Deconvolution2D.Builder(3, 2)
                                .stride(2, 2)
                                .convolutionMode(ConvolutionMode.Truncate)
                                .nIn(2)
                                .nOut(UNITS)
                                .activation(Activation.IDENTITY)
                                .build(),
                        ExampleShape.of(2, 3, 2)),
                new Case(
                        new DepthwiseConvolution2D.Builder(2, 2)
                                .depthMultiplier(4)
                                .convolutionMode(ConvolutionMode.Truncate)
                                .nIn(3)
                                .nOut(UNITS)
                                .activation(Activation.IDENTITY)
                                .build(),
                        ExampleShape.of(3, 4, 3)));
    }

    private final DataType type = DataType.DOUBLE;
    private ConvolutionRuntime runtime;
    private PosteriorParamInitializer layout;
    private ConvolutionWindows windows;
    private WindowGeometry geometry;

    private void start(Case one) {
        Nd4j.getRandom().setSeed(17);
        EpConvolutionLayer layer = new EpConvolutionLayer(one.layer(), new GaussianPrior(), 1);
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        layout = layer.initializer();
        INDArray params = Nd4j.zeros(type, 1, layout.numParams(layer));
        runtime = (ConvolutionRuntime) layer.instantiate(conf, null, 0, params, true, type);
        windows = ConvolutionWindows.of(one.layer());
        geometry = windows.placement().on(one.shape(), "here");
        INDArray precision = runtime.paramTable().get("WPrecision");
        precision.muli(Nd4j.rand(type, precision.shape()).addi(0.5));
        runtime.paramTable()
                .get("WMeanTimesPrecision")
                .assign(Nd4j.randn(type, precision.shape()).muli(precision).muli(0.3));
        runtime.paramTable()
                .get("WAveragedMean")
                .assign(runtime.paramTable().get("WMeanTimesPrecision").div(precision));
        runtime.paramTable().get("bMeanTimesPrecision").assign(Nd4j.randn(type, 1, UNITS));
    }

    /** What is done with each copy of a weight: it connects an input column to an output column. */
    private interface Copy {
        void at(int row, int unit, int input, int output);
    }

    private void forEachCopy(Copy copy) {
        int groups = windows.groups().groups();
        int channelsOfGroup = geometry.channels() / groups;
        int kernel = geometry.kernelPositions();
        for (int unit = 0; unit < UNITS; unit++) {
            int group = unit / (UNITS / groups);
            for (int c = 0; c < channelsOfGroup; c++) {
                for (int k = 0; k < kernel; k++) {
                    int[] sources = geometry.sources(k);
                    for (int p = 0; p < sources.length; p++) {
                        if (sources[p] >= 0) {
                            int input = (group * channelsOfGroup + c) * geometry.inputPositions() + sources[p];
                            copy.at(c * kernel + k, unit, input, unit * sources.length + p);
                        }
                    }
                }
            }
        }
    }

    private INDArray dense(INDArray weights) {
        INDArray dense = Nd4j.zeros(
                type,
                geometry.inputShape().length(),
                geometry.outputShape(UNITS).length());
        forEachCopy((row, unit, input, output) ->
                dense.putScalar(input, output, dense.getDouble(input, output) + weights.getDouble(row, unit)));
        return dense;
    }

    private INDArray denseBias(INDArray bias) {
        int positions = geometry.outputPositions();
        INDArray dense = Nd4j.zeros(type, 1, (long) UNITS * positions);
        for (int i = 0; i < dense.length(); i++) {
            dense.putScalar(0, i, bias.getDouble(i / positions));
        }
        return dense;
    }

    private WeightMoments denseWeights() {
        WeightMoments moments = layout.weights(runtime.paramTable()).moments(null);
        return WeightMoments.of(dense(moments.mean()), dense(moments.variance()));
    }

    private WeightMoments denseBias() {
        WeightMoments moments = layout.bias(runtime.paramTable()).moments(null);
        return WeightMoments.of(denseBias(moments.mean()), denseBias(moments.variance()));
    }

    private ForwardMessage input() {
        long columns = geometry.inputShape().length();
        INDArray root = Nd4j.randn(type, BATCH, 3);
        return new ForwardMessage(
                new Moments(
                                Nd4j.randn(type, BATCH, columns).dup('f'),
                                Nd4j.rand(type, BATCH, columns).dup('f'))
                        .shapedAs(geometry.inputShape()),
                new BatchCovariance(
                        root.mmul(root.transpose()),
                        Nd4j.rand(type, BATCH, columns).dup('f')));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void forward(Case one) {
        start(one);
        ForwardMessage input = input();
        ForwardMessage actual =
                runtime.vertex().forward(List.of(input), Sites.NONE).output();
        Moments expected = LinearFactor.messageToPreActivation(input.moments(), denseWeights(), denseBias());
        close(actual.moments().mean(), expected.mean());
        close(actual.moments().variance(), expected.variance());
        assertThat(actual.moments().shape()).isEqualTo(geometry.outputShape(UNITS));
        close(
                actual.covariance().covariance(),
                LinearFactor.covarianceOfPreActivation(input, denseWeights(), denseBias())
                        .covariance());
        close(runtime.vertex().predict(List.of(input.moments())).variance(), expected.variance());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void backwardAndSites(Case one) {
        start(one);
        ForwardMessage input = input();
        long columns = geometry.outputShape(UNITS).length();
        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(type, BATCH, columns).muli(0.1).dup('f'),
                Nd4j.rand(type, BATCH, columns).dup('f'));
        WeightMoments dense = denseWeights();
        BackwardMessage expected = LinearFactor.messageToInput(message, dense);
        WeightSite sites = LinearFactor.messageToWeights(message, input.moments(), denseWeights(), true);
        WeightMoments before = layout.weights(runtime.paramTable()).moments(null);
        INDArray mean = before.mean().dup();
        INDArray precision = runtime.paramTable().get("WPrecision").dup();
        INDArray biasPrecision = runtime.paramTable().get("bPrecision").dup();

        Vertex.Answer answer =
                runtime.vertex().forward(List.of(input), Sites.NONE).back().answer(message);
        BackwardMessage back = answer.toInputs().get(0);
        close(back.shift(), expected.shift());
        close(back.curvature(), expected.curvature());
        assertThat(answer.sites().areFinite()).isTrue();
        OneBatch.commit(
                runtime.vertex().learners(), answer.sites(), new SiteStep(1, 1, 1), new LearningPhase(1, true, 1));

        INDArray shift = Nd4j.zeros(type, mean.shape());
        INDArray gained = Nd4j.zeros(type, mean.shape());
        forEachCopy((row, unit, in, out) -> {
            shift.putScalar(
                    row, unit, shift.getDouble(row, unit) + sites.shift().getDouble(in, out));
            gained.putScalar(
                    row,
                    unit,
                    gained.getDouble(row, unit) + sites.requiredPrecision().getDouble(in, out));
        });
        INDArray newPrecision = runtime.paramTable().get("WPrecision");
        close(newPrecision, precision.add(gained));
        // A mean moves by its variance before the batch times the shift.
        close(runtime.paramTable().get("WMeanTimesPrecision").div(newPrecision), mean.add(shift.div(precision)));
        INDArray perUnit = message.curvature()
                .dup('f')
                .reshape('f', (long) BATCH * geometry.outputPositions(), UNITS)
                .sum(true, 0);
        close(runtime.paramTable().get("bPrecision"), biasPrecision.add(perUnit));
    }

    private static void close(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isCloseTo(0, within(1e-9));
    }
}
