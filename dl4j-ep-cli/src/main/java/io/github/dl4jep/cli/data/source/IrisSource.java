package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.table.CsvFile;
import io.github.dl4jep.cli.data.table.ReadOptions;
import io.github.dl4jep.cli.data.table.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/**
 * Fisher's Iris data: 150 flowers, 4 measures in cm, 3 species with 50 flowers each; 50 flowers are held out, stratified.
 *
 * <p>DL4J 1.0.0-M2.1 downloads this file, so the rows are a resource here. They are DL4J's own rows: with class numbers
 * for names and CRLF line ends the MD5 sum is the one in DL4J's {@code IrisUtils}. Like the UCI file they come from, they
 * differ from Fisher's paper in two flowers (35 and 38).
 *
 * <p>Source: R. A. Fisher 1936, "The use of multiple measurements in taxonomic problems", Annals of Eugenics 7,
 * doi:10.1111/j.1469-1809.1936.tb02137.x.
 */
final class IrisSource {
    private static final int TEST_ROWS = 50;
    private static final RunDefaults DEFAULTS = new RunDefaults("mlp:50", 20, 16);

    private IrisSource() {}

    /**
     * Reads the resource.
     *
     * @param seed the seed of the split
     * @return the data with its one split
     */
    static DataSource open(long seed) {
        try (InputStream in = Objects.requireNonNull(IrisSource.class.getResourceAsStream("iris.csv"), "iris.csv")) {
            Table table = CsvFile.read("iris", in.readAllBytes(), ReadOptions.DEFAULTS)
                    .table(null, Task.CLASSIFICATION);
            return new TableSource(table, TEST_ROWS, seed, DEFAULTS);
        } catch (IOException e) {
            throw new UncheckedIOException("The Iris rows in the program's own jar cannot be read.", e);
        }
    }
}
