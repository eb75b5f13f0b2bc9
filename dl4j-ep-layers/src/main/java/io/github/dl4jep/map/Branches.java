package io.github.dl4jep.map;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Blocks of columns or rows of the matrices that travel between layers, and what activations that meet have in common. */
final class Branches {

    private Branches() {}

    /**
     * The shape that all inputs have.
     *
     * @param inputs activations that are combined element by element
     * @return their shape
     * @throws IllegalArgumentException if shapes or numbers of rows differ
     */
    static ExampleShape commonShape(List<ForwardMessage> inputs) {
        Moments first = inputs.get(0).moments();
        requireSameRows(inputs);
        for (ForwardMessage input : inputs) {
            if (!input.moments().shape().equals(first.shape())) {
                throw new IllegalArgumentException(
                        "inputs have shapes " + shapes(inputs) + ", but must have one; broadcasting is not supported");
            }
        }
        return first.shape();
    }

    /**
     * Checks that all inputs have as many examples.
     *
     * @param inputs activations that meet
     * @throws IllegalArgumentException if numbers of rows differ
     */
    static void requireSameRows(List<ForwardMessage> inputs) {
        long rows = inputs.get(0).moments().mean().size(0);
        for (ForwardMessage input : inputs) {
            long others = input.moments().mean().size(0);
            if (others != rows) {
                throw new IllegalArgumentException(
                        "inputs have " + rows + " and " + others + " rows; they must be equal");
            }
        }
    }

    /** Shapes for messages. */
    static String shapes(List<ForwardMessage> inputs) {
        return inputs.stream()
                .map(input -> input.moments().shape().toString())
                .toList()
                .toString();
    }

    /** The variances of an input, zeros where it is observed. */
    static INDArray variance(Moments moments) {
        INDArray variance = moments.variance();
        return variance == null
                ? Nd4j.create(moments.mean().dataType(), moments.mean().shape(), 'f')
                : variance;
    }

    /** Whether no input has a variance. */
    static boolean allObserved(List<ForwardMessage> inputs) {
        return inputs.stream().allMatch(input -> input.moments().isPointMass());
    }

    /** The sum of batch covariances of independent weights. */
    static BatchCovariance sum(List<BatchCovariance> covariances) {
        return covariances.stream().reduce(BatchCovariance.none(), BatchCovariance::plus);
    }

    /** Columns [from, to), a copy. */
    static INDArray columns(INDArray matrix, long from, long to) {
        return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(from, to)).dup('f');
    }

    /** Rows [from, to), a copy. */
    static INDArray rows(INDArray matrix, long from, long to) {
        return matrix.get(NDArrayIndex.interval(from, to), NDArrayIndex.all()).dup('f');
    }

    /** Columns [from, ...) of a matrix of {@code total} columns that is zero elsewhere. */
    static INDArray amongColumns(INDArray columns, long from, long total) {
        INDArray matrix = Nd4j.create(columns.dataType(), new long[] {columns.size(0), total}, 'f');
        matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + columns.size(1)))
                .assign(columns);
        return matrix;
    }

    /** Rows [from, ...) of a matrix of {@code total} rows that is zero elsewhere. */
    static INDArray amongRows(INDArray rows, long from, long total) {
        INDArray matrix = Nd4j.create(rows.dataType(), new long[] {total, rows.size(1)}, 'f');
        matrix.get(NDArrayIndex.interval(from, from + rows.size(0)), NDArrayIndex.all())
                .assign(rows);
        return matrix;
    }

    /** Matrices beside one another, f-ordered. */
    static INDArray beside(List<INDArray> matrices) {
        long columns = matrices.stream().mapToLong(matrix -> matrix.size(1)).sum();
        INDArray first = matrices.get(0);
        INDArray all = HostMemory.uninitialized(first.dataType(), new long[] {first.size(0), columns}, 'f');
        long from = 0;
        for (INDArray matrix : matrices) {
            all.get(NDArrayIndex.all(), NDArrayIndex.interval(from, from + matrix.size(1)))
                    .assign(matrix);
            from += matrix.size(1);
        }
        return all;
    }

    /** Matrices below one another, f-ordered. */
    static INDArray below(List<INDArray> matrices) {
        long rows = matrices.stream().mapToLong(matrix -> matrix.size(0)).sum();
        INDArray first = matrices.get(0);
        INDArray all = HostMemory.uninitialized(first.dataType(), new long[] {rows, first.size(1)}, 'f');
        long from = 0;
        for (INDArray matrix : matrices) {
            all.get(NDArrayIndex.interval(from, from + matrix.size(0)), NDArrayIndex.all())
                    .assign(matrix);
            from += matrix.size(0);
        }
        return all;
    }

    /** Means and perhaps variances under one shape. */
    static Moments moments(INDArray mean, @Nullable INDArray variance, ExampleShape shape) {
        return new Moments(mean, variance).shapedAs(shape);
    }
}
