package io.github.dl4jep.solve;

import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.PositionPairs;
import io.github.dl4jep.message.StepCovariance;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The joint equations of a batch at the outputs, (K + N) z = e for each output. */
public interface BatchSolve {

    /** Up to so many pairs of an example and a step earlier layers are solved for; the time grows with their square. */
    int MOST_PAIRS = 5_000;
    /** Up to so many pairs are solved with the covariance of all of them. */
    int MOST_EXACT_PAIRS = 512;
    /** Of more pairs, the number with which covariances are kept. */
    int INDUCING_PAIRS = 256;
    /** Of so many pairs that more covariances than this were kept, such as the pixels of large images, it is lower. */
    int MOST_KEPT = 1 << 24;
    /** But never lower than this. */
    int FEWEST_PAIRS = 32;

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
     * How far the potentials are expected to move, if the network is linear.
     *
     * @param observation residual e and noise N of the equations
     * @param shift their solution z
     * @return K z = e - N z, 0 where nothing is observed; of positions what is sure of it
     */
    default INDArray expectedMove(PseudoObservation observation, INDArray shift) {
        return observation.residual().sub(observation.noise().mul(shift)).muli(observation.observed());
    }

    /**
     * The equations of a batch.
     *
     * @param variance V, [rows, outputs]
     * @param covariance covariance between examples, or of the steps of sequences, and what the last layer's weights see at every row
     * @param observation residual and noise, [rows, outputs]; a row for each example, or for each position of each example
     * @return the equations
     */
    static BatchSolve of(INDArray variance, BatchCovariance covariance, PseudoObservation observation) {
        BatchCovariance known = ofRows(covariance, variance.rows());
        return isOfRows(known, variance.rows())
                ? new JointSolve(variance, known.examples(), observation)
                : new PositionSolve(variance, known.positions(), observation);
    }

    /**
     * The covariance of the rows of outputs that share one.
     *
     * @param variance V, mean over the outputs, [rows]
     * @param covariance as in {@link #of}
     * @return K of the examples, of their pairs with steps, or of positions; null if rows do not vary together
     */
    static @Nullable RowCovariance rows(double[] variance, BatchCovariance covariance) {
        BatchCovariance known = ofRows(covariance, variance.length);
        if (!isOfRows(known, variance.length)) {
            return PositionSolve.covariance(variance, known.positions());
        }
        return known.examples().isNone() ? null : known.examples().rows();
    }

    /**
     * The covariance of the rows themselves, where it is known: what several solves of one batch need is computed once.
     *
     * @param covariance as in {@link #of}
     * @param rows number of rows
     * @return of positions and of the steps of sequences that of their pairs with examples, of steps if they are not too many; others are
     *     returned as they are
     */
    static BatchCovariance ofRows(BatchCovariance covariance, int rows) {
        StepCovariance steps = covariance.steps();
        PositionPairs pairs = covariance.pairs();
        if (pairs != null && !isOfRows(covariance, rows)) {
            return BatchCovariance.of(pairs.covariance(inducing(rows)));
        }
        if (steps == null || rows > MOST_PAIRS) {
            return covariance;
        }
        return BatchCovariance.of(steps.pairs(inducing(rows)));
    }

    private static InducingExamples inducing(int rows) {
        return rows <= MOST_EXACT_PAIRS
                ? InducingExamples.all()
                : InducingExamples.of(rows, Math.max(FEWEST_PAIRS, Math.min(INDUCING_PAIRS, MOST_KEPT / rows)));
    }

    private static boolean isOfRows(BatchCovariance covariance, int rows) {
        if (covariance.steps() != null) {
            return false;
        }
        INDArray k = covariance.covariance();
        return k == null || k.rows() == rows;
    }
}
