package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.table.CsvFile;
import io.github.dl4jep.cli.data.table.Table;
import java.nio.file.Path;

/** A user's CSV file: one row a case, one column with the label. */
final class CsvSource {
    private static final RunDefaults CLASSIFICATION = new RunDefaults("mlp:50", 20, 16);
    private static final RunDefaults REGRESSION = new RunDefaults("mlp:50", 40, 32);

    private CsvSource() {}

    /**
     * Reads and checks the file.
     *
     * @param file the file
     * @param request label, task, test fraction and seed
     * @return the data with its one split
     * @throws io.github.dl4jep.cli.failure.UserException if the file cannot be read or used
     */
    static DataSource open(Path file, DataRequest request) {
        Table table = CsvFile.read(file, request.reading()).table(request.label(), request.task());
        RunDefaults defaults = table.task() == Task.CLASSIFICATION ? CLASSIFICATION : REGRESSION;
        return new TableSource(table, request.testRows(table.name(), table.rows(), "rows"), request.seed(), defaults);
    }
}
