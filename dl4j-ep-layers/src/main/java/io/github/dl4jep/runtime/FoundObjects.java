package io.github.dl4jep.runtime;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.layers.objdetect.DetectedObject;
import org.deeplearning4j.nn.layers.objdetect.YoloUtils;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The objects that a network's output says there are, of an EP network as of a stock one. It stands for DL4J's {@link
 * YoloUtils#getPredictedObjects}, which in 1.0.0-M2.1 gives most boxes no class or a wrong one.
 */
public final class FoundObjects {

    private static final int CONFIDENCE = 4;
    private static final int CLASSES = 5;

    private FoundObjects() {}

    /**
     * The objects of a batch.
     *
     * @param layer the output layer, for the boxes and the format
     * @param output output of the network, [minibatch, B * (5 + C), height, width], or channels last if the layer says so
     * @param threshold least confidence, 0 to 1
     * @param overlap of two boxes of one class in one image that overlap more, the less confident one is left out; 0 for none
     * @return example by example, in units of cells
     * @throws IllegalArgumentException if the output is not of such a shape
     */
    public static List<DetectedObject> of(Yolo2OutputLayer layer, INDArray output, double threshold, double overlap) {
        int boxes = Math.toIntExact(layer.getBoundingBoxes().size(0));
        INDArray channelsFirst =
                layer.getFormat() == CNN2DFormat.NHWC && output.rank() == 4 ? output.permute(0, 3, 1, 2) : output;
        if (channelsFirst.rank() != 4
                || channelsFirst.size(1) % boxes != 0
                || channelsFirst.size(1) / boxes <= CLASSES) {
            throw new IllegalArgumentException(
                    "the output has shape " + Arrays.toString(output.shape()) + ", allowed is [minibatch, " + boxes
                            + " * (5 + classes), height, width] in the format of the layer");
        }
        float[] values = channelsFirst.castTo(DataType.FLOAT).dup('c').data().asFloat();
        int channels = Math.toIntExact(channelsFirst.size(1));
        int width = Math.toIntExact(channelsFirst.size(3));
        int cells = Math.toIntExact(channelsFirst.size(2)) * width;
        List<DetectedObject> found = new ArrayList<>();
        for (int example = 0; example < channelsFirst.size(0); example++) {
            List<DetectedObject> here = new ArrayList<>();
            for (int i = 0; i < cells * boxes; i++) {
                int cell = i / boxes;
                int first = (example * channels + i % boxes * (channels / boxes)) * cells + cell;
                if (values[first + CONFIDENCE * cells] >= threshold) {
                    here.add(object(values, example, first, cells, channels / boxes, cell % width, cell / width));
                }
            }
            if (overlap > 0) {
                YoloUtils.nms(here, overlap);
            }
            found.addAll(here);
        }
        return found;
    }

    private static DetectedObject object(float[] values, int example, int first, int cells, int each, int x, int y) {
        float[] classes = new float[each - CLASSES];
        for (int c = 0; c < classes.length; c++) {
            classes[c] = values[first + (CLASSES + c) * cells];
        }
        return new DetectedObject(
                example,
                x + values[first],
                y + values[first + cells],
                values[first + 2 * cells],
                values[first + 3 * cells],
                Nd4j.createFromArray(classes),
                values[first + CONFIDENCE * cells]);
    }
}
