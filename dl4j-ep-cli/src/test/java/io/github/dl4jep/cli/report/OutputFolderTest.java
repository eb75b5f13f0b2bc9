package io.github.dl4jep.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.DataFacts;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {
    private static final ComparisonResult RESULT = new ComparisonResult(
            "iris",
            "mlp:5",
            43,
            1,
            16,
            TrainingSample.ALL,
            List.of(),
            new DataFacts(Task.CLASSIFICATION, 100, 50, 4, 3, null, null));

    @TempDir
    private Path folder;

    @Test
    void createsTheFolderAndLeavesNothingButTheFile() throws IOException {
        Path out = folder.resolve("a").resolve("b");

        Path file = OutputFolder.prepare(out).write(RESULT);

        assertThat(file).isEqualTo(out.toAbsolutePath().resolve("comparison.json"));
        assertThat(Files.readString(file)).contains("\"network\" : \"mlp:5\"");
        try (var files = Files.list(out)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void replacesAnOlderFile() throws IOException {
        Files.writeString(folder.resolve("comparison.json"), "old");

        Path file = OutputFolder.prepare(folder).write(RESULT);

        assertThat(Files.readString(file)).startsWith("{").doesNotContain("old");
    }

    @Test
    void fileInPlaceOfTheFolderIsOneClearError() throws IOException {
        Path file = Files.writeString(folder.resolve("taken"), "");

        assertThatThrownBy(() -> OutputFolder.prepare(file))
                .isInstanceOf(UserException.class)
                .hasMessage("Cannot write to --out " + file.toAbsolutePath() + ": it is a file, not a folder.");
    }

    @Test
    void folderThatCannotBeCreatedIsOneClearError() throws IOException {
        Path below = Files.writeString(folder.resolve("taken"), "").resolve("below");

        assertThatThrownBy(() -> OutputFolder.prepare(below))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("Cannot write to --out " + below.toAbsolutePath());
    }
}
