package io.github.dl4jep.cli.data.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class IrisSourceTest {
    /** {@code IrisUtils.MD5} of DL4J 1.0.0-M2.1: its download, with class numbers and CRLF line ends. */
    private static final String DL4J_MD5 = "1c21400a78061197eac64c6748844216";

    @Test
    void rowsAreThoseDl4jDownloads() throws IOException, GeneralSecurityException {
        String dl4j = rows().stream()
                .map(row ->
                        row.replace("setosa", "0").replace("versicolor", "1").replace("virginica", "2"))
                .collect(Collectors.joining("\r\n", "", "\r\n"));

        byte[] digest = MessageDigest.getInstance("MD5").digest(dl4j.getBytes(StandardCharsets.UTF_8));

        assertThat(HexFormat.of().formatHex(digest)).isEqualTo(DL4J_MD5);
    }

    @Test
    void thereAre50FlowersOfEachSpecies() throws IOException {
        assertThat(rows()).hasSize(150);
        assertThat(rows().stream().map(row -> row.substring(row.lastIndexOf(',') + 1)))
                .satisfies(species ->
                        assertThat(species).filteredOn("setosa"::equals).hasSize(50))
                .satisfies(species ->
                        assertThat(species).filteredOn("versicolor"::equals).hasSize(50))
                .satisfies(species ->
                        assertThat(species).filteredOn("virginica"::equals).hasSize(50));
    }

    @Test
    void splitHolds50RowsOutStratified() {
        Split split = IrisSource.open(7).split(0);

        assertThat(split.shape()).isEqualTo(new DataShape(4, 3, Task.CLASSIFICATION));
        assertThat(split.train().numExamples()).isEqualTo(100);
        assertThat(split.test().numExamples()).isEqualTo(50);
        assertThat(split.test().getLabels().sum(0).toDoubleVector()).containsExactlyInAnyOrder(17, 17, 16);
        assertThat(split.train().getFeatures().mean(0).toDoubleVector()).containsExactly(new double[4], within(1e-5));
    }

    @Test
    void seedDecidesTheSplit() {
        assertThat(IrisSource.open(7).split(0).test())
                .isEqualTo(IrisSource.open(7).split(0).test());
        assertThat(IrisSource.open(8).split(0).test())
                .isNotEqualTo(IrisSource.open(7).split(0).test());
    }

    private static List<String> rows() throws IOException {
        try (InputStream in = Objects.requireNonNull(IrisSource.class.getResourceAsStream("iris.csv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .skip(1)
                    .toList();
        }
    }
}
