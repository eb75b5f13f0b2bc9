package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jep.cli.data.split.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Reads the real files where they are. */
class RealDataTest {
    private static final Path FOLDER = Path.of(System.getProperty("dl4jep.data.dir", "../../shared/data"))
            .toAbsolutePath()
            .normalize();

    @Test
    void mnistHas60000TrainingAnd10000TestImages() {
        assumePresent(FOLDER.resolve("mnist"));

        Split split = MnistSource.digits(FOLDER, new MnistDownload()).split(0);

        assertThat(split.train().getFeatures().shape()).containsExactly(60_000, 784);
        assertThat(split.test().getFeatures().shape()).containsExactly(10_000, 784);
        assertThat(split.train().getFeatures().meanNumber().doubleValue()).isBetween(-0.001, 0.001);
        assertThat(split.train().getLabels().sumNumber().intValue()).isEqualTo(60_000);
    }

    @ParameterizedTest
    @CsvSource({"bostonHousing, 455, 51, 13", "concrete, 927, 103, 8", "energy, 691, 77, 8", "yacht, 277, 31, 6"})
    void everyUciSplitCanBeRead(String name, int train, int test, int inputs) {
        assumePresent(FOLDER.resolve("uci").resolve(name));

        DataSource source = UciSource.open(FOLDER, name);

        assertThat(source.splitCount()).isEqualTo(20);
        for (int index = 0; index < source.splitCount(); index++) {
            Split split = source.split(index);
            assertThat(split.train().getFeatures().shape()).containsExactly(train, inputs);
            assertThat(split.test().numExamples()).isEqualTo(test);
            assertThat(split.test().getFeatures().isNaN().any()).isFalse();
        }
    }

    private static void assumePresent(Path folder) {
        assumeTrue(
                Files.isDirectory(folder),
                () -> "Looked for " + folder + "; -Ddl4jep.data.dir=DIR says where the data is.");
    }
}
