package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.data.split.Rows;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/** A checksum of training rows, to notice that a file has changed between a checkpoint and its continuation. */
final class Fingerprint {
    private static final int BLOCK = 1_000;

    private Fingerprint() {}

    /**
     * Computes the checksum.
     *
     * @param rows features and labels
     * @return rows and checksum, for example {@code 100 rows, crc32c 1c291ca3}
     */
    static String of(Rows rows) {
        CRC32C checksum = new CRC32C();
        addAll(checksum, rows, DataSet::getFeatures);
        addAll(checksum, rows, DataSet::getLabels);
        return String.format(Locale.ROOT, "%d rows, crc32c %08x", rows.count(), checksum.getValue());
    }

    private static void addAll(CRC32C checksum, Rows rows, Function<DataSet, INDArray> part) {
        for (int from = 0; from < rows.count(); from += BLOCK) {
            add(checksum, part.apply(rows.range(from, Math.min(from + BLOCK, rows.count()))));
        }
    }

    private static void add(CRC32C checksum, INDArray array) {
        for (long row = 0; row < array.size(0); row++) {
            float[] values = array.slice(row).dup('c').data().asFloat();
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
            bytes.asFloatBuffer().put(values);
            checksum.update(bytes);
        }
    }
}
