package io.github.dl4jep.spark;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Arrays as bytes: shape, and the elements in column order, of single or double precision. One form for all that travels, whatever serializer
 * Spark is set to, and many elements at once.
 */
final class Wire {

    /** Writes to a stream of bytes. */
    @FunctionalInterface
    interface Writer {
        void to(DataOutputStream out) throws IOException;
    }

    /** Reads what was written. */
    @FunctionalInterface
    interface Reader<T> {
        T from(DataInputStream in) throws IOException;
    }

    private Wire() {}

    static byte[] bytes(Writer writer) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            writer.to(out);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    static <T> T read(byte[] bytes, Reader<T> reader) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return reader.from(in);
        } catch (IOException e) {
            throw new UncheckedIOException("a message of " + bytes.length + " bytes is not whole", e);
        }
    }

    /** Whole numbers travel as doubles, half precision as single. */
    static void write(DataOutputStream out, INDArray array) throws IOException {
        DataType type =
                array.dataType() == DataType.DOUBLE || !array.dataType().isFPType() ? DataType.DOUBLE : DataType.FLOAT;
        INDArray dense =
                array.dataType() == type ? array.dup('f') : array.castTo(type).dup('f');
        int length = Math.toIntExact(dense.length());
        out.writeBoolean(type == DataType.DOUBLE);
        out.writeInt(dense.rank());
        for (long size : dense.shape()) {
            out.writeLong(size);
        }
        ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(length, type.width()));
        if (type == DataType.DOUBLE) {
            buffer.asDoubleBuffer().put(HostMemory.doubles(dense).slice().limit(length));
        } else {
            buffer.asFloatBuffer().put(HostMemory.floats(dense).slice().limit(length));
        }
        HostMemory.keep(dense);
        out.write(buffer.array());
    }

    static INDArray array(DataInputStream in) throws IOException {
        DataType type = in.readBoolean() ? DataType.DOUBLE : DataType.FLOAT;
        long[] shape = new long[in.readInt()];
        long length = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = in.readLong();
            length *= shape[i];
        }
        byte[] bytes = new byte[Math.toIntExact(length * type.width())];
        in.readFully(bytes);
        INDArray array = Nd4j.createUninitialized(type, shape, 'f');
        if (type == DataType.DOUBLE) {
            HostMemory.doubles(array).slice().put(ByteBuffer.wrap(bytes).asDoubleBuffer());
        } else {
            HostMemory.floats(array).slice().put(ByteBuffer.wrap(bytes).asFloatBuffer());
        }
        return HostMemory.written(array);
    }

    static void writeOptional(DataOutputStream out, @Nullable INDArray array) throws IOException {
        out.writeBoolean(array != null);
        if (array != null) {
            write(out, array);
        }
    }

    static @Nullable INDArray optional(DataInputStream in) throws IOException {
        return in.readBoolean() ? array(in) : null;
    }

    static void write(DataOutputStream out, Moments moments) throws IOException {
        write(out, moments.mean());
        writeOptional(out, moments.variance());
        long[] dims = moments.shape().dims();
        out.writeInt(dims.length);
        for (long dim : dims) {
            out.writeLong(dim);
        }
    }

    static Moments moments(DataInputStream in) throws IOException {
        Moments moments = new Moments(array(in), optional(in));
        long[] dims = new long[in.readInt()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = in.readLong();
        }
        return moments.shapedAs(ExampleShape.of(dims));
    }

    static byte[] bytes(MultiDataSet data) {
        return bytes(out -> {
            write(out, data.getFeatures());
            write(out, data.getLabels());
            write(out, data.getFeaturesMaskArrays());
            write(out, data.getLabelsMaskArrays());
        });
    }

    private static void write(DataOutputStream out, INDArray @Nullable [] arrays) throws IOException {
        out.writeInt(arrays == null ? 0 : arrays.length);
        if (arrays != null) {
            for (INDArray array : arrays) {
                writeOptional(out, array);
            }
        }
    }

    static MultiDataSet dataSet(byte[] bytes) {
        return read(
                bytes, in -> new org.nd4j.linalg.dataset.MultiDataSet(arrays(in), arrays(in), masks(in), masks(in)));
    }

    private static @Nullable INDArray[] arrays(DataInputStream in) throws IOException {
        List<@Nullable INDArray> arrays = new ArrayList<>();
        int count = in.readInt();
        for (int i = 0; i < count; i++) {
            arrays.add(optional(in));
        }
        return arrays.toArray(new INDArray[0]);
    }

    private static @Nullable INDArray @Nullable [] masks(DataInputStream in) throws IOException {
        @Nullable INDArray[] masks = arrays(in);
        return masks.length == 0 ? null : masks;
    }
}
