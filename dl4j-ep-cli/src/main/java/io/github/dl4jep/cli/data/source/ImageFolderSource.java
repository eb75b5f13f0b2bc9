package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.PixelScale;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.datavec.api.io.labels.ParentPathLabelGenerator;
import org.datavec.api.split.CollectionInputSplit;
import org.datavec.api.writable.NDArrayWritable;
import org.datavec.api.writable.Writable;
import org.datavec.image.loader.NativeImageLoader;
import org.datavec.image.recordreader.ImageRecordReader;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Images in folders, {@code DIR/train/CLASS} and {@code DIR/test/CLASS}, read by DL4J's {@link ImageRecordReader} and scaled by it to
 * one size. Colours are in its order, blue, green, red. All images are in memory at once.
 */
final class ImageFolderSource implements DataSource {
    private static final RunDefaults DEFAULTS = new RunDefaults("lenet", 5, 32);

    private final ImageFolder train;
    private final ImageFolder test;
    private final ImageShape shape;

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
                train, test, size == null ? sizeOf(train.files().get(0)) : size);
    }

    private static ImageShape sizeOf(Path file) {
        try (INDArray image = new NativeImageLoader().asMatrix(file.toFile())) {
            return new ImageShape((int) image.size(2), (int) image.size(3), (int) image.size(1));
        } catch (IOException | RuntimeException e) {
            throw unreadable(file, e);
        }
    }

    private static UserException unreadable(Path file, Exception cause) {
        return new UserException("Cannot read the image " + file + ": " + UserException.reason(cause) + ".", cause);
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
        DataSet training = read(train);
        DataSet held = read(test);
        PixelScale scale = PixelScale.fit(training.getFeatures(), shape);
        scale.apply(training.getFeatures());
        scale.apply(held.getFeatures());
        RowFormat format = RowFormat.images(train.classes(), shape, 1, scale.means(), scale.deviations());
        return new TrainingData(training, held, format);
    }

    private DataSet read(ImageFolder half) {
        List<Path> files = half.files();
        INDArray features = Nd4j.createUninitialized(DataType.FLOAT, files.size(), shape.length());
        INDArray labels =
                Nd4j.zeros(DataType.FLOAT, files.size(), half.classes().size());
        try (ImageRecordReader reader = new ImageRecordReader(
                shape.height(), shape.width(), shape.channels(), new ParentPathLabelGenerator())) {
            reader.initialize(
                    new CollectionInputSplit(files.stream().map(Path::toUri).toList()));
            for (int row = 0; row < files.size(); row++) {
                List<Writable> record = next(reader, files.get(row));
                try (INDArray image = ((NDArrayWritable) record.get(0)).get()) {
                    features.putRow(row, image.reshape('c', new long[] {shape.length()}));
                }
                labels.putScalar(row, record.get(1).toInt(), 1);
            }
        } catch (IOException e) {
            throw new UserException(
                    "Cannot read the images in " + half.path() + ": " + UserException.reason(e) + ".", e);
        }
        return new DataSet(features, labels);
    }

    /** The reader takes the files in the order they were given. */
    private static List<Writable> next(ImageRecordReader reader, Path file) {
        try {
            return reader.next();
        } catch (RuntimeException e) {
            throw unreadable(file, e);
        }
    }
}
