package io.github.dl4jep.conf;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.likelihood.BinaryLikelihood;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.ProbitLikelihood;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.window.MaxPoolingKind;
import java.util.List;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

class LayerConfigurationsTest {

    private static final TrainingSchedule SCHEDULE = new TrainingSchedule(2, 30, 40, 0.5, 2);
    private static final PassCounter COUNTER = new PassCounter(12, 24);

    private static EpDenseLayer dense() {
        return new EpDenseLayer.Builder()
                .name("hidden")
                .nIn(4)
                .nOut(3)
                .activation(Activation.TANH)
                .hasBias(false)
                .weightPrior(new GaussianPrior(0.25))
                .priorGain(1.5)
                .build();
    }

    private static EpOutputLayer output() {
        return new EpOutputLayer.Builder(LossFunction.XENT)
                .name("out")
                .nIn(3)
                .nOut(2)
                .activation(Activation.SIGMOID)
                .hasBias(false)
                .weightPrior(new GaussianPrior(0.2))
                .priorGain(3)
                .likelihood(new ProbitLikelihood(true))
                .schedule(SCHEDULE)
                .passCounter(COUNTER)
                .build();
    }

    private static EpLossLayer loss() {
        LossLayer original = new LossLayer.Builder(LossFunction.XENT)
                .name("loss")
                .activation(Activation.SIGMOID)
                .build();
        return new EpLossLayer(original, 3, new BinaryLikelihood(0.4, 0.02, true), SCHEDULE, COUNTER);
    }

    private static MultiLayerConfiguration configuration(Layer... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(3).list();
        for (Layer layer : layers) {
            list.layer(layer);
        }
        return list.build();
    }

    private static EpConvolutionLayer convolution() {
        ConvolutionLayer original = new ConvolutionLayer.Builder(3, 2)
                .name("conv")
                .nIn(2)
                .nOut(3)
                .stride(2, 1)
                .convolutionMode(ConvolutionMode.Truncate)
                .activation(Activation.TANH)
                .build();
        return new EpConvolutionLayer(original, new GaussianPrior(0.25), 1.5);
    }

    private static EpWeightedLayer separable() {
        SeparableConvolution2D original = new SeparableConvolution2D.Builder(3, 2)
                .name("separable")
                .nIn(3)
                .nOut(4)
                .depthMultiplier(2)
                .convolutionMode(ConvolutionMode.Truncate)
                .build();
        return new EpWeightedLayer(original, new GaussianPrior(0.25), 1.5);
    }

    private static EpFixedLayer pooling() {
        return new EpFixedLayer(
                new SubsamplingLayer.Builder(2, 2)
                        .name("pool")
                        .convolutionMode(ConvolutionMode.Truncate)
                        .build(),
                MaxPoolingKind.CLARK);
    }

    private static EpLossLayer pixels() {
        CnnLossLayer original = new CnnLossLayer.Builder(LossFunction.XENT)
                .name("pixels")
                .activation(Activation.SIGMOID)
                .build();
        return new EpLossLayer(original, original.getLossFn(), 4, null, SCHEDULE, COUNTER);
    }

    private static EpOutputLayer timeSteps() {
        EpOutputLayer layer = output();
        layer.setOriginal(new RnnOutputLayer.Builder(LossFunction.XENT)
                .nIn(3)
                .nOut(2)
                .dataFormat(RNNFormat.NWC)
                .build());
        return layer;
    }

    private static Layer lastStep() {
        LSTM original = new LSTM.Builder()
                .name("memory")
                .nIn(3)
                .nOut(4)
                .gateActivationFunction(Activation.HARDSIGMOID)
                .dataFormat(RNNFormat.NWC)
                .build();
        return new EpWrapperLayer(
                new LastTimeStep(original), new EpRecurrentLayer(original, new GaussianPrior(0.25), 1.5));
    }

