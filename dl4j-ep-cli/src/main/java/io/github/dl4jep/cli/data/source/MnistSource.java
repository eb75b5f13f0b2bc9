package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The MNIST digits, or Fashion-MNIST's clothes: 60,000 training and 10,000 test images of 28 x 28 pixels, scaled as
 * {@code (pixel - 0.1307) / 0.3081} with pixels between 0 and 1, the clothes as {@code (pixel - 0.2860) / 0.3530}. Read from the
 * four published files in {@code mnist} or {@code fashion-mnist} in the data folder; digits else as DL4J finds them.
 */
final class MnistSource implements DataSource {
    static final String TRAIN_IMAGES = "train-images-idx3-ubyte.gz";
    static final String TRAIN_LABELS = "train-labels-idx1-ubyte.gz";
    static final String TEST_IMAGES = "t10k-images-idx3-ubyte.gz";
    static final String TEST_LABELS = "t10k-labels-idx1-ubyte.gz";

    private static final Logger LOG = LoggerFactory.getLogger(MnistSource.class);
    private static final RunDefaults DEFAULTS = new RunDefaults("mlp:500,500", 2, 128);
    private static final ImageShape PUBLISHED = new ImageShape(28, 28, 1);
    private static final float BYTE = 255;
    private static final Images DIGITS =
            new Images("MNIST", "mnist", List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"), 0.1307f, 0.3081f);
    private static final Images CLOTHES = new Images(
            "Fashion-MNIST",
            "fashion-mnist",
            List.of(
                    "T-shirt/top",
                    "trouser",
                    "pullover",
                    "dress",
                    "coat",
                    "sandal",
                    "shirt",
                    "sneaker",
                    "bag",
                    "ankle boot"),
            0.2860f,
            0.3530f);

    private final Images kind;
    private final Path folder;
    private final @Nullable MnistDownload download;

    private MnistSource(Images kind, Path dataFolder, @Nullable MnistDownload download) {
        this.kind = kind;
        this.folder = dataFolder.resolve(kind.folder()).toAbsolutePath().normalize();
        this.download = download;
    }

    /**
     * What differs between sets of this format.
     *
     * @param name what to call it in a message
     * @param folder where its files are in the data folder
     * @param classes the names of the classes
     * @param mean of the training images' pixels between 0 and 1
     * @param deviation of the same
     */
    private record Images(String name, String folder, List<String> classes, float mean, float deviation) {}

    /**
     * The digits; nothing is read yet.
     *
     * @param dataFolder the data folder
     * @param download where the digits come from when they are not in the data folder
     */
    static DataSource digits(Path dataFolder, MnistDownload download) {
        return new MnistSource(DIGITS, dataFolder, download);
    }

    /**
     * The clothes; nothing is read yet.
     *
     * @param dataFolder the data folder
     */
    static DataSource clothes(Path dataFolder) {
        return new MnistSource(CLOTHES, dataFolder, null);
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
    public Split split(int index) {
        List<String> missing = missingFiles();
        DataSet train = missing.isEmpty() ? read(TRAIN_IMAGES, TRAIN_LABELS) : download(missing, true);
        DataSet test = missing.isEmpty() ? read(TEST_IMAGES, TEST_LABELS) : download(missing, false);
        if (train.getFeatures().size(1) != test.getFeatures().size(1)) {
            throw new UserException("The training images in " + folder + " have "
                    + train.getFeatures().size(1) + " pixels, but the test images have "
                    + test.getFeatures().size(1) + ".");
        }
        return new Split(index, train, test, missing.isEmpty() ? imageShape() : PUBLISHED);
    }

    @Override
    public TrainingData trainingData(int index) {
        Split split = split(index);
        return new TrainingData(
                split.trainRows(),
                split.testRows(),
                RowFormat.images(
                        kind.classes(),
                        Objects.requireNonNull(split.image(), "image shape"),
                        BYTE,
                        new double[] {kind.mean()},
                        new double[] {kind.deviation()}));
    }

    @Override
    public RunDefaults defaults() {
        return DEFAULTS;
    }

    private List<String> missingFiles() {
        return List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS).stream()
                .filter(file -> !Files.isRegularFile(folder.resolve(file)))
                .toList();
    }

    private DataSet read(String imageFile, String labelFile) {
        IdxFile images = IdxFile.read(folder.resolve(imageFile), 3);
        IdxFile labels = IdxFile.read(folder.resolve(labelFile), 1);
        if (images.count() != labels.count()) {
            throw new UserException(images.path() + " has " + images.count() + " images, but " + labels.path() + " has "
                    + labels.count() + " labels.");
        }
        return new DataSet(scaled(pixels(images)), oneHot(labels));
    }

    private ImageShape imageShape() {
        int[] dimensions = IdxFile.read(folder.resolve(TEST_IMAGES), 3).dimensions();
        return new ImageShape(dimensions[1], dimensions[2], 1);
    }

    private static INDArray pixels(IdxFile images) {
        byte[] bytes = images.bytes();
        float[] values = new float[bytes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (bytes[i] & 0xFF) / BYTE;
        }
        return Nd4j.create(values, new long[] {images.count(), values.length / images.count()}, 'c');
    }

    private INDArray oneHot(IdxFile labels) {
        int classes = kind.classes().size();
        INDArray oneHot = Nd4j.zeros(DataType.FLOAT, labels.count(), classes);
        for (int row = 0; row < labels.count(); row++) {
            int label = labels.bytes()[row] & 0xFF;
            if (label >= classes) {
                throw new UserException(
                        labels.path() + ": label " + (row + 1) + " is " + label + ", but labels go from 0 to 9.");
            }
            oneHot.putScalar(row, label, 1);
        }
        return oneHot;
    }

    /** Scales in place. */
    private INDArray scaled(INDArray pixels) {
        return pixels.subi(kind.mean()).divi(kind.deviation());
    }

    private DataSet download(List<String> missing, boolean train) {
        if (download == null) {
            throw new UserException(kind.name() + " was not found: looked for " + String.join(", ", missing) + " in "
                    + folder + "; put the files there or see --data-dir.");
        }
        LOG.info(
                "MNIST: {} not found in {}; trying DL4J's own copy in {}, or its download.",
                String.join(", ", missing),
                folder,
                download.cache());
        try {
            DataSet digits = download.load(train);
            return new DataSet(scaled(digits.getFeatures()), digits.getLabels());
        } catch (IOException | RuntimeException e) {
            throw new UserException(
                    "MNIST was not found: looked for " + String.join(", ", missing) + " in " + folder
                            + " and for DL4J's copy in " + download.cache() + ", and its download failed ("
                            + UserException.reason(e) + "); put the files there or see --data-dir.",
                    e);
        }
    }
}
