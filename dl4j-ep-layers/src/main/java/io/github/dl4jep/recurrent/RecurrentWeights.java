package io.github.dl4jep.recurrent;

import io.github.dl4jep.array.FloatMatrix;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.weight.WeightMoments;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Products of the steps with the recurrent weights, [units, gates x units]: forward \( m_h M \) and \( m_h^2 S + v_h Q \), back \( z M^T \) and
 * \( G Q^T \).
 *
 * <p>Where means stand for single weights ({@link WeightMoments#inputMeans()}), \( m_h^2 S \) is \( (m_h^2 \bar s)\,r \) and \( G Q^T \) is
 * \( (G c)\,\bar q \), as in a dense layer: algorithm, section 3.
 */
final class RecurrentWeights {

    private final WeightMoments moments;
    /** Of S, or null where it is taken as it is; of Q once a message goes back. */
    private final @Nullable Means ofS;

    private @Nullable Means ofQ;
    private final FloatMatrix mean;
    private final FloatMatrix secondMoment;
    /** S above Q, or Q alone where means stand for S. */
    private final FloatMatrix ofVariance;

    private final float[] square;
    /** Squares of means, and variances where S is above Q: [minibatch, n]. */
    private final FloatMatrix seen;
    /** What goes back, [minibatch, units]. */
    private final FloatMatrix back;
    /** [minibatch, 1]. */
    private final FloatMatrix sums;

    /**
     * A matrix as the product of its means.
     *
     * @param overUnits [units, 1]
     * @param overInputs in times of the mean of all, [1, gates x units]
     */
    private record Means(FloatMatrix overUnits, FloatMatrix overInputs) {

        static Means of(INDArray overUnits, INDArray overInputs) {
            return new Means(FloatMatrix.of(overUnits), FloatMatrix.of(overInputs));
        }
    }

    RecurrentWeights(WeightMoments moments, int minibatch) {
        this.moments = moments;
        WeightMoments.InputMeans means = moments.inputMeans();
        this.ofS = means == null ? null : Means.of(moments.unitMeanVariance(), means.varianceShares());
        this.mean = FloatMatrix.of(moments.mean());
        INDArray given = moments.secondMoment();
        this.secondMoment = FloatMatrix.of(
                given == null ? HostMemory.like(moments.mean()).assign(moments.uniformSecondMoment()) : given);
        this.ofVariance = ofS == null ? stacked() : secondMoment;
        this.square = new float[minibatch * mean.rows()];
        this.seen = FloatMatrix.uninitialized(minibatch, ofVariance.rows());
        this.back = FloatMatrix.uninitialized(minibatch, mean.rows());
        this.sums = FloatMatrix.uninitialized(minibatch, 1);
    }

    private FloatMatrix stacked() {
        int units = mean.rows();
        FloatMatrix both = FloatMatrix.uninitialized(2 * units, mean.columns());
        float[] values = new float[units * mean.columns()];
        FloatMatrix.of(moments.variance()).getRows(0, values, units);
        both.putRows(0, values, units);
        secondMoment.getRows(0, values, units);
        both.putRows(units, values, units);
        return both;
    }

    /** Adds the moments of h W to those of a step, [minibatch, gates x units]; h has its means in a matrix, too. */
    void addMoments(StepMoments h, FloatMatrix meanOfH, FloatMatrix toMean, FloatMatrix toVariance) {
        toMean.addProduct(meanOfH, false, mean, false, 1);
        int units = mean.rows();
        for (int i = 0; i < square.length; i++) {
            square[i] = h.mean[i] * h.mean[i];
        }
        seen.putColumns(0, square, 0, units);
        if (ofS == null) {
            seen.putColumns(units, h.variance, 0, units);
        } else {
            sums.assignProduct(seen, false, ofS.overUnits, false, 1);
            toVariance.addProduct(sums, false, ofS.overInputs, false, 1);
            seen.putColumns(0, h.variance, 0, units);
        }
        toVariance.addProduct(seen, false, ofVariance, false, 1);
    }

    /** What the message at the pre-activations of a step, [minibatch, gates x units], means for h: written over the message there. */
    void back(FloatMatrix shift, FloatMatrix curvature, StepMessage atH) {
        backShift(shift, atH);
        WeightMoments.InputMeans means = moments.inputMeans();
        if (means == null) {
            back.assignProduct(curvature, false, secondMoment, true, 1);
        } else {
            ofQ = ofQ == null ? Means.of(meanSquares(), means.secondMomentShares()) : ofQ;
            sums.assignProduct(curvature, false, ofQ.overInputs, true, 1);
            back.assignProduct(sums, false, ofQ.overUnits, true, 1);
        }
        back.getRows(0, atH.curvature, back.rows());
    }

    private INDArray meanSquares() {
        return FusedLoop.sum(moments.unitMeanVariance(), moments.unitMeanSquaredMean());
    }

    /** The shift alone. */
    void backShift(FloatMatrix shift, StepMessage atH) {
        back.assignProduct(shift, false, mean, true, 1);
        back.getRows(0, atH.shift, back.rows());
    }
}
