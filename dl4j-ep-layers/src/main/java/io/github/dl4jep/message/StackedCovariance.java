package io.github.dl4jep.message;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** The covariance of activations whose examples are put below one another: between examples of different blocks there is none. */
public final class StackedCovariance {

    private StackedCovariance() {}

    /**
     * Stacks blocks.
     *
     * @param blocks message of each block
     * @param rows number of examples of each block
     * @param like an array of the data type
     * @return block-diagonal K, with the inducing examples of all blocks; the blocks' gains below one another
     */
    public static BatchCovariance of(List<BatchCovariance> blocks, long[] rows, INDArray like) {
        List<ExampleCovariance> covariances =
                blocks.stream().map(BatchCovariance::examples).toList();
        InducingExamples inducing = inducing(covariances, rows);
        if (covariances.stream().allMatch(ExampleCovariance::isNone)) {
            return BatchCovariance.none(inducing);
        }
        long total = Arrays.stream(rows).sum();
        double[] shares = new double[rows.length];
        for (int i = 0; i < rows.length; i++) {
            boolean none = blocks.get(i).steps() != null || covariances.get(i).isNone();
            shares[i] = none ? 0 : (double) rows[i] / total;
        }
        return new BatchCovariance(
                diagonalBlocks(covariances, rows, inducing, like),
                gain(blocks, rows, total),
                PositionCorrelation.ofBlocks(
                        blocks.stream().map(BatchCovariance::positions).collect(Collectors.toList()), shares));
    }

    private static InducingExamples inducing(List<ExampleCovariance> blocks, long[] rows) {
        if (blocks.stream().allMatch(block -> block.inducing().areAll())) {
            return InducingExamples.all();
        }
        IntStream numbers = IntStream.empty();
        int from = 0;
        for (int i = 0; i < rows.length; i++) {
            int start = from;
            int[] ofBlock = blocks.get(i).inducing().numbers(Math.toIntExact(rows[i]));
            numbers = IntStream.concat(numbers, Arrays.stream(ofBlock).map(row -> start + row));
            from += Math.toIntExact(rows[i]);
        }
        return InducingExamples.ofRows(numbers.toArray());
    }

    private static ExampleCovariance diagonalBlocks(
            List<ExampleCovariance> blocks, long[] rows, InducingExamples inducing, INDArray like) {
        long total = Arrays.stream(rows).sum();
        INDArray columns = Nd4j.create(like.dataType(), new long[] {total, inducing.count(total)}, 'f');
        double[] variances = new double[Math.toIntExact(total)];
        int from = 0;
        int column = 0;
        for (int i = 0; i < rows.length; i++) {
            ExampleCovariance block = blocks.get(i);
            int width = block.inducing().count(rows[i]);
            if (!block.isNone()) {
                columns.get(interval(from, rows[i]), interval(column, width)).assign(block.present());
                System.arraycopy(Rows.columns(block.variances()), 0, variances, from, (int) rows[i]);
            }
            from += (int) rows[i];
            column += width;
        }
        return ExampleCovariance.of(inducing, columns, variances);
    }

    private static INDArrayIndex interval(long from, long count) {
        return NDArrayIndex.interval(from, from + count);
    }

    private static @Nullable INDArray gain(List<BatchCovariance> blocks, long[] rows, long total) {
        INDArray stacked = null;
        long from = 0;
        for (int i = 0; i < rows.length; i++) {
            INDArray gain = blocks.get(i).gain();
            if (gain != null) {
                if (stacked == null) {
                    stacked = HostMemory.uninitialized(gain.dataType(), new long[] {total, gain.columns()}, 'f');
                    stacked.assign(1);
                }
                stacked.get(interval(from, rows[i]), NDArrayIndex.all()).assign(gain);
            }
            from += rows[i];
        }
        return stacked;
    }

    /**
     * The covariance of some examples: the way back.
     *
     * @param all message of all examples
     * @param from first row
     * @param to row after the last
     * @return the block of K on its diagonal, and those rows of the gain
     */
    public static BatchCovariance block(BatchCovariance all, long from, long to) {
        ExampleCovariance k = all.examples();
        ExampleCovariance block = k.block(from, to);
        INDArray known = k.columns();
        if (known == null) {
            return BatchCovariance.none(block.inducing());
        }
        INDArray gain = all.gain();
        PositionCorrelation positions = all.positions();
        return new BatchCovariance(
                block,
                gain == null ? null : gain.get(NDArrayIndex.interval(from, to)).dup('f'),
                positions == null ? null : positions.block(from, to, known.rows()));
    }
}
