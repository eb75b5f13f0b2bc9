package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.IdxFixture;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void chooseFile() {
        file = folder.resolve("file.gz");
    }

    @Test
    void readsDimensionsAndBytes() throws IOException {
        IdxFixture.write(file, 0x0803, new int[] {2, 1, 2}, new byte[] {1, 2, (byte) 255, 4});

        IdxFile idx = IdxFile.read(file, 3);

        assertThat(idx.dimensions()).containsExactly(2, 1, 2);
        assertThat(idx.bytes()).containsExactly(1, 2, -1, 4);
        assertThat(idx.count()).isEqualTo(2);
    }

    @Test
    void wrongMagicNumberIsShown() throws IOException {
        IdxFixture.labels(file, 1, 2, 3);

        assertThatThrownBy(() -> IdxFile.read(file, 3))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " starts with the magic number 0x00000801, but an IDX file of bytes with 3"
                        + " dimension(s) starts with 0x00000803.");
    }

    @Test
    void truncatedFileIsCutOff() throws IOException {
        IdxFixture.cutOff(IdxFixture.images(file, 20, 5));

        assertThatThrownBy(() -> IdxFile.read(file, 3))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " is cut off: it ends before it should.");
    }

    @Test
    void fewerValuesThanPromised() throws IOException {
        IdxFixture.write(file, 0x0801, new int[] {5}, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> IdxFile.read(file, 1))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " holds 3 values, but its header promises [5] = 5.");
    }

    @Test
    void moreValuesThanPromised() throws IOException {
        IdxFixture.write(file, 0x0801, new int[] {2}, new byte[] {1, 2, 3});

        assertThatThrownBy(() -> IdxFile.read(file, 1))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " holds more values than the [2] = 2 its header promises.");
    }

    @Test
    void impossibleDimensions() throws IOException {
        IdxFixture.write(file, 0x0803, new int[] {60000, 100000, 28}, new byte[0]);

        assertThatThrownBy(() -> IdxFile.read(file, 3))
                .isInstanceOf(UserException.class)
                .hasMessage(file + " has the impossible dimensions [60000, 100000, 28] in its header.");
    }

    @Test
    void fileThatIsNeitherGzipNorIdx() throws IOException {
        Files.writeString(file, "This is neither.");

        assertThatThrownBy(() -> IdxFile.read(file, 1))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        file + " starts with the magic number 0x54686973, but an IDX file of bytes with 1 dimension(s)"
                                + " starts with 0x00000801.");
    }

    @Test
    void missingFile() {
        assertThatThrownBy(() -> IdxFile.read(file, 1))
                .isInstanceOf(UserException.class)
                .hasMessage("Cannot read " + file + ": there is no such file.");
    }
}
