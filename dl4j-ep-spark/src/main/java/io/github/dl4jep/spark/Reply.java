package io.github.dl4jep.spark;

import java.io.DataInputStream;
import java.util.function.LongFunction;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;

/** What a worker answers: a result, or why there is none. */
final class Reply {

    private Reply() {}

    static byte[] of(Wire.Writer result) {
        return Wire.bytes(out -> {
            out.writeUTF("");
            result.to(out);
        });
    }

    static byte[] of(RuntimeException error) {
        return Wire.bytes(out -> {
            out.writeUTF(error.getClass().getName());
            out.writeUTF(String.valueOf(error.getMessage()));
        });
    }

    static boolean isError(byte[] bytes) {
        return Wire.read(bytes, in -> !in.readUTF().isEmpty());
    }

    /**
     * The result.
     *
     * @param bytes the answer
     * @param reader of the result
     * @param worker number of the partition
     * @param where says which rows a worker has
     * @return the result
     * @throws DL4JInvalidInputException if something is wrong with the worker's rows
     * @throws DL4JInvalidConfigException if the network cannot be trained so
     */
    static <T> T read(byte[] bytes, Wire.Reader<T> reader, int worker, LongFunction<String> where) {
        return Wire.read(bytes, (DataInputStream in) -> {
            String error = in.readUTF();
            if (error.isEmpty()) {
                return reader.from(in);
            }
            String message = in.readUTF();
            if (error.equals(UnsupportedOperationException.class.getName())
                    || error.equals(DL4JInvalidConfigException.class.getName())) {
                throw new DL4JInvalidConfigException(message);
            }
            String place = "Partition " + worker + ", whose rows are " + where.apply(worker) + ": ";
            if (error.equals(DL4JInvalidInputException.class.getName())) {
                throw new DL4JInvalidInputException(place + message);
            }
            throw new IllegalStateException(place + error + ": " + message);
        });
    }
}
