package io.github.dl4jep.linear;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Variances, curvatures and precisions of a large layer without matrix products: a sum over hundreds of weights forgets which one was
 * which.
 *
 * <p>\( \sum_i m_i^2 S_{ij} \approx (\sum_i m_i^2 s_i)\, r_j \) with s the mean of S over units and r its mean over inputs, divided by the mean of
 * all; likewise \( \sum_j G_j Q_{ij} \) to the input. The precision of the weights, \( (m^2 + v)^T G \), is that of every eighth example times eight;
 * still each weight has its own. Of uncertain inputs \( v\,Q \) stays a product: LeNet's dense layer learns worse without.
 *
 * <p>Source: own, docs/algorithm.md, section 3.
 */
final class MeanProducts {

    /** One of so many examples says how precise weights become. */
    private static final int SHARE = 8;

    /** So many rows are asked at least, and so many examples where each has several that are alike. */
    private static final int LEAST = 16;

    private static final int LEAST_EXAMPLES = 4;

    private MeanProducts() {}

    /** The variance that the weights give to a sum, \( m^2 S \). */
    static InputTerm variance(Moments input, WeightMoments weights, WeightMoments.InputMeans inputMeans) {
        INDArray ofInputs = weights.unitMeanVariance();
        INDArray ofUnits = inputMeans.varianceShares();
        return new InputTerm(
                input.squaredMean(),
                (seen, sum, added) ->
                        FloatProducts.multiply(column(seen, ofInputs), false, ofUnits, false, sum, 1, added ? 1 : 0));
    }

    private static INDArray column(INDArray rows, INDArray factors) {
        INDArray sums = HostMemory.uninitialized(rows.dataType(), new long[] {rows.rows(), 1}, 'f');
        return FloatProducts.multiply(rows, false, factors, false, sums, 1, 0);
    }

    /** The precision of the message to the input. */
    static INDArray curvatureToInput(INDArray g, WeightMoments weights, WeightMoments.InputMeans inputMeans) {
        INDArray sums = column(g, inputMeans.secondMomentShares().reshape(g.columns(), 1));
        INDArray ofInputs = FusedLoop.sum(weights.unitMeanVariance(), weights.unitMeanSquaredMean());
        INDArray result = HostMemory.uninitialized(
                g.dataType(), new long[] {g.rows(), weights.mean().rows()}, 'f');
        return FloatProducts.multiply(sums, false, ofInputs, true, result, 1, 0);
    }

    /**
     * The precision that a batch adds to the weights, from some of its examples.
     *
     * @param part of a joint batch, whose own rows these are, for examples of several rows beside its inducing ones; null for the whole of a
     *     first batch
     * @param steps rows of each example
     */
    static void precisionOfSome(Moments input, INDArray curvature, INDArray sum, @Nullable BatchPart part, int steps) {
        int minibatch = curvature.rows() / steps;
        BatchPart of = part == null ? BatchPart.whole(1, minibatch, 1) : part;
        int share = share(Math.toIntExact(of.batch()), steps);
        if (share == 1) {
            FloatProducts.multiply(input.secondMoment(), true, curvature, false, sum, 1, 0);
            return;
        }
        int first = minibatch == of.ownCount() ? 0 : of.ownFrom();
        int[] examples = of.everyNth(share);
        if (examples.length == 0) {
            sum.assign(0);
            return;
        }
        int[] chosen = IntStream.range(0, steps)
                .flatMap(step -> Arrays.stream(examples).map(n -> step * minibatch + first + n))
                .toArray();
        INDArray mean = FloatProducts.rows(input.mean(), chosen);
        INDArray seen = FusedLoop.multiplyBy(mean, mean);
        INDArray v = input.variance();
        if (v != null) {
            FusedLoop.addTo(seen, FloatProducts.rows(v, chosen));
        }
        INDArray ofChosen = FloatProducts.rows(curvature, chosen);
        FloatProducts.multiply(seen, true, ofChosen, false, sum, (double) of.batch() / of.countOfEveryNth(share), 0);
    }

    private static int share(int examples, int steps) {
        int least = (LEAST + steps - 1) / steps;
        return Math.max(1, Math.min(SHARE, examples / Math.max(least, LEAST_EXAMPLES)));
    }
}
