package io.github.dl4jep.engine;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchPart;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The labels of one output.
 *
 * @param values [minibatch, outputs]
 * @param mask label mask as DL4J has it, [minibatch, 1] or [minibatch, outputs], or null
 */
public record Labels(INDArray values, @Nullable INDArray mask) {

    /** The own ones of a part of a joint batch. */
    Labels own(BatchPart part) {
        return part.isWhole() ? this : new Labels(part.own(values), mask == null ? null : part.own(mask));
    }

    /** Those of all parts of a batch, detached; where one has a mask and others none, all of theirs count. */
    static Labels joined(List<Labels> parts) {
        boolean masked = parts.stream().anyMatch(part -> part.mask != null);
        return new Labels(
                below(parts.stream().map(Labels::values)),
                masked ? below(parts.stream().map(Labels::maskOrOnes)) : null);
    }

    private static INDArray below(Stream<INDArray> arrays) {
        return Nd4j.concat(0, arrays.toArray(INDArray[]::new)).detach();
    }

    private INDArray maskOrOnes() {
        return mask != null ? mask : Nd4j.ones(values.dataType(), values.size(0), 1);
    }

    /** Number of examples of which some label counts. */
    double count() {
        return mask == null ? values.size(0) : Rows.sum(labelled());
    }

    /** Those of some numbers, one an example, whose example has a label that counts. */
    double[] ofLabelled(double[] all) {
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
