package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSourcesTest {
    @TempDir
    private Path folder;

    @Test
    void unknownDataIsRefused() {
        assertThatThrownBy(() -> open("cifar", null, 0.2))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "Unknown data \"cifar\": --data takes iris, mnist, fashion, uci:NAME, csv:FILE, images:DIR or sequences:DIR.");
    }

    @Test
    void csvOptionsBelongToCsv() {
        assertThatThrownBy(() -> open("iris", Task.REGRESSION, 0.2))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--task and --label are for --data csv:FILE and sequences:DIR");
    }

    @Test
    void missingCsvFileIsNamedByItsAbsolutePath() {
        Path missing = folder.resolve("missing.csv");

        assertThatThrownBy(() -> open("csv:" + missing, null, 0.2))
                .isInstanceOf(UserException.class)
                .hasMessage("Cannot read " + missing.toAbsolutePath() + ": there is no such file.");
    }

    @Test
    void csvIsSplitByItsTestFraction() throws IOException {
        Path csv =
                Files.writeString(folder.resolve("a.csv"), "x,y\n1,2\n2,3\n3,5\n4,6\n5,8\n6,9\n7,1\n8,2\n9,3\n0,5\n");

        Split split = open("csv:" + csv, null, 0.3).split(0);

        assertThat(split.task()).isEqualTo(Task.REGRESSION);
        assertThat(split.test().numExamples()).isEqualTo(3);
        assertThat(split.train().numExamples()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, -0.1, Double.NaN, 0.01, 0.99})
    void testFractionMustLeaveRowsOnBothSides(double fraction) throws IOException {
        Path csv = Files.writeString(folder.resolve("a.csv"), "x,y\n1,2\n2,3\n3,5\n");

        assertThatThrownBy(() -> open("csv:" + csv, null, fraction))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("fraction");
    }

    private DataSource open(String name, Task task, double testFraction) {
        return DataSources.open(new DataRequest(name, folder, task, null, testFraction, 1));
    }
}
