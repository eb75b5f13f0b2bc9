package io.github.dl4jep.cli.compare;

/** Watches a comparison, to show how far it is. */
public interface ComparisonListener {
    /**
     * A pass begins.
     *
     * @param run whose
     * @param pass the number of the pass, from 1
     * @param batches how many batches it has
     */
    void passStarted(RunId run, int pass, int batches);

    /** A batch is handed to the trainer. Called within the measured time, so it must return at once. */
    void batchStarted();

    /**
     * A pass has ended and its network is being evaluated.
     *
     * @param run whose
     * @param pass the number of the pass, from 1
     * @param steps how many steps it takes
     */
    void scoringStarted(RunId run, int pass, int steps);

    /** A step of the evaluation is done. */
    void scoringStep();

    /**
     * A pass has ended and is evaluated.
     *
     * @param run whose
     * @param result what it led to
     */
    void passFinished(RunId run, PassResult result);
}
