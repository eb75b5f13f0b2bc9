package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.InputColumn;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.SequenceShape;
import io.github.dl4jep.cli.data.split.ByteRows;
import io.github.dl4jep.cli.data.split.FloatRows;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.SequenceRows;
import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.data.table.UnlabelledCsv;
import io.github.dl4jep.cli.failure.LocaleEncoding;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Rows to predict, scaled as the training rows were.
 *
 * @param features the rows; their labels mean nothing
 * @param nameColumn what the names are: {@code row} or {@code file}
 * @param names a name for each row: its number from 1, or its file
 * @param notes what was noticed and done
 */
public record UnlabelledRows(Rows features, String nameColumn, List<String> names, List<String> notes) {
    private static final String CSV = "csv:";
    private static final String IDX = "idx:";
    private static final String IMAGES = "images:";
    private static final String SEQUENCES = "sequences:";
    private static final int IMAGE_RANK = 3;
    private static final int NOTED = 5;

    /**
     * Reads rows.
     *
     * @param spec {@code csv:FILE}, {@code idx:FILE}, {@code images:DIR}, {@code sequences:DIR}, or a path: then it is what the model was
     *     trained on; for images a folder of them or an IDX file
     * @param format the format of the model's rows
     * @param reading how a CSV file is to be read
     * @return the rows
     * @throws UserException if they cannot be read, or are not what the model takes
     */
    public static UnlabelledRows open(String spec, RowFormat format, ReadOptions reading) {
        if (spec.startsWith(CSV)) {
            return csv(Path.of(spec.substring(CSV.length())), format, reading);
        }
        if (spec.startsWith(IDX)) {
            return idx(Path.of(spec.substring(IDX.length())), format);
        }
        if (spec.startsWith(IMAGES)) {
            return images(Path.of(spec.substring(IMAGES.length())), format);
        }
        if (spec.startsWith(SEQUENCES)) {
            return sequences(Path.of(spec.substring(SEQUENCES.length())), format, reading);
        }
        Path path = Path.of(spec);
        if (format.sequence() != null) {
            return sequences(path, format, reading);
        }
        if (format.image() == null) {
            return csv(path, format, reading);
        }
        if (ImageFolder.isImage(path)) {
            throw new UserException(path.toAbsolutePath() + " is one image: --data takes the folder that it is in.");
        }
        return Files.isDirectory(path) ? images(path, format) : idx(path, format);
    }

    private static UnlabelledRows csv(Path file, RowFormat format, ReadOptions reading) {
        if (format.image() != null) {
            throw new UserException("--data is a CSV file, but the model was trained on images of " + format.image()
                    + ": give idx:FILE or images:DIR.");
        }
        if (format.sequence() != null) {
            throw new UserException(
                    "--data is a CSV file, but the model was trained on sequences: give sequences:DIR, a folder with one file"
                            + " for each.");
        }
        String name = file.toAbsolutePath().normalize().toString();
        UnlabelledCsv csv = UnlabelledCsv.read(file, format, reading);
        return numbered(Nd4j.create(format.scaledRows(csv.columns(), csv.rows(), name)), csv.notes());
    }

    private static UnlabelledRows sequences(Path folder, RowFormat format, ReadOptions reading) {
        SequenceShape shape = format.sequence();
        if (shape == null) {
            throw new UserException("--data is a folder of sequences, but the model was trained on "
                    + (format.image() == null
                            ? "single rows of the columns " + columnNames(format) + ": give csv:FILE."
                            : "images of " + format.image() + ": give idx:FILE or images:DIR."));
        }
        List<Path> files = SequenceFolder.unlabelled(folder);
        List<SequenceRows.Sequence> sequences = new ArrayList<>();
        List<String> notes = new ArrayList<>();
        for (Path file : files) {
            UnlabelledCsv csv = UnlabelledCsv.read(file, format, reading);
            float[][] features = format.scaledRows(csv.columns(), csv.rows(), file.toString());
            sequences.add(new SequenceRows.Sequence(features, new float[shape.everyStep() ? csv.rows() : 1][1]));
            csv.notes().forEach(note -> notes.add(file.getFileName() + ": " + note));
        }
        if (notes.size() > NOTED) {
            String more = "and " + (notes.size() - NOTED) + " more notes of this kind.";
            notes.subList(NOTED, notes.size()).clear();
            notes.add(more);
        }
        return new UnlabelledRows(
                new SequenceRows(sequences, shape.everyStep()),
                "sequence",
                files.stream().map(file -> String.valueOf(file.getFileName())).toList(),
                notes);
    }

    private static UnlabelledRows numbered(INDArray features, List<String> notes) {
        return new UnlabelledRows(
                new FloatRows(new DataSet(features, Nd4j.zeros(DataType.FLOAT, features.size(0), 1))),
                "row",
                IntStream.rangeClosed(1, (int) features.size(0))
                        .mapToObj(String::valueOf)
                        .toList(),
                notes);
    }

    private static ImageShape requireImages(String what, RowFormat format) {
        ImageShape image = format.image();
        if (image == null) {
            throw new UserException("--data is " + what + ", but the model was trained on the columns "
                    + columnNames(format) + ": give "
                    + (format.sequence() == null ? "csv:FILE." : "sequences:DIR."));
        }
        return image;
    }

    private static String columnNames(RowFormat format) {
        return format.columns().stream().limit(20).map(InputColumn::name).collect(Collectors.joining(", "))
                + (format.columns().size() > 20 ? ", ..." : "");
    }

    private static UnlabelledRows idx(Path file, RowFormat format) {
        ImageShape image = requireImages("an IDX file", format);
        IdxFile idx = IdxFile.read(file, IMAGE_RANK);
        int[] found = idx.dimensions();
        if (image.channels() != 1 || found[1] != image.height() || found[2] != image.width()) {
            throw new UserException(file.toAbsolutePath() + " has images of " + found[1] + "x" + found[2]
                    + "x1, but the model takes " + image + ".");
        }
        byte[] bytes = idx.bytes();
        float[] values = new float[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes[i] & 0xFF;
        }
        return numbered(
                format.scaledImages(Nd4j.create(values, new long[] {idx.count(), image.length()}, 'c')), List.of());
    }

    private static UnlabelledRows images(Path folder, RowFormat format) {
        ImageShape image = requireImages("a folder of images", format);
        if (!Files.isDirectory(folder)) {
            throw new UserException("There is no folder " + folder.toAbsolutePath() + ".");
        }
        Path path = folder.toAbsolutePath().normalize();
        List<Path> files = ImageFolder.images(path);
        files.forEach(file -> LocaleEncoding.requireExpressible(file.toString()));
        if (files.isEmpty()) {
            throw new UserException("The folder " + path + " has no images: they end in " + ImageFolder.ENDINGS + ".");
        }
        ImageReader reader = new ImageReader(image);
        byte[][] pixels = files.stream().map(reader::read).toArray(byte[][]::new);
        return new UnlabelledRows(
                new ByteRows(pixels, new int[pixels.length], 1, format.pixelScale(), format.pixelUnit(), false),
                "file",
                files.stream().map(file -> String.valueOf(file.getFileName())).toList(),
                ImageFolder.notes(ImageFolder.skipped(path), reader.transparent()));
    }
}
