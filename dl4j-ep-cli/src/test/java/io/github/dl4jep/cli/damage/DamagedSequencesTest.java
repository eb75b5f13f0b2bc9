package io.github.dl4jep.cli.damage;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.failure.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.dataset.DataSet;

/** Damages of one file among several: what is read is whole, or one sentence says what is wrong. */
class DamagedSequencesTest {
    private static final int DAMAGES = 100;
    private static final List<String> FEATURES = List.of(
            "speed,gear\n1.5,low\n2.5,high\n,high\n4.25,low\n",
            "speed,gear\n3,low\n1e3,low\n",
            "speed,gear\n7.5,high\nNA,low\n8.25,?\n");
    private static final List<String> ONE_EACH = List.of("state\n\"sane\"\n", "state\n\"odd\"\n", "state\n\"sane\"\n");
    private static final List<String> EVERY_STEP =
            List.of("load\n1.5\n2\nNA\n3\n", "load\n10\n20.5\n", "load\n5\n6\n7\n");

    @TempDir
    private Path folder;

    @Test
    void damagesAreOneSentenceOrHarmless() throws IOException {
        int read = 0;
        for (int seed = 0; seed < DAMAGES; seed++) {
            Path data = folder.resolve(String.valueOf(seed));
            List<String> labels = seed % 2 == 0 ? ONE_EACH : EVERY_STEP;
            for (int i = 0; i < FEATURES.size(); i++) {
                boolean damaged = i == seed % 3;
                write(data.resolve("features/" + i + ".csv"), FEATURES.get(i), damaged && seed % 4 < 2 ? seed : -1);
                write(data.resolve("labels/" + i + ".csv"), labels.get(i), damaged && seed % 4 >= 2 ? seed : -1);
            }
            read += isRead(data, seed) ? 1 : 0;
        }
        assertThat(read).isBetween(DAMAGES / 20, DAMAGES - DAMAGES / 5);
    }

    private static void write(Path file, String text, int seed) throws IOException {
        Files.createDirectories(file.getParent());
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        Files.write(file, seed < 0 ? bytes : new Damage(seed).text(bytes));
    }

    private static boolean isRead(Path data, int seed) {
        TrainingData rows;
        try {
            rows = DataSources.open(new DataRequest("sequences:" + data, data, null, null, DataRequest.NO_TEST_ROWS, 1))
                    .trainingData(0);
        } catch (UserException e) {
            assertThat(e.getMessage()).as("seed %d", seed).endsWith(".").doesNotContain("Exception");
            return false;
        }
        DataSet all = rows.train().all();
        assertThat(rows.train().count()).as("seed %d", seed).isEqualTo(3);
        assertThat(rows.format().problem()).as("seed %d", seed).isNull();
        assertThat(all.getFeatures().castTo(DataType.DOUBLE).sumNumber().doubleValue())
                .as("seed %d", seed)
                .isFinite();
        assertThat(all.getLabels().castTo(DataType.DOUBLE).sumNumber().doubleValue())
                .as("seed %d", seed)
                .isFinite();
        return true;
    }
}
