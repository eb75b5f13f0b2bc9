package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import java.nio.FloatBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Neighbouring rows of an f-ordered matrix, copied column by column. */
final class RowBlock {

    private RowBlock() {}

    /** Rows from .. from + rows as a new f-ordered array. */
    static INDArray of(INDArray matrix, long from, long rows) {
        if (from == 0 && rows == matrix.rows()) {
            return matrix;
        }
        INDArray block = HostMemory.uninitialized(matrix.dataType(), new long[] {rows, matrix.columns()}, 'f');
        if (isFast(matrix)) {
            copy(matrix, from, block, 0, rows);
            return HostMemory.written(block);
        }
        return block.assign(matrix.get(NDArrayIndex.interval(from, from + rows), NDArrayIndex.all()));
    }

    /** An array for so many rows that will be {@link #put} into the matrix: the matrix itself if it has no more. */
    static INDArray unwritten(INDArray matrix, long rows) {
        return rows == matrix.rows()
                ? matrix
                : HostMemory.uninitialized(matrix.dataType(), new long[] {rows, matrix.columns()}, 'f');
    }

    /** Writes a block over the rows of a matrix that begin at {@code from}. */
    static void put(INDArray block, INDArray matrix, long from) {
        if (block == matrix) {
            return;
        }
        if (isFast(matrix) && isFast(block)) {
            copy(block, 0, matrix, from, block.rows());
            HostMemory.written(matrix);
        } else {
            matrix.get(NDArrayIndex.interval(from, from + block.rows()), NDArrayIndex.all())
                    .assign(block);
        }
    }

    private static boolean isFast(INDArray matrix) {
        return matrix.dataType() == DataType.FLOAT && matrix.ordering() == 'f' && matrix.elementWiseStride() == 1;
    }

    private static void copy(INDArray source, long sourceRow, INDArray target, long targetRow, long rows) {
        FloatBuffer in = HostMemory.floats(source);
        FloatBuffer out = HostMemory.floats(target);
        int inRows = source.rows();
        int outRows = target.rows();
        for (int column = 0; column < source.columns(); column++) {
            int from = Math.toIntExact(in.position() + (long) column * inRows + sourceRow);
            int to = Math.toIntExact(out.position() + (long) column * outRows + targetRow);
            out.put(to, in, from, Math.toIntExact(rows));
        }
        HostMemory.keep(source, target);
    }
}
