package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.runtime.FoundObjects;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.layers.objdetect.DetectedObject;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/**
 * A small TinyYOLO (convolutions, batch normalization, leaky ReLU, two boxes) beside DL4J's Adam, on generated images: one to three white, red
 * or blue rectangles on noise, 32 x 32 pixels in 4 x 4 cells; the table is in docs/measurements.md.
 */
@Tag("long-running-test")
class ObjectFiguresTest {

    private static final int SIZE = 32;
    private static final int GRID = 4;
    private static final int CELL = SIZE / GRID;
    private static final int CLASSES = 3;
    private static final int BATCH = 16;
    private static final int PASSES = 4;
    private static final int[] CHANNELS = {8, 16, 32, 32};

    /** A rectangle in units of cells. */
    private record Shape(int image, int kind, double left, double top, double right, double bottom) {

        double overlap(double x1, double y1, double x2, double y2) {
            double common = Math.max(0, Math.min(right, x2) - Math.max(left, x1))
                    * Math.max(0, Math.min(bottom, y2) - Math.max(top, y1));
            return common / ((right - left) * (bottom - top) + (x2 - x1) * (y2 - y1) - common);
        }

        boolean isFoundBy(DetectedObject box) {
            double[] from = box.getTopLeftXY();
            double[] to = box.getBottomRightXY();
            return box.getExampleNumber() == image
                    && box.getPredictedClass() == kind
                    && overlap(from[0], from[1], to[0], to[1]) >= 0.5;
        }
    }

    private record Images(DataSet data, List<Shape> shapes) {}

    private static Images images(int count, long seed) {
        Random random = new Random(seed);
        INDArray x = Nd4j.zeros(count, 3, SIZE, SIZE);
        INDArray y = Nd4j.zeros(count, 4 + CLASSES, GRID, GRID);
        List<Shape> all = new ArrayList<>();
        for (int n = 0; n < count; n++) {
            double[] noise = random.doubles(3L * SIZE * SIZE, 0.05, 0.55).toArray();
            x.putSlice(n, Nd4j.createFromArray(noise).castTo(x.dataType()).reshape(3, SIZE, SIZE));
            List<Shape> here = new ArrayList<>();
            for (int drawn = 1 + random.nextInt(3); drawn > 0; drawn--) {
                Shape shape = shape(random, n);
                if (here.stream().noneMatch(other -> collide(other, shape))) {
                    here.add(shape);
                    paint(x, y, shape, 0.7f + 0.3f * random.nextFloat());
                }
            }
            all.addAll(here);
        }
        return new Images(new DataSet(x, y), all);
    }

    private static Shape shape(Random random, int image) {
        int width = (int) ((0.18 + 0.4 * random.nextDouble()) * SIZE);
        int height = (int) ((0.18 + 0.4 * random.nextDouble()) * SIZE);
        double left = random.nextInt(SIZE - width + 1) / (double) CELL;
        double top = random.nextInt(SIZE - height + 1) / (double) CELL;
        double right = left + width / (double) CELL;
        return new Shape(image, random.nextInt(CLASSES), left, top, right, top + height / (double) CELL);
    }

    /** One object a cell, and not one over the other. */
    private static boolean collide(Shape a, Shape b) {
        return cell(a.left, a.right) == cell(b.left, b.right) && cell(a.top, a.bottom) == cell(b.top, b.bottom)
                || a.overlap(b.left, b.top, b.right, b.bottom) > 0.1;
    }

    private static int cell(double from, double to) {
        return Math.min(GRID - 1, (int) ((from + to) / 2));
    }

    private static void paint(INDArray x, INDArray y, Shape shape, float brightness) {
        for (int channel = 0; channel < 3; channel++) {
            boolean bright = shape.kind == 0 || channel == (shape.kind == 1 ? 0 : 2);
            for (int row = (int) (shape.top * CELL); row < shape.bottom * CELL; row++) {
                for (int column = (int) (shape.left * CELL); column < shape.right * CELL; column++) {
                    x.putScalar(new int[] {shape.image, channel, row, column}, bright ? brightness : 0.1f);
                }
            }
        }
        int[] at = {shape.image, 0, cell(shape.top, shape.bottom), cell(shape.left, shape.right)};
        double[] corners = {shape.left, shape.top, shape.right, shape.bottom};
        for (int k = 0; k < corners.length; k++) {
            at[1] = k;
            y.putScalar(at, corners[k]);
        }
        at[1] = corners.length + shape.kind;
        y.putScalar(at, 1);
    }

    private static MultiLayerConfiguration definition(double rate) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Adam(rate))
                .l2(1e-5)
                .weightInit(WeightInit.RELU)
                .activation(Activation.IDENTITY)
                .convolutionMode(ConvolutionMode.Same)
                .list();
        for (int i = 0; i < CHANNELS.length; i++) {
            list.layer(new ConvolutionLayer.Builder(3, 3)
                            .nOut(CHANNELS[i])
                            .hasBias(false)
                            .build())
                    .layer(new BatchNormalization())
                    .layer(new ActivationLayer(new ActivationLReLU(0.1)));
            if (i < 3) {
                list.layer(new SubsamplingLayer.Builder(PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build());
            }
        }
        return list.layer(new ConvolutionLayer.Builder(1, 1)
                        .nOut(2 * (5 + CLASSES))
                        .build())
                .layer(boxes())
                .setInputType(InputType.convolutional(SIZE, SIZE, 3))
                .build();
    }

    private static Yolo2OutputLayer boxes() {
        return new Yolo2OutputLayer.Builder()
                .boundingBoxPriors(Nd4j.createFromArray(new float[][] {{1.1f, 1.1f}, {1.9f, 1.9f}}))
                .build();
    }

    private static double precision(MultiLayerNetwork network, Images train, Images test) {
        List<DataSet> batches = train.data.batchBy(BATCH);
        for (int pass = 1; pass <= PASSES; pass++) {
            Collections.shuffle(batches, new Random(pass));
            network.fit(new ListDataSetIterator<>(batches, 1));
        }
        return averagePrecision(network.output(test.data.getFeatures()), test.shapes);
    }

    private static double averagePrecision(INDArray output, List<Shape> shapes) {
        List<DetectedObject> boxes = FoundObjects.of(boxes(), output, 0.01, 0.4);
        boxes.sort(Comparator.comparingDouble(box -> -box.getConfidence()));
        List<Shape> missing = new ArrayList<>(shapes);
        double sum = 0;
        for (int i = 0; i < boxes.size(); i++) {
            DetectedObject box = boxes.get(i);
            if (missing.stream()
                    .filter(shape -> shape.isFoundBy(box))
                    .findFirst()
                    .map(missing::remove)
                    .orElse(false)) {
                sum += (double) (shapes.size() - missing.size()) / (i + 1);
            }
        }
        return sum / shapes.size();
    }

    @Test
    void findsMoreThanAdamAfterAsManyPasses() {
        Images train = images(320, 101);
        Images test = images(200, 201);

        double ep = precision(EpNetworks.from(definition(1e-3)), train, test);
        MultiLayerNetwork stock = new MultiLayerNetwork(definition(3e-3));
        stock.init();
        double adam = precision(stock, train, test);

        // .440 and .104 were seen.
        assertThat(ep).isGreaterThan(0.4).isGreaterThan(adam);
    }
}
