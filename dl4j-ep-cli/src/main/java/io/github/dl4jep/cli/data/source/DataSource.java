package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import java.util.List;

/** A data set with one or more ways of holding test rows out. */
public interface DataSource {
    /**
     * Returns what the labels are.
     *
     * @return the task
     */
    Task task();

    /**
     * Returns how many splits into training and test rows there are.
     *
     * @return the number of splits, at least 1
     */
    int splitCount();

    /**
     * Returns the same data with the random splits of another seed.
     *
     * @param seed the seed
     * @return this, if nothing is random in the splits
     */
    default DataSource withSeed(long seed) {
        return this;
    }

    /**
     * Builds one split. The same index gives the same rows in the same order every time.
     *
     * @param index the split, from 0 to {@code splitCount() - 1}
     * @return its training and test rows, scaled
     */
    Split split(int index);

    /**
     * Builds one split for a network that is kept: with what later rows need to be understood, and perhaps without test rows.
     *
     * @param index the split, from 0 to {@code splitCount() - 1}
     * @return the rows, scaled, and their format
     */
    TrainingData trainingData(int index);

    /**
     * Returns what a comparison on this data uses when nothing else is asked for.
     *
     * @return the network, the number of passes and the batch size
     */
    RunDefaults defaults();

    /**
     * Returns what was noticed in the data and done to them; complete once the rows are read.
     *
     * @return lines for the summary
     */
    default List<String> notes() {
        return List.of();
    }
}
