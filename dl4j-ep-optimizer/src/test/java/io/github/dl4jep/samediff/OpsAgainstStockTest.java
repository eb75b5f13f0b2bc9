package io.github.dl4jep.samediff;

import static io.github.dl4jep.samediff.ToySameDiff.INPUT;
import static io.github.dl4jep.samediff.ToySameDiff.LABEL;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.samediff.moment.MomentGraphTest;
import io.github.dl4jep.toy.ToyData;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Every op that is recognised means the same in both worlds: after training, SameDiff computes with the arrays it got what stock DL4J
 * layers compute with theirs.
 */
public class OpsAgainstStockTest {

    private static final long SEED = 3;

    @TestFactory
    Stream<DynamicTest> units() {
        Map<String, UnaryOperator<SDVariable>> units = new LinkedHashMap<>();
        units.put("relu", x -> x.getSameDiff().nn.relu(x, 0));
        units.put("leakyrelu", x -> x.getSameDiff().nn.leakyRelu(x, 0.2));
        units.put("relu6", x -> x.getSameDiff().nn.relu6(x, 0));
        units.put("tanh", x -> x.getSameDiff().math.tanh(x));
        units.put("sigmoid", x -> x.getSameDiff().nn.sigmoid(x));
        units.put("softplus", x -> x.getSameDiff().nn.softplus(x));
        units.put("elu", x -> x.getSameDiff().nn.elu(x));
        units.put("selu", x -> x.getSameDiff().nn.selu(x));
        units.put("gelu", x -> x.getSameDiff().nn.gelu(x));
        units.put("precise gelu", x -> x.getSameDiff().nn.preciseGelu(x));
        units.put("swish", x -> x.getSameDiff().nn.swish(x));
        units.put("softsign", x -> x.getSameDiff().nn.softsign(x));
        units.put("hard tanh", x -> x.getSameDiff().nn.hardTanh(x));
        units.put("cube", x -> x.getSameDiff().math.cube(x));
        units.put("sine, which nothing registers", x -> x.getSameDiff().math.sin(x));
        units.put("square, which nothing registers", x -> x.getSameDiff().math.square(x));
        units.put("a cutoff, which DL4J has not", x -> x.getSameDiff().nn.relu(x, 0.3));
        units.put(
                "tanh behind a scale and a shift",
                x -> x.getSameDiff().math.tanh(x.mul(0.5).add(0.1)));
        // SameDiff draws a dropout in predictions, too; this one keeps everything.
        units.put(
                "identity and dropout",
                x -> x.getSameDiff().nn.dropout(x.getSameDiff().identity(x), 1));
        return units.entrySet().stream()
                .map(unit -> DynamicTest.dynamicTest(unit.getKey(), () -> {
                    SameDiff sd = ToySameDiff.classifier(
                            graph ->
                                    unit.getValue().apply(ToySameDiff.linear(graph, graph.getVariable(INPUT), 0, 3, 8)),
                            8);
                    assertSame(sd, ToyData.threeClasses(96, 1));
                }));
    }

    @Test
    void residualsAndConcatenation() {
        SameDiff sd = ToySameDiff.classifier(
                graph -> {
                    SDVariable first = graph.nn.relu(ToySameDiff.linear(graph, graph.getVariable(INPUT), 0, 3, 8), 0);
                    SDVariable second = graph.math.tanh(ToySameDiff.linear(graph, first, 2, 8, 8));
                    SDVariable sum = first.add(second);
                    SDVariable third = graph.nn.sigmoid(ToySameDiff.linear(graph, sum, 3, 8, 4));
                    return graph.concat(1, sum.sub(second), third);
                },
                12);
        assertSame(sd, ToyData.threeClasses(96, 1));
    }

