package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.IdxFixture;
import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;

class MnistSourceTest {
    private static final MnistDownload OFFLINE = new MnistDownload() {
        @Override
        Path cache() {
            return Path.of("/cache");
        }

        @Override
        DataSet load(boolean train) throws IOException {
            throw new UnknownHostException("host.example");
        }
    };

    @TempDir
    private Path dataFolder;

    private Path folder;

    @BeforeEach
    void writeTinyMnist() throws IOException {
        folder = Files.createDirectories(dataFolder.resolve("mnist"));
        IdxFixture.write(
                folder.resolve(MnistSource.TRAIN_IMAGES), 0x0803, new int[] {2, 1, 2}, new byte[] {0, (byte) 255, 51, 0
                });
        IdxFixture.labels(folder.resolve(MnistSource.TRAIN_LABELS), 9, 0);
        IdxFixture.write(folder.resolve(MnistSource.TEST_IMAGES), 0x0803, new int[] {1, 1, 2}, new byte[] {0, 0});
        IdxFixture.labels(folder.resolve(MnistSource.TEST_LABELS), 3);
    }

    @Test
    void readsScalesAndOneHotEncodes() {
        Split split = open().split(0);

        double[][] train = split.train().getFeatures().toDoubleMatrix();
        assertThat(train[0][0]).isCloseTo(-0.1307 / 0.3081, within(1e-6));
        assertThat(train[0][1]).isCloseTo((1 - 0.1307) / 0.3081, within(1e-6));
        assertThat(train[1][0]).isCloseTo((0.2 - 0.1307) / 0.3081, within(1e-6));
        assertThat(split.train().getLabels().argMax(1).toIntVector()).containsExactly(9, 0);
        assertThat(split.test().getLabels().argMax(1).toIntVector()).containsExactly(3);
        assertThat(split.shape()).isEqualTo(new DataShape(2, 10, Task.CLASSIFICATION, new ImageShape(1, 2, 1)));
    }

    @Test
    void clothesAreReadLikeDigits() throws IOException {
        Files.move(folder, dataFolder.resolve("fashion-mnist"));
        DataSource clothes = MnistSource.clothes(dataFolder);

        assertThat(clothes.split(0).train().getFeatures().getDouble(1, 0))
                .isCloseTo((0.2 - 0.2860) / 0.3530, within(1e-6));
        assertThat(clothes.trainingData(0).format().classes()).hasSize(10).startsWith("T-shirt/top");
    }

    @Test
    void missingClothesSayWhatWasLookedForAndWhere() {
        assertThatThrownBy(() -> MnistSource.clothes(dataFolder).split(0))
                .isInstanceOf(UserException.class)
                .hasMessage("Fashion-MNIST was not found: looked for train-images-idx3-ubyte.gz,"
                        + " train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz, t10k-labels-idx1-ubyte.gz in "
                        + dataFolder.resolve("fashion-mnist").toAbsolutePath()
                        + "; put the files there or see --data-dir.");
    }

    @Test
    void imagesAndLabelsMustBeAsMany() throws IOException {
        IdxFixture.labels(folder.resolve(MnistSource.TRAIN_LABELS), 9, 0, 1);

        assertThatThrownBy(() -> open().split(0))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("has 2 images, but")
                .hasMessageEndingWith("has 3 labels.");
    }

    @Test
    void labelThatIsNoDigitIsRefused() throws IOException {
        IdxFixture.labels(folder.resolve(MnistSource.TRAIN_LABELS), 9, 10);

        assertThatThrownBy(() -> open().split(0))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("label 2 is 10, but labels go from 0 to 9.");
    }

    @Test
    void imagesOfAnotherSizeAreRefused() throws IOException {
        IdxFixture.images(folder.resolve(MnistSource.TEST_IMAGES), 1, 3);

        assertThatThrownBy(() -> open().split(0))
                .isInstanceOf(UserException.class)
                .hasMessageEndingWith("have 2 pixels, but the test images have 9.");
    }

    @Test
    void missingFilesAndFailedDownloadSayWhatWasLookedForAndWhere() throws IOException {
        Files.delete(folder.resolve(MnistSource.TEST_LABELS));

        assertThatThrownBy(() -> open().split(0))
                .isInstanceOf(UserException.class)
                .hasMessage("MNIST was not found: looked for t10k-labels-idx1-ubyte.gz in " + folder.toAbsolutePath()
                        + " and for DL4J's copy in /cache, and its download failed (host.example); put the files there"
                        + " or see --data-dir.");
    }

    private DataSource open() {
        return MnistSource.digits(dataFolder, OFFLINE);
    }
}
