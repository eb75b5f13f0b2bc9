package io.github.dl4jep.linear;

import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Variances, curvatures and precisions of a large layer without matrix products: a sum over hundreds of weights forgets which one was
 * which.
 *
 * <p>\( \sum_i m_i^2 S_{ij} \approx (\sum_i m_i^2 s_i)\, r_j \) with s the mean of S over units and r its mean over inputs, divided by the mean of
 * all; likewise \( \sum_j G_j Q_{ij} \) to the input. The precision of the weights, \( (m^2 + v)^T G \), is that of every eighth example times eight;
 * still each weight has its own. Variances of sums of uncertain inputs are products: LeNet's dense layer learns worse without.
 *
 * <p>Source: own, docs/algorithm.md, section 3.
 */
final class MeanProducts {

    /** One of so many examples says how precise weights become. */
    private static final int SHARE = 8;

    /** So many examples are asked at least. */
    private static final int LEAST = 16;

    private MeanProducts() {}

    /** The variance of a sum of observed inputs, without the bias. */
    static InputTerm variance(Moments input, WeightMoments weights, WeightMoments.InputMeans inputMeans) {
        INDArray ofInputs = weights.unitMeanVariance();
        INDArray ofUnits = inputMeans.varianceShares();
        return new InputTerm(
                input.squaredMean(),
                (seen, sum, added) -> Nd4j.gemm(seen.mmul(ofInputs), ofUnits, sum, false, false, 1, added ? 1 : 0));
    }

    /** The precision of the message to the input. */
    static INDArray curvatureToInput(INDArray g, WeightMoments weights, WeightMoments.InputMeans inputMeans) {
        INDArray sums = g.mmul(inputMeans.secondMomentShares().reshape(g.columns(), 1));
        INDArray ofInputs = weights.unitMeanVariance().add(weights.unitMeanSquaredMean());
        INDArray result = Nd4j.createUninitialized(
                g.dataType(), new long[] {g.rows(), weights.mean().rows()}, 'f');
        return Nd4j.gemm(sums, ofInputs, result, false, true, 1, 0);
    }

    /** The precision that a batch adds to the weights, from some of its examples; part: of a joint batch, whose own rows these are; null for the whole of a first batch. */
    static void precisionOfSome(Moments input, INDArray curvature, INDArray sum, @Nullable BatchPart part) {
        BatchPart of = part == null ? BatchPart.whole(1, curvature.rows(), 1) : part;
        int rows = Math.toIntExact(of.batch());
        int share = Math.max(1, Math.min(SHARE, rows / LEAST));
        if (share == 1) {
            Nd4j.gemm(input.secondMoment(), curvature, sum, true, false, 1, 0);
            return;
        }
        int[] chosen = of.everyNth(share);
        if (chosen.length == 0) {
            sum.assign(0);
            return;
        }
        INDArray mean = Nd4j.pullRows(input.mean(), 1, chosen, 'f');
        INDArray seen = mean.muli(mean);
        INDArray v = input.variance();
        if (v != null) {
            seen.addi(Nd4j.pullRows(v, 1, chosen, 'f'));
        }
        INDArray ofChosen = Nd4j.pullRows(curvature, 1, chosen, 'f');
        Nd4j.gemm(seen, ofChosen, sum, true, false, (double) rows / of.countOfEveryNth(share), 0);
    }
}
