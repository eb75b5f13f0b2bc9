package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.model.Position;

/** Is told how training goes. */
public interface TrainingListener {
    /**
     * Something worth a line.
     *
     * @param line the line
     */
    void note(String line);

    /**
     * A pass begins, or goes on after an interruption.
     *
     * @param pass its number, from 1
     * @param from batches already learned from
     * @param batches batches it has
     */
    void passStarted(int pass, int from, int batches);

    /** A batch was learned from. */
    void batchDone();

    /**
     * A pass is complete.
     *
     * @param position where training stands now
     * @param seconds how long it took, or what is left of it
     * @param score the mean score of its batches before they were learned from, in nats
     */
    void passFinished(Position position, double seconds, double score);
}
