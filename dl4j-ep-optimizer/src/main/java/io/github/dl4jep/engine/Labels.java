package io.github.dl4jep.engine;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The labels of one output.
 *
 * @param values [minibatch, outputs]
 * @param mask label mask as DL4J has it, [minibatch, 1] or [minibatch, outputs], or null
 */
public record Labels(INDArray values, @Nullable INDArray mask) {

    /** Number of examples of which some label counts. */
    double count() {
        return mask == null
                ? values.size(0)
                : mask.reshape(values.size(0), -1)
                        .max(1)
                        .gt(0)
                        .castTo(org.nd4j.linalg.api.buffer.DataType.DOUBLE)
                        .sumNumber()
                        .doubleValue();
    }
}
