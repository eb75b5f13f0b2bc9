package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.PixelScale;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.ByteRows;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Images in folders, {@code DIR/train/CLASS} and {@code DIR/test/CLASS}, scaled to one size. All images are in memory at once, as
 * bytes.
 */
final class ImageFolderSource implements DataSource {
    private static final RunDefaults DEFAULTS = new RunDefaults("lenet", 5, 32);

    private final ImageFolder train;
    private final ImageFolder test;
    private final ImageShape shape;
    private int transparent;

    private ImageFolderSource(ImageFolder train, ImageFolder test, ImageShape shape) {
        this.train = train;
        this.test = test;
        this.shape = shape;
    }

    /**
     * Lists the folders; only the first image is read.
     *
     * @param folder the folder that holds {@code train} and {@code test}
     * @param size what the images are scaled to, or null for the size of the first
     * @return the source
     * @throws UserException if a folder, or the images of a class, are missing, or classes differ
     */
    static DataSource open(Path folder, @Nullable ImageShape size) {
        ImageFolder train = ImageFolder.list(folder, "train");
        ImageFolder test = ImageFolder.list(folder, "test");
        train.requireSameClasses(test);
        return new ImageFolderSource(
                train, test, size == null ? ImageReader.shapeOf(train.files().get(0)) : size);
    }

    @Override
    public Task task() {
        return Task.CLASSIFICATION;
    }

    @Override
    public int splitCount() {
        return 1;
    }

    @Override
    public RunDefaults defaults() {
        return DEFAULTS;
    }

    @Override
    public Split split(int index) {
        return trainingData(index).split(index);
    }

    @Override
    public TrainingData trainingData(int index) {
        ImageReader reader = new ImageReader(shape);
        byte[][] training = read(train, reader);
        byte[][] held = read(test, reader);
        transparent = reader.transparent();
        PixelScale scale = PixelScale.fit(training, shape);
        RowFormat format = RowFormat.images(train.classes(), shape, 1, scale.means(), scale.deviations());
        return new TrainingData(rows(train, training, scale), rows(test, held, scale), format);
    }

    private static byte[][] read(ImageFolder half, ImageReader reader) {
        return half.files().stream().map(reader::read).toArray(byte[][]::new);
    }

    private static Rows rows(ImageFolder half, byte[][] images, PixelScale scale) {
        return new ByteRows(images, half.labels(), half.classes().size(), scale, 1, false);
    }

    @Override
    public List<String> notes() {
        return ImageFolder.notes(train.skipped() + test.skipped(), transparent);
    }
}
