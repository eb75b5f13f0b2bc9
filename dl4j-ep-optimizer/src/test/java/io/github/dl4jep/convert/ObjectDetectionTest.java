package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.runtime.FoundObjects;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.layers.objdetect.DetectedObject;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossHinge;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;

/** Networks with DL4J's YOLO output layer: one square an image, 12 x 12 pixels in 3 x 3 cells, bright (class 0) or dark (class 1). */
class ObjectDetectionTest {

    private static final int SIZE = 12;
    private static final int CELL = 4;
    private static final int CELLS = SIZE / CELL;
    private static final int IMAGES = 120;
    private static final int BATCH = 20;
    private static final int PASSES = 12;

    private static final DataSet TRAIN = squares(IMAGES, 1);
    private static final DataSet TEST = squares(60, 2);
    private static EpMultiLayerNetwork trained;
    private static double lossBefore;

    @TempDir
    private Path folder;

    private static DataSet squares(int images, long seed) {
        Random random = new Random(seed);
        INDArray x = Nd4j.zeros(DataType.FLOAT, images, 1, SIZE, SIZE);
        INDArray y = Nd4j.zeros(DataType.FLOAT, images, 6, CELLS, CELLS);
        for (int n = 0; n < images; n++) {
            int side = 3 + random.nextInt(4);
            int left = random.nextInt(SIZE - side + 1);
            int top = random.nextInt(SIZE - side + 1);
            int kind = random.nextInt(2);
            for (int row = top; row < top + side; row++) {
                for (int column = left; column < left + side; column++) {
                    x.putScalar(new int[] {n, 0, row, column}, kind == 0 ? 1 : -1);
                }
            }
            double[] corners = {left, top, left + side, top + side};
            int cellX = Math.min(CELLS - 1, (int) ((left + side / 2.0) / CELL));
            int cellY = Math.min(CELLS - 1, (int) ((top + side / 2.0) / CELL));
            for (int k = 0; k < 4; k++) {
                y.putScalar(new int[] {n, k, cellY, cellX}, corners[k] / CELL);
            }
            y.putScalar(new int[] {n, 4 + kind, cellY, cellX}, 1);
        }
        return new DataSet(x, y);
    }

    private static Yolo2OutputLayer.Builder boxes() {
        return new Yolo2OutputLayer.Builder().boundingBoxPriors(Nd4j.createFromArray(new float[][] {
            {0.9f, 0.9f}, {1.4f, 1.4f}
        }));
    }

    private static MultiLayerConfiguration definition(Yolo2OutputLayer output, int channels, CNN2DFormat format) {
        return new NeuralNetConfiguration.Builder()
                .seed(3)
                .list()
                .layer(new ConvolutionLayer.Builder(5, 5)
                        .nOut(16)
                        .stride(2, 2)
                        .convolutionMode(ConvolutionMode.Same)
                        .dataFormat(format)
                        .activation(Activation.RELU)
                        .build())
                .layer(new ConvolutionLayer.Builder(3, 3)
                        .nOut(32)
                        .stride(2, 2)
                        .convolutionMode(ConvolutionMode.Same)
                        .dataFormat(format)
                        .activation(Activation.RELU)
                        .build())
                .layer(new ConvolutionLayer.Builder(1, 1)
                        .nOut(channels)
                        .dataFormat(format)
                        .activation(Activation.IDENTITY)
                        .build())
                .layer(output)
                .setInputType(InputType.convolutional(SIZE, SIZE, 1, format))
                .build();
    }

    private static MultiLayerConfiguration definition() {
        return definition(boxes().build(), 14, CNN2DFormat.NCHW);
    }

    @BeforeAll
    static void train() {
        trained = EpNetworks.from(
                definition(), EpOptions.builder().batchesPerPass(IMAGES / BATCH).build());
        lossBefore = trained.toPointNetwork().score(TEST);
        for (int pass = 0; pass < PASSES; pass++) {
            for (DataSet batch : TRAIN.batchBy(BATCH)) {
                trained.fit(batch);
            }
        }
    }

    /** DL4J's own loss, which EP never computes. */
    @Test
    void lowersTheLossOfDl4j() {
        MultiLayerNetwork point = trained.toPointNetwork();
        assertThat(point.getLayerWiseConfigurations().toJson()).doesNotContain("io.github.dl4jep");
        assertThat(point.getOutputLayer().getClass())
                .isEqualTo(org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer.class);
        assertThat(point.score(TEST)).isLessThan(0.4 * lossBefore);
    }

    @Test
    void findsObjectsInOtherImages() {
        var layer = (org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer) trained.getOutputLayer();
        INDArray output = trained.output(TEST.getFeatures());
        assertThat(output.shape()).containsExactly(60, 14, CELLS, CELLS);
        assertThat(found(layer.getPredictedObjects(output, 0.3))).isGreaterThan(45);
        MultiLayerNetwork point = trained.toPointNetwork();
        Yolo2OutputLayer stock =
                (Yolo2OutputLayer) point.getOutputLayer().conf().getLayer();
        assertThat(found(FoundObjects.of(stock, point.output(TEST.getFeatures()), 0.3, 0.4)))
                .isGreaterThan(45);
    }

