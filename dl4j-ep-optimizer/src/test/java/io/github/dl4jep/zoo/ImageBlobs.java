package io.github.dl4jep.zoo;

import java.util.Random;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Small noisy images of two classes: the left or the right half is bright. */
final class ImageBlobs {

    private ImageBlobs() {}

    /** Grey images [rows, 1, height, width]. */
    static DataSet of(int rows, int height, int width, long seed) {
        return of(rows, 1, height, width, seed);
    }

    static DataSet of(int rows, int channels, int height, int width, long seed) {
        Random random = new Random(seed);
        INDArray images = Nd4j.zeros(DataType.FLOAT, rows, channels, height, width);
        for (long i = 0; i < images.length(); i++) {
            images.putScalar(i, 0.3 * random.nextGaussian());
        }
        INDArray labels = Nd4j.zeros(DataType.FLOAT, rows, 2);
        for (int row = 0; row < rows; row++) {
            int half = random.nextInt(2);
            images.get(
                            NDArrayIndex.point(row),
                            NDArrayIndex.all(),
                            NDArrayIndex.all(),
                            NDArrayIndex.interval(half * (width / 2), half * (width / 2) + width / 2))
                    .addi(1);
            labels.putScalar(row, half, 1);
        }
        return new DataSet(images, labels);
    }

    /** How many rows are put into the wrong class. */
    static int errors(INDArray output, DataSet data) {
        return output.argMax(1)
                .neq(data.getLabels().argMax(1))
                .castTo(DataType.INT32)
                .sumNumber()
                .intValue();
    }
}
