package io.github.dl4jep.compact;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The example of docs/compact-format.md is a file, and the one that is described. */
class FormatExampleTest {

    private static final Pattern BYTES = Pattern.compile("^((?:[0-9a-f]{2} +)+)", Pattern.MULTILINE);

    @Test
    void exampleIsTheFileOfTheNetworkItDescribes() throws IOException {
        byte[] example = example();

        CompactNetwork read = CompactNetwork.read(new ByteArrayInputStream(example));

        CompactNetwork described = CompactNetwork.of(List.of(
                CompactLayer.discrete(
                        new byte[][] {{1, -1}, {1, 1}, {-1, 1}},
                        new double[] {0.5},
                        new double[] {0, -0.5},
                        CompactUnit.HEAVISIDE),
                CompactLayer.discrete(new byte[][] {{1}, {0}}, new double[] {2}, null, CompactUnit.IDENTITY)));
        assertThat(DamagedFileTest.bytes(described)).isEqualTo(example);
        assertThat(read).hasToString(described.toString());
        assertThat(read.potentials(new float[][] {{0, 0, 0}, {0, 0, 1}})).isDeepEqualTo(new double[][] {{2}, {0}});
    }

    private static byte[] example() throws IOException {
        String page = Files.readString(Path.of("../docs/compact-format.md"));
        int start = page.indexOf("```\n45 50");
        String block = page.substring(start + 4, page.indexOf("```\n", start + 4));
        String digits = BYTES.matcher(block).results().map(m -> m.group(1)).collect(Collectors.joining());
        return HexFormat.of().parseHex(digits.replace(" ", ""));
    }
}
