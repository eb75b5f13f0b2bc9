package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.data.table.Table;
import java.util.List;

/** A table with one random split. */
final class TableSource implements DataSource {
    private final Table table;
    private final int testRows;
    private final long seed;
    private final RunDefaults defaults;

    /**
     * Creates the source.
     *
     * @param table the rows
     * @param testRows how many of them to hold out; 0 only for {@link #trainingData}
     * @param seed the seed of the split
     * @param defaults what a comparison on these rows uses
     */
    TableSource(Table table, int testRows, long seed, RunDefaults defaults) {
        this.table = table;
        this.testRows = testRows;
        this.seed = seed;
        this.defaults = defaults;
    }

    @Override
    public Task task() {
        return table.task();
    }

    @Override
    public int splitCount() {
        return 1;
    }

    @Override
    public DataSource withSeed(long other) {
        return new TableSource(table, testRows, other, defaults);
    }

    @Override
    public Split split(int index) {
        return table.split(index, table.holdout(testRows, seed));
    }

    @Override
    public TrainingData trainingData(int index) {
        return table.trainingData(table.holdout(testRows, seed));
    }

    @Override
    public RunDefaults defaults() {
        return defaults;
    }

    @Override
    public List<String> notes() {
        return table.notes();
    }
}
