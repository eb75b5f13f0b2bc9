package io.github.dl4jep.compact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactFileTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 9, 32, 63, 64, 65, 501})
    void whatIsWrittenIsRead(int inputs) throws IOException {
        Random random = new Random(inputs);
        for (WeightKind output : WeightKind.values()) {
            CompactNetwork network = RandomNetworks.of(
                    random, random.nextBoolean() ? WeightKind.BINARY : WeightKind.TERNARY, output, inputs, 9, 3);
            Path file = folder.resolve("network.epcn");
            network.write(file);

            CompactNetwork read = CompactNetwork.read(file);

            assertThat(Files.size(file)).isEqualTo(network.fileBytes());
            assertThat(DamagedFileTest.bytes(read)).isEqualTo(Files.readAllBytes(file));
            assertThat(read).hasToString(network.toString());
            float[][] features = RandomNetworks.reals(random, 50, inputs);
            assertThat(read.potentials(features)).isDeepEqualTo(network.potentials(features));
        }
    }

    @Test
    void replacesTheOldFileAndLeavesNothingBeside() throws IOException {
        Path file = folder.resolve("network.epcn");
        Files.writeString(file, "older");
        RandomNetworks.of(new Random(1), WeightKind.BINARY, WeightKind.BINARY, 4, 2)
                .write(file);

        assertThat(CompactNetwork.read(file).inputs()).isEqualTo(4);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void folderThatIsNotThere() {
        CompactNetwork network = RandomNetworks.of(new Random(1), WeightKind.BINARY, WeightKind.BINARY, 4, 2);

        assertThatThrownBy(() -> network.write(folder.resolve("none/network.epcn")))
                .isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> CompactNetwork.read(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }
}
