package io.github.dl4jep.cli;

import io.github.dl4jep.cli.data.table.ReadOptions;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how a CSV file is to be read. */
final class TableOptions {
    @Option(names = "--header", paramLabel = "yes|no")
    private @Nullable String header;

    @Option(names = "--delimiter", paramLabel = "CHAR")
    private @Nullable String delimiter;

    @Option(names = "--encoding", paramLabel = "NAME")
    private @Nullable String encoding;

    @Option(names = "--strict")
    private boolean strict;

    /** Returns the options, checked. */
    ReadOptions reading() {
        return ReadOptions.parse(header, delimiter, encoding, strict);
    }

    /** Returns what was given, by the name of the option. */
    Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        if (header != null) {
            settings.put("--header", header);
        }
        if (delimiter != null) {
            settings.put("--delimiter", delimiter);
        }
        if (encoding != null) {
            settings.put("--encoding", encoding);
        }
        return settings;
    }
}
