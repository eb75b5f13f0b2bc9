package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.RowFormat;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.ByteRows;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.failure.UserException;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.opencv.global.opencv_imgcodecs;
import org.bytedeco.opencv.opencv_core.Mat;
import org.datavec.image.loader.NativeImageLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class ImageFolderSourceTest {
    @TempDir
    private Path folder;

    @Test
    void pixelsGetMeanZeroAndDeviationOneOfTheTrainingImages() throws IOException {
        ImageFolderFixture.write(folder, 3, 4, 6);

        Split split = open(null).split(0);

        assertThat(split.shape()).isEqualTo(new DataShape(24, 2, Task.CLASSIFICATION, new ImageShape(4, 6, 1)));
        INDArray train = split.train().getFeatures();
        assertThat(train.meanNumber().doubleValue()).isCloseTo(0, within(1e-5));
        assertThat(train.std(false).getDouble(0)).isCloseTo(1, within(1e-4));
        // The same shift and scale, so the brightness of the halves is the same up to their noise.
        assertThat(split.test().getFeatures().meanNumber().doubleValue()).isCloseTo(0, within(0.1));
        assertThat(split.train().getLabels().argMax(1).toIntVector()).containsExactly(0, 0, 0, 1, 1, 1);
    }

    @Test
    void rowsAreChannelByChannelAndLineByLine() throws IOException {
        BufferedImage colours = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
        colours.setRGB(1, 0, 0xff0000);
        colours.setRGB(0, 1, 0x00ff00);
        ImageFolderFixture.write(folder, 1, 2, 2);
        for (String name : new String[] {"train/left", "train/right", "test/left", "test/right"}) {
            ImageFolderFixture.write(folder.resolve(name).resolve("0.png"), colours);
        }

        double[] row = open(null).split(0).train().getFeatures().getRow(0).toDoubleVector();

        // Blue is 0 everywhere and only shifted; in green and red one of four pixels is bright: mean 1/4, deviation
        // sqrt(3)/4.
        double dark = -1 / Math.sqrt(3);
        double bright = 3 / Math.sqrt(3);
        assertThat(row)
                .containsExactly(
                        new double[] {0, 0, 0, 0, dark, dark, bright, dark, dark, bright, dark, dark}, within(1e-5));
    }

    @Test
    void imagesAreScaledToTheSizeAskedFor() throws IOException {
        ImageFolderFixture.write(folder, 2, 8, 8);

        Split split = open(ImageShape.parse("4x2x3")).split(0);

        assertThat(split.shape().image()).isEqualTo(new ImageShape(4, 2, 3));
        assertThat(split.asImages().train().getFeatures().shape()).containsExactly(4, 3, 4, 2);
        // Left images stay bright on the left.
        INDArray first = split.asImages().train().getFeatures().slice(0).slice(0);
        assertThat(first.getDouble(0, 0)).isGreaterThan(first.getDouble(0, 1) + 1);
    }

    @Test
    void missingHalfIsNamed() throws IOException {
        ImageFolderFixture.write(folder, 1, 4, 4);
        delete(folder.resolve("test"));

        assertThatThrownBy(() -> open(null))
                .isInstanceOf(UserException.class)
                .hasMessage("There is no folder " + folder.resolve("test").toAbsolutePath()
                        + ": --data images:DIR takes a folder with the folders train and test, which hold a folder of images"
                        + " for each class.");
    }

    @Test
    void classWithoutImagesIsNamed() throws IOException {
        ImageFolderFixture.write(folder, 1, 4, 4);
        Files.delete(folder.resolve("train/left/0.png"));
        Files.writeString(folder.resolve("train/left/notes.txt"), "no image");

        assertThatThrownBy(() -> open(null))
                .isInstanceOf(UserException.class)
                .hasMessage("The class folder " + folder.resolve("train/left").toAbsolutePath()
                        + " has no images: they end in .png, .jpg, .jpeg, .bmp, .tif, .tiff or .webp.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train", "test"})
    void classesThatDifferAreNamed(String half) throws IOException {
        ImageFolderFixture.write(folder, 1, 4, 4);
        Path more = Files.createDirectories(folder.resolve(half).resolve("up"));
        Files.copy(folder.resolve("train/left/0.png"), more.resolve("0.png"));

        assertThatThrownBy(() -> open(null))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("The classes of training and test images differ: "
                        + folder.resolve(half).toAbsolutePath() + " has up, but ");
    }

    @Test
    void oneClassIsTooFew() throws IOException {
        ImageFolderFixture.write(folder, 1, 4, 4);
        delete(folder.resolve("train/right"));

        assertThatThrownBy(() -> open(null))
                .isInstanceOf(UserException.class)
                .hasMessage(folder.resolve("train").toAbsolutePath()
                        + " has 1 folder(s), but must have one for each class, at least 2.");
    }

    @Test
    void unreadableImageIsNamed() throws IOException {
        ImageFolderFixture.write(folder, 2, 4, 4);
        Path broken = Files.writeString(folder.resolve("train/right/1.png"), "no image");

        assertThatThrownBy(() -> open(null).split(0))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("Cannot read the image " + broken.toAbsolutePath() + ": ");

        Path first = Files.writeString(folder.resolve("train/left/0.png"), "no image");
        assertThatThrownBy(() -> open(null))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("Cannot read the image " + first.toAbsolutePath() + ": ");
    }

    @Test
    void filesOfTheSystemAreNoImagesAndOthersAreCounted() throws IOException {
        ImageFolderFixture.write(folder, 2, 4, 4);
        Files.writeString(folder.resolve("train/left/._0.png"), "what macOS leaves in archives");
        Files.createDirectories(folder.resolve("train/.cache"));
        Files.createDirectories(folder.resolve("train/__MACOSX"));
        Files.writeString(folder.resolve("train/left/anim.gif"), "GIF89a");
        Files.writeString(folder.resolve("test/right/notes.txt"), "no image");

        DataSource source = open(null);

        assertThat(source.split(0).trainRows().count()).isEqualTo(4);
        assertThat(source.notes())
                .containsExactly(
                        "Files skipped: 2, whose names do not end in .png, .jpg, .jpeg, .bmp, .tif, .tiff or .webp.");
    }

    @Test
    void oneImageIsNoFolderToPredict() throws IOException {
        ImageFolderFixture.write(folder, 2, 4, 4);
        RowFormat format = open(null).trainingData(0).format();
        Path image = folder.resolve("test/left/0.png");

        assertThatThrownBy(() -> UnlabelledRows.open(image.toString(), format, ReadOptions.DEFAULTS))
                .isInstanceOf(UserException.class)
                .hasMessage(image + " is one image: --data takes the folder that it is in.");
    }

    @Test
    void webpIsRead() throws IOException {
        ImageFolderFixture.write(folder, 1, 8, 8);
        Path png = folder.resolve("train/left/0.png");
        Mat image = opencv_imgcodecs.imread(png.toString());
        assertThat(opencv_imgcodecs.imwrite(folder.resolve("train/left/1.webp").toString(), image))
                .isTrue();

        assertThat(open(null).split(0).trainRows().count()).isEqualTo(3);
    }

    @Test
    void transparentPixelsAreWhiteWhateverColourTheyHide() throws IOException {
        BufferedImage hidden = new BufferedImage(2, 1, BufferedImage.TYPE_INT_ARGB);
        hidden.setRGB(0, 0, 0x00000000);
        hidden.setRGB(1, 0, 0x80ff0000);
        Path file = folder.resolve("hidden.png");
        ImageFolderFixture.write(file, hidden);
        ImageReader reader = new ImageReader(new ImageShape(1, 2, 3));

        // Blue, green, red; half of red over white: 128 of 255 parts are red.
        assertThat(reader.read(file))
                .containsExactly((byte) 255, (byte) 127, (byte) 255, (byte) 127, (byte) 255, (byte) 255);
        assertThat(reader.transparent()).isEqualTo(1);
        assertThat(ImageReader.shapeOf(file)).isEqualTo(new ImageShape(1, 2, 3));
        assertThat(ImageFolder.notes(0, 1)).containsExactly("Transparent images: 1, laid over white.");
    }

    @Test
    void opaqueImagesWithTransparencyAreAsWithout() throws IOException {
        BufferedImage with = new BufferedImage(3, 2, BufferedImage.TYPE_INT_ARGB);
        BufferedImage without = new BufferedImage(3, 2, BufferedImage.TYPE_INT_RGB);
        for (int i = 0; i < 6; i++) {
            with.setRGB(i % 3, i / 3, 0xff000000 | i * 1234567);
            without.setRGB(i % 3, i / 3, i * 1234567);
        }
        ImageFolderFixture.write(folder.resolve("with.png"), with);
        ImageFolderFixture.write(folder.resolve("without.png"), without);
        ImageReader reader = new ImageReader(new ImageShape(2, 3, 3));

        assertThat(reader.read(folder.resolve("with.png"))).isEqualTo(reader.read(folder.resolve("without.png")));
        assertThat(reader.transparent()).isZero();
    }

    @Test
    void pixelsAreThoseOfDl4jsLoader() throws IOException {
        ImageFolderFixture.write(folder, 1, 9, 7);
        Path file = folder.resolve("train/left/0.png");
        for (ImageShape shape : List.of(new ImageShape(9, 7, 1), new ImageShape(9, 7, 3), new ImageShape(4, 5, 3))) {
            INDArray expected =
                    new NativeImageLoader(shape.height(), shape.width(), shape.channels()).asMatrix(file.toFile());
            byte[] read = new ImageReader(shape).read(file);
            float[] values = expected.reshape('c', new long[] {shape.length()}).toFloatVector();
            for (int i = 0; i < values.length; i++) {
                assertThat((float) (read[i] & 0xFF))
                        .as("%s, value %d", shape, i)
                        .isEqualTo(values[i]);
            }
        }
    }

    @Test
    void batchesOfBytesAreTheScaledImages() throws IOException {
        ImageFolderFixture.write(folder, 3, 4, 6);
        Split split = open(null).split(0);
        Rows rows = split.trainRows();
        int[] order = {5, 0, 3, 1, 2, 4};

        INDArray all = rows.all().getFeatures();
        DataSet batch = rows.ordered(order).range(1, 3);

        assertThat(rows).isInstanceOf(ByteRows.class);
        assertThat(batch.getFeatures().getRow(0)).isEqualTo(all.getRow(0));
        assertThat(batch.getFeatures().getRow(1)).isEqualTo(all.getRow(3));
        assertThat(batch.getLabels().argMax(1).toIntVector()).containsExactly(0, 1);
        assertThat(rows.asImages(new ImageShape(4, 6, 1))
                        .range(0, 2)
                        .getFeatures()
                        .shape())
                .containsExactly(2, 1, 4, 6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "28", "28x28", "28x28x2", "0x28x1", "28x28x1x1", "axbxc", "28X28X1"})
    void sizesThatAreNoneAreRefused(String size) {
        assertThatThrownBy(() -> ImageShape.parse(size))
                .isInstanceOf(UserException.class)
                .hasMessage("--image-size is \"" + size + "\", but must be HEIGHTxWIDTHxCHANNELS with 1 or 3 channels"
                        + " (examples are 28x28x1 and 32x32x3).");
    }

    private DataSource open(ImageShape size) {
        return ImageFolderSource.open(folder, size);
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (var entries = Files.list(path)) {
                for (Path entry : entries.toList()) {
                    delete(entry);
                }
            }
        }
        Files.delete(path);
    }
}
