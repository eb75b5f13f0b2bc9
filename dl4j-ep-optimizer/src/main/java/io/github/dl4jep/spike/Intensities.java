package io.github.dl4jep.spike;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Features as intensities: what a spike code takes. */
final class Intensities {

    private Intensities() {}

    /**
     * Features as rows, checked.
     *
     * @param features [n, ...]
     * @return [n, inputs], floating point, perhaps the features themselves
     */
    static INDArray of(INDArray features) {
        if (features.rank() < 2) {
            throw new DL4JInvalidInputException("Features to code as spikes have shape "
                    + Arrays.toString(features.shape()) + ", allowed is [n, inputs] or [n, ...]");
        }
        INDArray numbers = features.dataType().isFPType() ? features : features.castTo(DataType.FLOAT);
        INDArray rows = numbers.rank() == 2 ? numbers : numbers.reshape(numbers.size(0), -1);
        // Both comparisons fail on NaN.
        if (!rows.gte(0).all() || !rows.lte(1).all()) {
            throw outside(rows);
        }
        return rows;
    }

    private static DL4JInvalidInputException outside(INDArray rows) {
        for (long row = 0; row < rows.size(0); row++) {
            for (long column = 0; column < rows.size(1); column++) {
                double value = rows.getDouble(row, column);
                if (!(value >= 0 && value <= 1)) {
                    return new DL4JInvalidInputException("Intensity is " + value + " at row " + row + ", column "
                            + column + ", allowed is [0, 1]; scale the features, for example by NormalizerMinMaxScaler,"
                            + " and do not standardise them");
                }
            }
        }
        throw new IllegalStateException("every intensity is in [0, 1]");
    }
}
