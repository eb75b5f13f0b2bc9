package io.github.dl4jep.likelihood;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.solve.BatchSolve;
import io.github.dl4jep.solve.JointSolve;
import io.github.dl4jep.solve.PseudoObservation;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The joint solve of a batch with the message that comes of it: z from the solve, G = 1 / (V + N).
 *
 * @param solution z and the diagonal of the inverse, double
 * @param message z and G in the network's data type
 * @param equations what was solved
 */
record JointMessage(
        JointSolve.Solution solution, BackwardMessage message, Function<PseudoObservation, BatchSolve> equations) {

    /** Means of the potentials after the step. */
    INDArray expected(OutputBatch batch, PseudoObservation observation) {
        return equations
                .apply(observation)
                .expectedMove(observation, solution.shift())
                .addi(batch.mean());
    }

    /**
     * Solves for the batch.
     *
     * <p>In a later sweep over the same batch the potentials have already moved, by K z of the sweep before if the network
     * were linear. That part is added back to the residual, so that the solution is again the whole step from the cavity and
     * a linear network stays where it is.
     */
    static JointMessage of(OutputBatch batch, PseudoObservation observation) {
        BatchCovariance covariance = batch.forward().covariance();
        return of(batch, observation, each -> BatchSolve.of(batch.variance(), covariance, each));
    }

    /** The same, for outputs that know of each other what they have in common. */
    static JointMessage ofSharedFeatures(OutputBatch batch, PseudoObservation observation) {
        BatchCovariance covariance = batch.forward().covariance();
        return of(batch, observation, each -> BatchSolve.ofSharedFeatures(batch.variance(), covariance, each));
    }

    private static JointMessage of(
            OutputBatch batch, PseudoObservation observation, Function<PseudoObservation, BatchSolve> equations) {
        INDArray variance = batch.variance();
        PseudoObservation whole = observation;
        INDArray earlier = batch.earlierShift();
        if (earlier != null) {
            INDArray moved = equations.apply(observation).timesCovariance(earlier.castTo(DataType.DOUBLE));
            whole = new PseudoObservation(
                    observation.residual().add(moved),
                    observation.noise(),
                    observation.importance(),
                    observation.observed());
        }
        JointSolve.Solution solution = equations.apply(whole).solve();
        DataType type = batch.forward().moments().mean().dataType();
        return new JointMessage(
                solution,
                new BackwardMessage(Rows.inType(solution.shift(), type), precision(variance, whole, type)),
                equations);
    }

    /** G = 1 / (V + N), 0 where nothing is observed; f-ordered, on which products are fastest. */
    private static INDArray precision(INDArray variance, PseudoObservation observation, DataType type) {
        double[] precision = Rows.columns(variance);
        double[] noise = Rows.columns(observation.noise());
        double[] observed = Rows.columns(observation.observed());
        for (int i = 0; i < precision.length; i++) {
            precision[i] = observed[i] / (precision[i] + noise[i]);
        }
        return Rows.matrix(precision, variance.rows(), variance.columns(), type);
    }
}
