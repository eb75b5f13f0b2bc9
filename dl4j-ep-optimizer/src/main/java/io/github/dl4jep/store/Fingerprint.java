package io.github.dl4jep.store;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** A checksum of examples, to notice that data has changed between a checkpoint and its continuation. */
public final class Fingerprint {

    private Fingerprint() {}

    /**
     * Computes the checksum.
     *
     * @param examples features and labels
     * @return rows and checksum, for example {@code 100 rows, crc32c 1c291ca3}
     */
    public static String of(DataSet examples) {
        return of(examples.getFeatures().size(0), Stream.of(examples.getFeatures(), examples.getLabels()));
    }

    /**
     * Computes the checksum.
     *
     * @param examples features and labels of any number of inputs and outputs
     * @return rows and checksum
     */
    public static String of(MultiDataSet examples) {
        return of(
                examples.getFeatures(0).size(0),
                Stream.concat(Arrays.stream(examples.getFeatures()), Arrays.stream(examples.getLabels())));
    }

    /**
     * Computes the checksum of arrays that are not in memory at the same time.
     *
     * @param rows number of examples
     * @param arrays all features, then all labels; blocks of rows give the same as the whole
     * @return rows and checksum
     */
    public static String of(long rows, Stream<@Nullable INDArray> arrays) {
        CRC32C checksum = new CRC32C();
        arrays.forEach(array -> add(checksum, array));
        return String.format(Locale.ROOT, "%d rows, crc32c %08x", rows, checksum.getValue());
    }

    private static void add(CRC32C checksum, @Nullable INDArray array) {
        if (array == null) {
            return;
        }
        for (long row = 0; row < array.size(0); row++) {
            float[] values = array.slice(row).dup('c').data().asFloat();
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            checksum.update(bytes);
        }
    }
}
