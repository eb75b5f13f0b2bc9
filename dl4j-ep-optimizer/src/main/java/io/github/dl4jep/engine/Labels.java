package io.github.dl4jep.engine;

import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
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
        return mask == null ? values.size(0) : labelled().sumNumber().doubleValue();
    }

    /** Those of some numbers, one an example, whose example has a label that counts. */
    double[] ofLabelled(INDArray numbers) {
        double[] all = numbers.castTo(DataType.DOUBLE).ravel().toDoubleVector();
        if (mask == null) {
            return all;
        }
        double[] counts = labelled().toDoubleVector();
        return IntStream.range(0, all.length)
                .filter(n -> counts[n] > 0)
                .mapToDouble(n -> all[n])
                .toArray();
    }

    /** 1 for each example of which some label counts, else 0. */
    private INDArray labelled() {
        return Objects.requireNonNull(mask)
                .reshape(values.size(0), -1)
                .max(1)
                .gt(0)
                .castTo(DataType.DOUBLE);
    }
}
