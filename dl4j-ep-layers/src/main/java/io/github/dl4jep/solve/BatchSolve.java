package io.github.dl4jep.solve;

import io.github.dl4jep.message.BatchCovariance;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The joint equations of a batch at the outputs, (K + N) z = e for each output. */
public interface BatchSolve {

    /** Solves for every output. */
    JointSolve.Solution solve();

    /** K x for each output; x is shaped as the residual. */
    INDArray timesCovariance(INDArray x);

    /**
     * The equations of a batch.
     *
     * @param variance V, [rows, outputs]
     * @param covariance covariance between examples, and what the last layer's weights see at every row
     * @param observation residual and noise, [rows, outputs]; a row for each example, or for each position of each example
     * @return the equations
     */
    static BatchSolve of(INDArray variance, BatchCovariance covariance, PseudoObservation observation) {
        INDArray k = covariance.covariance();
        return k == null || k.rows() == variance.rows()
                ? new JointSolve(variance, k, observation)
                : new PositionSolve(variance, covariance.positions(), observation);
    }
}
