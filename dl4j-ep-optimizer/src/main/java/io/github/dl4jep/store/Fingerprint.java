package io.github.dl4jep.store;

import java.nio.ByteBuffer;
import java.util.Locale;
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
        return of(new INDArray[] {examples.getFeatures()}, new INDArray[] {examples.getLabels()});
    }

    /**
     * Computes the checksum.
     *
     * @param examples features and labels of any number of inputs and outputs
     * @return rows and checksum
     */
    public static String of(MultiDataSet examples) {
        return of(examples.getFeatures(), examples.getLabels());
    }

    private static String of(INDArray[] features, @Nullable INDArray[] labels) {
        CRC32C checksum = new CRC32C();
        for (INDArray array : features) {
            add(checksum, array);
        }
        for (INDArray array : labels) {
            add(checksum, array);
        }
        return String.format(Locale.ROOT, "%d rows, crc32c %08x", features[0].size(0), checksum.getValue());
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