    static List<MultiLayerConfiguration> configurations() {
        return List.of(
                configuration(lastStep(), dense(), output()),
                configuration(
                        new EpBidirectionalLayer(
                                new Bidirectional(
                                        Bidirectional.Mode.ADD,
                                        new LSTM.Builder()
                                                .nIn(3)
                                                .nOut(4)
                                                .activation(Activation.TANH)
                                                .build()),
                                new GaussianPrior(0.25),
                                1.5),
                        output()),
                configuration(convolution(), pooling(), separable(), pixels()),
                configuration(new EpFrozenLayer(dense(), true), timeSteps()),
                configuration(dense(), output()),
                configuration(dense(), new EpActivationLayer("act", new ActivationReLU()), output()),
                configuration(dense(), loss()),
                configuration(
                        new EpDenseLayer.Builder().nIn(4).nOut(3).build(),
                        new EpOutputLayer.Builder().nIn(3).nOut(2).build()));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void travelInJson(MultiLayerConfiguration configuration) {
        assertSame(MultiLayerConfiguration.fromJson(configuration.toJson()), configuration);
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void travelInYaml(MultiLayerConfiguration configuration) {
        assertSame(MultiLayerConfiguration.fromYaml(configuration.toYaml()), configuration);
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void survivesCloning(MultiLayerConfiguration configuration) {
        assertSame(configuration.clone(), configuration);
    }

    private static void assertSame(MultiLayerConfiguration read, MultiLayerConfiguration written) {
        assertThat(read).isEqualTo(written);
        for (int i = 0; i < written.getConfs().size(); i++) {
            Layer layer = written.getConf(i).getLayer();
            Layer other = read.getConf(i).getLayer();
            assertThat(other).hasSameClassAs(layer).isEqualTo(layer).hasSameHashCodeAs(layer);
            if (layer instanceof EpDenseLayer expected) {
                EpDenseLayer actual = (EpDenseLayer) other;
                assertThat(actual.isHasBias()).isEqualTo(expected.isHasBias());
                assertThat(actual.getWeightPrior()).isEqualTo(expected.getWeightPrior());
                assertThat(actual.getPriorGain()).isEqualTo(expected.getPriorGain());
                assertThat(actual.getActivationFn()).isEqualTo(expected.getActivationFn());
                assertThat(actual.getNOut()).isEqualTo(expected.getNOut());
            }
            if (layer instanceof EpOutputLayer expected) {
                EpOutputLayer actual = (EpOutputLayer) other;
                assertThat(actual.hasBias()).isEqualTo(expected.hasBias());
                assertThat(actual.getWeightPrior()).isEqualTo(expected.getWeightPrior());
                assertThat(actual.getPriorGain()).isEqualTo(expected.getPriorGain());
                assertThat(actual.getLikelihood()).isEqualTo(expected.getLikelihood());
            }
            if (layer instanceof EpOutputConf expected) {
                EpOutputConf actual = (EpOutputConf) other;
                assertThat(actual.effectiveLikelihood()).isEqualTo(expected.effectiveLikelihood());
                assertThat(actual.getSchedule()).isEqualTo(expected.getSchedule());
                assertThat(actual.getPassCounter()).isEqualTo(expected.getPassCounter());
            }
        }
    }

    @Test
    void buildersSetWhatTheyAreTold() {
        assertThat(dense().isHasBias()).isFalse();
        assertThat(dense().getWeightPrior()).isEqualTo(new GaussianPrior(0.25));
        assertThat(dense().getPriorGain()).isEqualTo(1.5);
        assertThat(output().hasBias()).isFalse();
        assertThat(output().getLikelihood()).isEqualTo(new ProbitLikelihood(true));
        assertThat(output().getSchedule()).isEqualTo(SCHEDULE);
        assertThat(output().getPassCounter()).isEqualTo(COUNTER);
        assertThat(output().getPriorGain()).isEqualTo(3);
        assertThat(loss().getNOut()).isEqualTo(3);
        assertThat(loss().getLayerName()).isEqualTo("loss");
        assertThat(loss().getLikelihood()).isEqualTo(new BinaryLikelihood(0.4, 0.02, true));
    }

    @Test
    void defaultsNeedNoTuning() {
        EpDenseLayer hidden = new EpDenseLayer.Builder().nIn(4).nOut(3).build();
        assertThat(hidden.isHasBias()).isTrue();
        assertThat(hidden.getWeightPrior()).isEqualTo(new GaussianPrior());
        assertThat(hidden.getPriorGain()).isZero();
        assertThat(hidden.getUpdaterByParam("WPrecision")).isEqualTo(new NoOp());
        assertThat(hidden.getRegularizationByParam("WPrecision")).isNull();
        EpOutputLayer out = new EpOutputLayer.Builder().nIn(4).nOut(3).build();
        assertThat(out.getLossFn()).isInstanceOf(LossMCXENT.class);
        assertThat(out.getActivationFn()).isInstanceOf(ActivationSoftmax.class);
        assertThat(out.getLikelihood()).isNull();
        assertThat(out.effectiveLikelihood()).isEqualTo(new ClassLikelihood());
        assertThat(out.getSchedule()).isEqualTo(new TrainingSchedule());
        assertThat(out.getPassCounter()).isEqualTo(new PassCounter());
        assertThat(new EpOutputLayer.Builder(LossFunction.MSE)
                        .activation(Activation.IDENTITY)
                        .build()
                        .effectiveLikelihood())
                .isEqualTo(new GaussianLikelihood());
    }

    @Test
    void everyOwnFieldCountsInEquals() {
        EpDenseLayer dense = dense();
        dense.setHasBias(true);
        assertThat(dense).isNotEqualTo(dense());
        dense = dense();
        dense.setWeightPrior(new GaussianPrior());
        assertThat(dense).isNotEqualTo(dense());
        dense = dense();
        dense.setPriorGain(2);
        assertThat(dense).isNotEqualTo(dense());
        dense = dense();
        dense.setActivationFn(new ActivationSigmoid());
        assertThat(dense).isNotEqualTo(dense());
        EpOutputLayer output = output();
        output.setLikelihood(null);
        assertThat(output).isNotEqualTo(output());
        output = output();
        output.setSchedule(new TrainingSchedule());
        assertThat(output).isNotEqualTo(output());
        output = output();
        output.setPassCounter(new PassCounter());
        assertThat(output).isNotEqualTo(output());
        EpLossLayer loss = loss();
        loss.setLikelihood(null);
        assertThat(loss).isNotEqualTo(loss());
        assertThat(new EpActivationLayer("a", new ActivationTanH()))
                .isEqualTo(new EpActivationLayer("a", new ActivationTanH()))
                .isNotEqualTo(new EpActivationLayer("a", new ActivationReLU()));
    }

    @Test
    void everyFieldOfWrappingLayersCountsInEquals() {
        EpConvolutionLayer convolution = convolution();
        assertThat(convolution).isEqualTo(convolution());
        convolution.setWeightPrior(new GaussianPrior());
        assertThat(convolution).isNotEqualTo(convolution());
        convolution = convolution();
        convolution.setPriorGain(2);
        assertThat(convolution).isNotEqualTo(convolution());
        convolution = convolution();
        convolution.getOriginal().setStride(new int[] {1, 1});
        assertThat(convolution).isNotEqualTo(convolution());
        EpWeightedLayer separable = separable();
        separable.setPriorGain(2);
        assertThat(separable).isNotEqualTo(separable()).isNotEqualTo(convolution());
        assertThat(separable()).isEqualTo(separable());
        EpFixedLayer pooling = pooling();
        pooling.setMaxPooling(MaxPoolingKind.LARGEST_MEAN);
        assertThat(pooling).isNotEqualTo(pooling());
        assertThat(pooling()).isEqualTo(pooling());
        assertThat(new EpFrozenLayer(dense(), true))
                .isEqualTo(new EpFrozenLayer(dense(), true))
                .isNotEqualTo(new EpFrozenLayer(dense(), false))
                .isNotEqualTo(new EpFrozenLayer(output(), true));
        EpLossLayer pixels = pixels();
        pixels.setOriginal(null);
        assertThat(pixels).isNotEqualTo(pixels());
        EpOutputLayer timeSteps = timeSteps();
        timeSteps.setOriginal(null);
        assertThat(timeSteps).isNotEqualTo(timeSteps()).isEqualTo(output());
    }

    @Test
    void clonesShareNoSettings() {
        EpConvolutionLayer convolution = convolution();
        EpConvolutionLayer copy = convolution.clone();
        assertThat(copy).isEqualTo(convolution);
        copy.getOriginal().setKernelSize(new int[] {1, 1});
        assertThat(convolution).isEqualTo(convolution());
        EpFixedLayer pooling = pooling();
        ((SubsamplingLayer) pooling.clone().getOriginal()).setPoolingType(PoolingType.AVG);
        assertThat(pooling).isEqualTo(pooling());
        EpFrozenLayer frozen = new EpFrozenLayer(dense(), true);
        ((EpDenseLayer) frozen.clone().getUnderlying()).setPriorGain(7);
        assertThat(frozen).isEqualTo(new EpFrozenLayer(dense(), true));
    }

    @Test
    void memoryReportsAndParametersOfConvolutions() {
        assertThat(convolution().initializer().numParams(convolution())).isEqualTo(4 * 2 * 6 * 3 + 3 * 3 + 2);
        assertThat(convolution().getMemoryReport(InputType.convolutional(8, 8, 2)))
                .isNotNull();
        assertThat(separable().initializer().numParams(separable())).isEqualTo(4 * (6 * 6 + 6 * 4) + 3 * 4 + 3);
        assertThat(separable().initializer().paramKeys(separable()))
                .startsWith("firstWPrecision")
                .contains("WPrecision", "bPrecision");
        assertThat(separable().getMemoryReport(InputType.convolutional(8, 8, 3)))
                .isNotNull();
        assertThat(pooling().getMemoryReport(InputType.convolutional(8, 8, 3))).isNotNull();
        assertThat(pixels().getNOut()).isEqualTo(4);
    }

    @Test
    void numberOfInputsIsInferredFromTheInputType() {
        MultiLayerConfiguration configuration = new NeuralNetConfiguration.Builder()
                .list()
                .layer(new EpDenseLayer.Builder()
                        .nOut(7)
                        .activation(Activation.RELU)
                        .build())
                .layer(new EpOutputLayer.Builder().nOut(2).build())
                .setInputType(InputType.feedForward(5))
                .build();
        assertThat(((EpDenseLayer) configuration.getConf(0).getLayer()).getNIn())
                .isEqualTo(5);
        assertThat(((EpOutputLayer) configuration.getConf(1).getLayer()).getNIn())
                .isEqualTo(7);
    }

    @Test
    void parametersAreCountedByTheirLayout() {
        assertThat(dense().initializer().numParams(dense())).isEqualTo(4 * 4 * 3 + 1);
        EpDenseLayer withBias = dense();
        withBias.setHasBias(true);
        assertThat(withBias.initializer().numParams(withBias)).isEqualTo(4 * 4 * 3 + 3 * 3 + 2);
        assertThat(withBias.initializer().paramKeys(withBias))
                .containsExactly(
                        "WPrecision",
                        "WMeanTimesPrecision",
                        "WAveragedMean",
                        "WPriorMean",
                        "WCounted",
                        "bPrecision",
                        "bMeanTimesPrecision",
                        "bAveragedMean",
                        "bCounted");
        assertThat(loss().initializer().paramKeys(loss()))
                .containsExactly("noiseVariance", "probabilityScale", "pointScale");
        assertThat(withBias.getMemoryReport(InputType.feedForward(4))).isNotNull();
    }
}
