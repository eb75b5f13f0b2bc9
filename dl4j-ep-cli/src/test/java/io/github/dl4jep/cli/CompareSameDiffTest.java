package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.weightinit.impl.XavierInitScheme;

/** {@code compare --net FILE.fb}. */
class CompareSameDiffTest {
    @TempDir
    private Path folder;

    private Path net;
    private final CommandRun command = new CommandRun();
    private final StringWriter err = command.err;

    @BeforeEach
    void writeGraph() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder("input", DataType.FLOAT, -1, 4);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 3);
        SDVariable hidden = sd.nn.relu(linear(sd, input, 0, 4, 16), 0);
        sd.loss.softmaxCrossEntropy("loss", label, linear(sd, hidden, 1, 16, 3), null);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Sgd(1e-6))
                .dataSetFeatureMapping("input")
                .dataSetLabelMapping("label")
                .build());
        net = folder.resolve("graph.fb");
        sd.save(net.toFile(), false);
    }

    private static SDVariable linear(SameDiff sd, SDVariable input, int number, int nIn, int nOut) {
        SDVariable weight = sd.var("w" + number, new XavierInitScheme('c', nIn, nOut), DataType.FLOAT, nIn, nOut);
        return input.mmul(weight)
                .add(sd.zero("b" + number, DataType.FLOAT, 1, nOut).convertToVariable());
    }

    private int compare(String... more) {
        List<String> options = new ArrayList<>(List.of("--net", net.toString()));
        options.addAll(List.of(more));
        return command.compare(folder.resolve("out"), options.toArray(String[]::new));
    }

    @Test
    void epAndSameDiffsAdamTrainTheFile() throws IOException {
        assertThat(compare("--passes", "12", "--lr", "adam=0.02"))
                .as(err::toString)
                .isZero();

        JsonNode runs = CommandRun.json(folder.resolve("out")).get("runs");
        assertThat(runs).hasSize(2);
        for (JsonNode run : runs) {
            JsonNode passes = run.get("passes");
            assertThat(passes).hasSize(12);
            assertThat(passes.get(11).get("testError").asDouble())
                    .as(run.get("trainer").asText())
                    .isLessThan(0.15);
        }
    }

    @Test
    void otherTrainersAreRefused() {
        assertThat(compare("--trainers", "ep,sgd")).isEqualTo(2);
        assertThat(err.toString()).contains("The trainer sgd does not train SameDiff graphs", "--trainers ep,adam");
    }

    @Test
    void unitsBelongIntoTheGraph() {
        assertThat(compare("--trainers", "adam", "--units", "heaviside")).isEqualTo(2);
        assertThat(err.toString()).contains("--units does not change a SameDiff graph");
    }

    @Test
    void whatIsNoGraphIsNamed() throws IOException {
        Files.writeString(net, "no graph");
        assertThat(compare()).isEqualTo(2);
        assertThat(err.toString()).contains("is no SameDiff graph that SameDiff.load can read");
    }
}
