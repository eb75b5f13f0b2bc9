package io.github.dl4jep.cli.model;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import org.nd4j.linalg.factory.Nd4j;

/** The scaling of a model as DL4J's normalizer, for programs that load the file with DL4J. */
final class Normalizers {
    private Normalizers() {}

    /**
     * The normalizer in the form of its entry.
     *
     * @param rows how rows are scaled; pixels are taken to be divided by {@link RowFormat#pixelUnit} already, as DL4J's own readers do
     * @param takesImages whether it is given images, and not rows
     * @return what DL4J's {@code ModelSerializer} writes
     * @throws IOException never, as this is in memory
     */
    static byte[] bytes(RowFormat rows, boolean takesImages) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NormalizerSerializer.getDefault().write(of(rows, takesImages), out);
        return out.toByteArray();
    }

    private static NormalizerStandardize of(RowFormat rows, boolean takesImages) {
        INDArray means = array(spread(rows, rows.means(), takesImages));
        INDArray deviations = array(spread(rows, rows.deviations(), takesImages));
        if (rows.task() == Task.REGRESSION) {
            return new NormalizerStandardize(
                    means, deviations, array(List.of(rows.targetMean())), array(List.of(rows.targetDeviation())));
        }
        return new NormalizerStandardize(means, deviations);
    }

    /** DL4J scales the channels of images, but the columns of rows. */
    private static List<Double> spread(RowFormat rows, List<Double> perChannel, boolean takesImages) {
        ImageShape image = rows.image();
        if (image == null || takesImages) {
            return perChannel;
        }
        return perChannel.stream()
                .flatMap(value -> Collections.nCopies(image.height() * image.width(), value).stream())
                .toList();
    }

    private static INDArray array(List<Double> values) {
        double[] row =
                IntStream.range(0, values.size()).mapToDouble(values::get).toArray();
        return Nd4j.createFromArray(row).castTo(DataType.FLOAT).reshape(1, row.length);
    }

    /**
     * Names the kind of a normalizer without making one: the entry may name any class.
     *
     * @param file the file, for messages
     * @param bytes the entry
     * @return DL4J's name of the kind, {@code STANDARDIZE} for example
     * @throws UserException if it is no normalizer of DL4J
     */
    static String kind(Path file, byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            if (in.readUTF().equals("NORMALIZER")) {
                in.readInt();
                String kind = in.readUTF();
                if (kind.matches("[A-Z_]+")) {
                    return kind;
                }
            }
        } catch (IOException e) {
            throw new UserException(
                    "The normalizer in " + file + " cannot be read: " + UserException.reason(e) + ".", e);
        }
        throw new UserException("The normalizer in " + file + " is none that DL4J has written.");
    }
}
