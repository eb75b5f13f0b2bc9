package io.github.dl4jep.cli.data.source;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where published data sets are. */
public final class DataFolder {
    private static final Path SHARED = Path.of("..", "shared", "data");
    private static final Path OWN = Path.of("data");

    private DataFolder() {}

    /**
     * The folder that an option names, or the default.
     *
     * @param chosen the folder that was asked for, or null
     * @return that, else {@code ../shared/data} if there is such a folder, else {@code data}
     */
    public static Path of(@Nullable Path chosen) {
        if (chosen != null) {
            return chosen;
        }
        return Files.isDirectory(SHARED) ? SHARED : OWN;
    }
}
