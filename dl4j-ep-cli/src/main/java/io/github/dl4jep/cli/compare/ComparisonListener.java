package io.github.dl4jep.cli.compare;

import io.github.dl4jep.cli.metric.Figures;

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

    /**
     * A learning rate was tried out, for {@code --lr auto}.
     *
     * @param run whose
     * @param rate the rate
     * @param figures the figures on the withheld training rows after all passes
     */
    void rateTried(RunId run, double rate, Figures figures);

    /**
     * A learning rate was chosen, for {@code --lr auto}.
     *
     * @param run whose
     * @param rate the rate
     */
    void rateChosen(RunId run, double rate);

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