    @Test
    void eitherTransposeOfAWeight() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.FLOAT, -1, 3);
        SDVariable w0 = sd.var("w0", Nd4j.rand(DataType.FLOAT, 6, 3));
        SDVariable w1 = sd.var("w1", Nd4j.rand(DataType.FLOAT, 3, 6));
        SDVariable hidden = sd.nn.relu(sd.mmul(input, w0, false, true, false), 0);
        SDVariable logits = hidden.mmul(sd.permute(w1, 1, 0)).add(sd.var("b1", Nd4j.rand(DataType.FLOAT, 1, 3)));
        sd.loss.softmaxCrossEntropy("loss", label, logits, null);
        assertSame(ToySameDiff.configured(sd), ToyData.threeClasses(96, 1));
        assertThat(sd.getVariable("ep/w0/precision").getArr().shape()).containsExactly(6, 3);
    }

    @Test
    void logLossOfSigmoids() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.FLOAT, -1, 2);
        SDVariable hidden = sd.nn.relu(ToySameDiff.linear(sd, input, 0, 3, 8), 0);
        SDVariable probability = sd.nn.sigmoid(sd.nn.linear(
                hidden, sd.var("w1", Nd4j.rand(DataType.FLOAT, 8, 2)), sd.var("b1", Nd4j.rand(DataType.FLOAT, 2))));
        sd.loss.logLoss("loss", label, probability);
        assertSame(ToySameDiff.configured(sd), ToyData.twoSigns(96, 1));
    }

    @Test
    void sigmoidCrossEntropy() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.FLOAT, -1, 2);
        SDVariable hidden = sd.nn.relu(ToySameDiff.linear(sd, input, 0, 3, 8), 0);
        sd.loss.sigmoidCrossEntropy("loss", label, ToySameDiff.linear(sd, hidden, 1, 8, 2), null);
        assertSame(ToySameDiff.configured(sd), ToyData.twoSigns(96, 1));
    }

    @Test
    void classNumbersLearnWhatOneHotLabelsLearn() {
        DataSet data = ToyData.threeClasses(96, 1);
        SameDiff oneHot = ToySameDiff.classifier();
        EpSameDiff.of(oneHot, EpOptions.defaults(), SEED).fit(ToyData.batches(data, 32), 1);
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.INT, -1);
        SDVariable hidden = sd.nn.relu(ToySameDiff.linear(sd, input, 0, 3, 8), 0);
        SDVariable each = sd.loss.sparseSoftmaxCrossEntropy(ToySameDiff.linear(sd, hidden, 1, 8, 3), label);
        sd.setLossVariables(each.mean("loss"));
        DataSet numbers =
                new DataSet(data.getFeatures(), data.getLabels().argMax(1).reshape(96, 1));
        EpSameDiff.of(ToySameDiff.configured(sd), EpOptions.defaults(), SEED).fit(ToyData.batches(numbers, 32), 1);
        assertThat(sd.getVariable("w1")
                        .getArr()
                        .equalsWithEps(oneHot.getVariable("w1").getArr(), 1e-6))
                .isTrue();
    }

    @Test
    void imagesWithChannelsFirst() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 2, 8, 8);
        SDVariable kernel = sd.var("k0", Nd4j.rand(DataType.FLOAT, 3, 3, 2, 4));
        SDVariable maps = sd.nn.relu(
                sd.cnn.conv2d(
                        input,
                        kernel,
                        sd.var("c0", Nd4j.rand(DataType.FLOAT, 4)),
                        Conv2DConfig.builder().kH(3).kW(3).build()),
                0);
        SDVariable pooled = sd.cnn.maxPooling2d(
                maps, Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).build());
        SDVariable flat = pooled.reshape(-1, 4 * 3 * 3);
        withLogits(sd, ToySameDiff.linear(sd, flat, 1, 36, 3));
        assertSame(sd, images(48, 2, 8, 8));
    }

    @Test
    void imagesWithChannelsLast() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 8, 8, 2);
        Conv2DConfig config = Conv2DConfig.builder()
                .kH(3)
                .kW(3)
                .dataFormat(Conv2DConfig.NHWC)
                .paddingMode(PaddingMode.SAME)
                .weightsFormat(WeightsFormat.OIYX)
                .build();
        SDVariable linear = sd.cnn.conv2d(input, sd.var("k0", Nd4j.rand(DataType.FLOAT, 4, 2, 3, 3)), config);
        SDVariable maps = sd.math.tanh(sd.nn.biasAdd(linear, sd.var("c0", Nd4j.rand(DataType.FLOAT, 4)), false));
        SDVariable pooled = sd.cnn.avgPooling2d(
                maps,
                Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).isNHWC(true).build());
        withLogits(sd, ToySameDiff.linear(sd, pooled.reshape(-1, 64), 1, 64, 3));
        DataSet first = images(48, 2, 8, 8);
        assertSame(sd, new DataSet(first.getFeatures().permute(0, 2, 3, 1).dup('c'), first.getLabels()));
    }

    @Test
    void residualBlockWithNormalizationBehindRowsOfPixels() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 64);
        Conv2DConfig config =
                Conv2DConfig.builder().kH(3).kW(3).paddingMode(PaddingMode.SAME).build();
        SDVariable image = input.reshape(-1, 1, 8, 8);
        SDVariable first = sd.cnn.conv2d(image, sd.var("k0", Nd4j.rand(DataType.FLOAT, 3, 3, 1, 4)), config);
        SDVariable normalised = sd.nn.batchNorm(
                first,
                sd.constant("mean", Nd4j.zeros(4)),
                sd.constant("variance", Nd4j.ones(4)),
                sd.var("gamma", Nd4j.ones(4)),
                sd.var("beta", Nd4j.zeros(4)),
                1e-5,
                1);
        SDVariable active = sd.nn.relu(normalised, 0);
        SDVariable second = sd.cnn.conv2d(active, sd.var("k1", Nd4j.rand(DataType.FLOAT, 3, 3, 4, 4)), config);
        SDVariable pooled = sd.nn.relu(second.add(active), 0).mean(2, 3);
        withLogits(sd, ToySameDiff.linear(sd, pooled, 2, 4, 3));
        DataSet images = images(48, 1, 8, 8);
        assertSame(sd, new DataSet(images.getFeatures().reshape(48, 64), images.getLabels()));
        assertThat(sd.getVariable("variance").getArr().eq(1).all()).isFalse();
    }

    @Test
    void doublePrecision() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.DOUBLE, -1, 3);
        SDVariable label = sd.placeHolder(LABEL, DataType.DOUBLE, -1, 3);
        SDVariable weight = sd.var("w0", Nd4j.rand(DataType.DOUBLE, 3, 3));
        sd.loss.softmaxCrossEntropy(
                "loss", label, input.mmul(weight).add(sd.var("b0", Nd4j.rand(DataType.DOUBLE, 3))), null);
        assertSame(ToySameDiff.configured(sd), ToyData.threeClasses(96, 1));
    }

    private static void withLogits(SameDiff sd, SDVariable logits) {
        sd.loss.softmaxCrossEntropy("loss", sd.placeHolder(LABEL, DataType.FLOAT, -1, 3), logits, null);
        ToySameDiff.configured(sd);
    }

    /** Bright rows at a third of the height that belongs to the class. */
    public static DataSet images(int rows, int channels, int height, int width) {
        Random random = new Random(4);
        INDArray features = Nd4j.create(DataType.FLOAT, rows, channels, height, width);
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 3);
        for (int n = 0; n < rows; n++) {
            int label = random.nextInt(3);
            labels.putScalar(n, label, 1);
            for (int c = 0; c < channels; c++) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        double bright = y * 3 / height == label ? 1 : 0;
                        features.putScalar(new int[] {n, c, y, x}, bright + 0.3 * random.nextGaussian());
                    }
                }
            }
        }
        return new DataSet(features, labels);
    }

    private static void assertSame(SameDiff sd, DataSet data) {
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), SEED);
        ep.fit(ToyData.batches(data, 16), 1);
        ComputationGraph stock = ep.network().toPointNetwork();
        INDArray expected = stock.outputSingle(data.getFeatures());
        INDArray actual = ep.pointOutput(data.getFeatures());
        assertThat(actual.castTo(DataType.FLOAT).equalsWithEps(expected.castTo(DataType.FLOAT), 1e-4))
                .as(() -> actual.getRow(0) + " of SameDiff, " + expected.getRow(0) + " of DL4J")
                .isTrue();
        assertThat(expected.std(0).minNumber().doubleValue())
                .as("differs between rows")
                .isPositive();
        SameDiff moments = momentsOrNull(sd);
        if (moments != null) {
            MomentGraphTest.assertSameMoments(moments, ep.predict(data.getFeatures()), data.getFeatures());
        }
    }

    /** Null where SameDiff's ops cannot express the network, which is another test's matter. */
    private static SameDiff momentsOrNull(SameDiff sd) {
        try {
            return EpSameDiff.momentGraph(sd);
        } catch (org.deeplearning4j.exception.DL4JInvalidConfigException e) {
            assertThat(e).hasMessageContaining("no moments in SameDiff's ops");
            return null;
        }
    }
}
