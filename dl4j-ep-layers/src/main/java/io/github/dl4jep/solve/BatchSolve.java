package io.github.dl4jep.solve;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.StepCovariance;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The joint equations of a batch at the outputs, (K + N) z = e for each output. */
public interface BatchSolve {

    /** Up to so many pairs of an example and a step are solved with the covariance of all of them; more would take many seconds. */
    int MOST_PAIRS = 2_000;

    /** From this many outputs on, it matters that they share features. */
    int COUPLED_FROM = 4;

    /**
     * The equations of a batch whose outputs may vary together.
     *
     * @param variance V, [rows, outputs]
     * @param covariance as in {@link #of}
     * @param observation residual and noise, [rows, outputs]
     * @return the equations of all outputs at once; of few, or where it is not known how they vary together, of each output by itself
     */
    static BatchSolve ofSharedFeatures(INDArray variance, BatchCovariance covariance, PseudoObservation observation) {
        return isCoupled(variance, covariance)
                ? new CoupledSolve(variance, covariance, observation)
                : of(variance, covariance, observation);
    }

    /**
     * Whether all outputs are solved for at once.
     *
     * @param variance V, [rows, outputs]
     * @param covariance as in {@link #of}
     * @return true of at least {@value #COUPLED_FROM} outputs of each example of which it is known how they vary together
     */
    static boolean isCoupled(INDArray variance, BatchCovariance covariance) {
        INDArray k = covariance.covariance();
        boolean known = covariance.preActivations() != null && k != null && k.rows() == variance.rows();
        return known && variance.columns() >= COUPLED_FROM;
    }

    /** Solves for every output. */
    JointSolve.Solution solve();

    /** K x for each output; x is shaped as the residual. */
    INDArray timesCovariance(INDArray x);

    /**
     * The equations of a batch.
     *
     * @param variance V, [rows, outputs]
     * @param covariance covariance between examples, or of the steps of sequences, and what the last layer's weights see at every row
     * @param observation residual and noise, [rows, outputs]; a row for each example, or for each position of each example
     * @return the equations
     */
    static BatchSolve of(INDArray variance, BatchCovariance covariance, PseudoObservation observation) {
        StepCovariance steps = covariance.steps();
        if (steps != null) {
            return variance.rows() <= MOST_PAIRS
                    ? new JointSolve(variance, ExampleCovariance.of(steps.pairs()), observation)
                    : new PositionSolve(variance, covariance.positions(), observation);
        }
        INDArray k = covariance.covariance();
        return k == null || k.rows() == variance.rows()
                ? new JointSolve(variance, covariance.examples(), observation)
                : new PositionSolve(variance, covariance.positions(), observation);
    }
}
