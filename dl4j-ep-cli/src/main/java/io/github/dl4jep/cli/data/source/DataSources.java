package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;

/** Finds the data source that {@code --data} names. */
public final class DataSources {
    private static final String IMAGES = "images:";
    private static final String SEQUENCES = "sequences:";

    private DataSources() {}

    /**
     * Opens a data source; small files are read and checked at once.
     *
     * @param request what the user asked for
     * @return the source
     * @throws UserException if there is no such data, or what is there cannot be used
     */
    public static DataSource open(DataRequest request) {
        String name = request.name();
        if (request.imageSize() != null && !name.startsWith(IMAGES)) {
            throw new UserException("--image-size is for --data images:DIR, but the data is " + name + ".");
        }
        if (name.startsWith("csv:")) {
            return CsvSource.open(Path.of(name.substring("csv:".length())), request);
        }
        if (name.startsWith(SEQUENCES)) {
            return SequenceSource.open(Path.of(name.substring(SEQUENCES.length())), request);
        }
        if (request.task() != null || request.label() != null) {
            throw new UserException(
                    "--task and --label are for --data csv:FILE and sequences:DIR, but the data is " + name + ".");
        }
        if (!request.reading().equals(ReadOptions.DEFAULTS)) {
            throw new UserException(
                    "--header, --delimiter, --encoding and --strict are for --data csv:FILE and sequences:DIR, but the data is "
                            + name
                            + ".");
        }
        if (name.startsWith("uci:")) {
            return UciSource.open(request.folder(), name.substring("uci:".length()));
        }
        if (name.startsWith(IMAGES)) {
            return ImageFolderSource.open(Path.of(name.substring(IMAGES.length())), request.imageSize());
        }
        return switch (name) {
            case "iris" -> IrisSource.open(request.seed());
            case "mnist" -> MnistSource.digits(request.folder(), new MnistDownload());
            case "fashion" -> MnistSource.clothes(request.folder());
            default ->
                throw new UserException("Unknown data \"" + name
                        + "\": --data takes iris, mnist, fashion, uci:NAME, csv:FILE, images:DIR or sequences:DIR.");
        };
    }
}
