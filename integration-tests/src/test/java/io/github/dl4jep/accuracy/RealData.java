package io.github.dl4jep.accuracy;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The real data sets, from the folder that the system property {@code dl4jep.data.dir} names. */
final class RealData {

    private static final String DEFAULT_FOLDER = "../shared/data";

    private static @Nullable Split digits;

    private RealData() {}

    /** The digits, read once for all tests; never downloaded here. */
    static synchronized Split digits() {
        if (digits == null) {
            digits = open("mnist", "mnist/train-images-idx3-ubyte.gz").split(0);
        }
        return digits;
    }

    /** A regression set with its fixed splits. */
    static DataSource uci(String name) {
        return open("uci:" + name, "uci/" + name + "/data.txt");
    }

    private static DataSource open(String name, String file) {
        Path folder = Path.of(System.getProperty("dl4jep.data.dir", DEFAULT_FOLDER));
        Path needed = folder.resolve(file).toAbsolutePath().normalize();
        assumeTrue(
                Files.isRegularFile(needed),
                () -> "needs " + needed + ", which is looked for in the folder of -Ddl4jep.data.dir=" + folder);
        return DataSources.open(new DataRequest(name, folder, null, null, 0.1, 1));
    }
}
