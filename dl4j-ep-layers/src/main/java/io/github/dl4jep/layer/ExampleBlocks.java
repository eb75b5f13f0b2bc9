package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.Moments;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.memory.enums.ResetPolicy;
import org.nd4j.linalg.api.memory.enums.SpillPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Predictions of many examples in blocks, so that the patches of a convolution do not need memory in proportion to the number of
 * examples. Each block's arrays live in a workspace of their own, which the next block uses again.
 */
final class ExampleBlocks {

    /** Patches that are held at once: 128 MB of floats. */
    static final long ELEMENTS = 1L << 25;

    private static final String ID = "WS_EP_BLOCK";

    private static final WorkspaceConfiguration CONFIGURATION = WorkspaceConfiguration.builder()
            .initialSize(0)
            .overallocationLimit(0.02)
            .policyLearning(LearningPolicy.FIRST_LOOP)
            .policyAllocation(AllocationPolicy.OVERALLOCATE)
            .policyReset(ResetPolicy.BLOCK_LEFT)
            .policySpill(SpillPolicy.REALLOCATE)
            .build();

    private ExampleBlocks() {}

    /**
     * Maps all examples.
     *
     * @param input activation, [minibatch, n]
     * @param elementsPerExample elements that the map needs for one example
     * @param map from some examples' activation to their next one
     * @return the next activation of all examples
     */
    static Moments map(Moments input, long elementsPerExample, UnaryOperator<Moments> map) {
        return map(input, elementsPerExample, ELEMENTS, map);
    }

    static Moments map(Moments input, long elementsPerExample, long most, UnaryOperator<Moments> map) {
        long examples = input.mean().size(0);
        long block = Math.max(1, most / elementsPerExample);
        if (examples <= block) {
            return map.apply(input);
        }
        // The first block tells the shape, so its arrays live outside.
        Moments first = map.apply(rows(input, 0, block));
        INDArray mean = result(examples, first.mean());
        put(mean, first.mean(), 0, block);
        INDArray variance = null;
        if (first.variance() != null) {
            variance = result(examples, first.variance());
            put(variance, first.variance(), 0, block);
        }
        for (long start = block; start < examples; start += block) {
            long end = Math.min(examples, start + block);
            try (MemoryWorkspace workspace = Nd4j.getWorkspaceManager().getAndActivateWorkspace(CONFIGURATION, ID)) {
                Moments part = map.apply(rows(input, start, end));
                put(mean, part.mean(), start, end);
                if (variance != null) {
                    put(variance, part.variance(), start, end);
                }
            }
        }
        return new Moments(mean, variance).shapedAs(first.shape());
    }

    private static Moments rows(Moments input, long start, long end) {
        INDArray variance = input.variance();
        return new Moments(rows(input.mean(), start, end), variance == null ? null : rows(variance, start, end))
                .shapedAs(input.shape());
    }

    private static INDArray rows(INDArray array, long start, long end) {
        return array.get(NDArrayIndex.interval(start, end), NDArrayIndex.all()).dup('f');
    }

    private static INDArray result(long examples, INDArray like) {
        return Nd4j.createUninitialized(like.dataType(), new long[] {examples, like.size(1)}, 'f');
    }

    private static void put(INDArray target, @Nullable INDArray part, long start, long end) {
        target.get(NDArrayIndex.interval(start, end), NDArrayIndex.all()).assign(part);
    }
}