    /** Objects of which some box overlaps by more than a half and has the class. */
    private static int found(List<DetectedObject> boxes) {
        boolean[] found = new boolean[TEST.numExamples()];
        for (DetectedObject box : boxes) {
            int n = box.getExampleNumber();
            for (int cell = 0; cell < CELLS * CELLS; cell++) {
                double[] label = new double[6];
                for (int c = 0; c < 6; c++) {
                    label[c] = TEST.getLabels().getDouble(n, c, cell / CELLS, cell % CELLS);
                }
                if (label[4 + box.getPredictedClass()] == 1) {
                    double width =
                            Math.min(label[2], box.getBottomRightXY()[0]) - Math.max(label[0], box.getTopLeftXY()[0]);
                    double height =
                            Math.min(label[3], box.getBottomRightXY()[1]) - Math.max(label[1], box.getTopLeftXY()[1]);
                    double common = Math.max(0, width) * Math.max(0, height);
                    double any =
                            box.getWidth() * box.getHeight() + (label[2] - label[0]) * (label[3] - label[1]) - common;
                    found[n] |= common / any > 0.5;
                }
            }
        }
        int count = 0;
        for (boolean each : found) {
            count += each ? 1 : 0;
        }
        return count;
    }

    @Test
    void savedAndLoadedItIsTheSame() throws IOException {
        File file = folder.resolve("network.zip").toFile();
        trained.save(file);
        INDArray output = trained.output(TEST.getFeatures());
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).output(TEST.getFeatures()))
                .isEqualTo(output);
        assertThat(trained.clone().output(TEST.getFeatures())).isEqualTo(output);
        // DL4J's own loader gives the point network.
        INDArray plain = MultiLayerNetwork.load(file, false).output(TEST.getFeatures());
        assertThat(plain.sub(trained.toPointNetwork().output(TEST.getFeatures()))
                        .amaxNumber()
                        .doubleValue())
                .isCloseTo(0, within(1e-4));
    }

    @Test
    void channelsLastLearnsTheSame() {
        EpMultiLayerNetwork first = EpNetworks.from(definition());
        EpMultiLayerNetwork last = EpNetworks.from(definition(boxes().build(), 14, CNN2DFormat.NHWC));
        INDArray x = TEST.getFeatures();
        first.fit(TEST);
        last.fit(new DataSet(
                x.permute(0, 2, 3, 1).dup('c'),
                TEST.getLabels().permute(0, 2, 3, 1).dup('c')));
        assertThat(last.output(x.permute(0, 2, 3, 1).dup('c'))
                        .permute(0, 3, 1, 2)
                        .sub(first.output(x))
                        .amaxNumber()
                        .doubleValue())
                .isLessThan(1e-4);
    }

    @Test
    void aBadBatchChangesNothing() {
        EpMultiLayerNetwork network = EpNetworks.from(definition());
        INDArray before = network.params().dup();
        INDArray x = TEST.getFeatures();
        assertThatThrownBy(() -> network.fit(x, Nd4j.zeros(60, 5, CELLS, CELLS)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("Labels have shape [60, 5, 3, 3], allowed is [minibatch, 6, a size for each of 2"
                        + " dimension(s)] at layer \"layer3\" (index 3)");
        assertThatThrownBy(() -> network.fit(x, Nd4j.zeros(60, 6, CELLS, 2)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("labels must be at the same positions");
        INDArray turned = TEST.getLabels().dup();
        turned.putSlice(0, Nd4j.zeros(6, CELLS, CELLS));
        turned.putScalar(new int[] {0, 0, 1, 1}, 2);
        turned.putScalar(new int[] {0, 2, 1, 1}, 1);
        turned.putScalar(new int[] {0, 3, 1, 1}, 1.5);
        turned.putScalar(new int[] {0, 4, 1, 1}, 1);
        assertThatThrownBy(() -> network.fit(x, turned))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining(
                        "Invalid labels at layer \"layer3\" (index 3): label at row 240 (cells one after the"
                                + " other, in each all examples) has the corners [x1, y1, x2, y2] = [1.0, -1.0, 0.0, 0.5]");
        INDArray missing = TEST.getLabels().dup();
        missing.putScalar(new int[] {0, 0, 1, 1}, Double.NaN);
        assertThatThrownBy(() -> network.fit(x, missing))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessageContaining("A label is NaN");
        assertThat(network.params()).isEqualTo(before);
    }

    @Test
    void whatDoesNotConvertSaysWhy() {
        assertThatThrownBy(() -> EpNetworks.from(definition(boxes().build(), 13, CNN2DFormat.NCHW)))
                .hasMessageContaining("the layer has 13 outputs at each cell, allowed is 2 * (5 + classes)");
        refused(new LossMAE(), "its loss of positions and sizes is LossMAE");
        assertThatThrownBy(() -> EpNetworks.from(
                        definition(boxes().lossClassPredictions(new LossHinge()).build(), 14, CNN2DFormat.NCHW)))
                .isInstanceOf(DL4JInvalidConfigException.class);
        assertThatThrownBy(() -> EpNetworks.from(
                        definition(),
                        EpOptions.builder().likelihood(new GaussianLikelihood()).build()))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("knows no boxes; leave EpOptions.likelihood(...) to its default");
    }

    private static void refused(ILossFunction position, String why) {
        assertThatThrownBy(() -> EpNetworks.from(
                        definition(boxes().lossPositionScale(position).build(), 14, CNN2DFormat.NCHW)))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining(why);
    }
}
