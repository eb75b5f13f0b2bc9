package io.github.dl4jep.store;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The flat vector of parameters as {@code Nd4j.write} writes it: the description of the shape (mode, length, {@code LONG}, then rank, sizes,
 * strides and three more), and the numbers (mode, length, type, then big-endian). Every length is checked against the bytes that are
 * there before memory is taken for it.
 */
final class ParameterVector {

    private static final int LARGEST_RANK = 2;

    private ParameterVector() {}

    /**
     * Reads the vector.
     *
     * @param file the file, for messages
     * @param bytes what was written
     * @return the vector, in the shape that was written
     * @throws IOException if the bytes are something else, or a number is not finite
     */
    static INDArray read(File file, byte[] bytes) throws IOException {
        ByteArrayInputStream source = new ByteArrayInputStream(bytes);
        DataInputStream in = new DataInputStream(source);
        try {
            long[] shape = shape(file, in);
            long length = shape.length == 1 ? shape[0] : Math.multiplyExact(shape[0], shape[1]);
            in.readUTF();
            long written = in.readLong();
            DataType type = type(file, in.readUTF());
            if (written != length
                    || length < 1
                    || written != source.available() / type.width()
                    || source.available() % type.width() != 0) {
                throw ModelFile.damaged(
                        file,
                        "the parameters have the length " + written + ", but their shape says " + length
                                + ", and there are " + source.available() + " bytes",
                        null);
            }
            ByteBuffer values = ByteBuffer.wrap(bytes, bytes.length - source.available(), source.available());
            return type == DataType.FLOAT ? floats(file, values, shape) : doubles(file, values, shape);
        } catch (EOFException | java.io.UTFDataFormatException | ArithmeticException e) {
            throw ModelFile.damaged(file, "the parameters are cut off or garbled", e);
        }
    }

    private static long[] shape(File file, DataInputStream in) throws IOException {
        in.readUTF();
        long length = in.readLong();
        String type = in.readUTF();
        long rank = in.readLong();
        if (!type.equals("LONG") || rank < 1 || rank > LARGEST_RANK || length != 2 * rank + 4) {
            throw ModelFile.damaged(file, "the parameters are no vector", null);
        }
        long[] shape = new long[(int) rank];
        for (int i = 0; i < rank; i++) {
            shape[i] = in.readLong();
            if (shape[i] < 1) {
                throw ModelFile.damaged(file, "the parameters have the size " + shape[i], null);
            }
        }
        in.skipNBytes((rank + 3) * Long.BYTES);
        if (rank == LARGEST_RANK && shape[0] != 1) {
            throw ModelFile.damaged(file, "the parameters are no row", null);
        }
        return shape;
    }

    private static DataType type(File file, String name) throws IOException {
        return switch (name) {
            case "FLOAT" -> DataType.FLOAT;
            case "DOUBLE" -> DataType.DOUBLE;
            default ->
                throw ModelFile.damaged(
                        file, "the parameters are of type " + name + ", allowed: FLOAT and DOUBLE", null);
        };
    }

    private static INDArray floats(File file, ByteBuffer bytes, long[] shape) throws IOException {
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        for (int i = 0; i < values.length; i++) {
            requireFinite(file, i, values[i]);
        }
        return Nd4j.create(values, shape, 'c');
    }

    private static INDArray doubles(File file, ByteBuffer bytes, long[] shape) throws IOException {
        double[] values = new double[bytes.remaining() / Double.BYTES];
        bytes.asDoubleBuffer().get(values);
        for (int i = 0; i < values.length; i++) {
            requireFinite(file, i, values[i]);
        }
        return Nd4j.createFromArray(values).reshape('c', shape);
    }

    private static void requireFinite(File file, int index, double value) throws IOException {
        if (!Double.isFinite(value)) {
            throw ModelFile.damaged(
                    file, "parameter " + index + " is " + value + ", but all must be finite numbers", null);
        }
    }
}
