package io.github.dl4jep.cli.compare;

/** Watches a comparison, to show how far it is. */
public interface ComparisonListener {
    /**
     * A pass begins.
     *
     * @param trainer the name of the trainer
     * @param split the index of the split
     * @param pass the number of the pass, from 1
     * @param batches how many batches it has
     */
    void passStarted(String trainer, int split, int pass, int batches);

    /** A batch is handed to the trainer. Called within the measured time, so it must return at once. */
    void batchStarted();

    /**
     * A pass has ended and its network is being evaluated.
     *
     * @param trainer the name of the trainer
     * @param split the index of the split
     * @param pass the number of the pass, from 1
     * @param steps how many steps it takes
     */
    void scoringStarted(String trainer, int split, int pass, int steps);

    /** A step of the evaluation is done. */
    void scoringStep();

    /**
     * A pass has ended and is evaluated.
     *
     * @param trainer the name of the trainer
     * @param split the index of the split
     * @param result what it led to
     */
    void passFinished(String trainer, int split, PassResult result);
}
