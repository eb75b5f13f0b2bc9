package io.github.dl4jep.linear;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.UnitCovariance;
import io.github.dl4jep.message.WeightedGram;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The linear map u = W v + b with uncertain W, b and v, all independent given the messages.
 *
 * <p>Shapes: input m, v: [minibatch, nIn]; weights M, S, Q: [nIn, nOut]; bias: [1, nOut]; pre-activation w, V:
 * [minibatch, nOut]. Results are new f-ordered arrays, which is what the matrix product writes fastest.
 *
 * <p>Source: forward moments Hernandez-Lobato and Adams 2015; batch covariance and messages: own, docs/algorithm.md.
 */
public final class LinearFactor {

    private LinearFactor() {}

    /**
     * Forward moments: w = m M + b, V = m^2 S + v Q + S_b; where the mean squares of the input are at hand, the same variance
     * as (m^2 + v) S + v M^2 + S_b.
     *
     * @param input moments of the input
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @return moments of the pre-activation
     */
    public static Moments messageToPreActivation(Moments input, WeightMoments weights, @Nullable WeightMoments bias) {
        return messageToPreActivation(input, weights, bias, WeightProduct.FULL);
    }

    static Moments messageToPreActivation(
            Moments input, WeightMoments weights, @Nullable WeightMoments bias, WeightProduct product) {
        long units = weights.mean().columns();
        INDArray mean = InputTerm.sum(meanTerms(input, weights, product), units);
        INDArray variance = InputTerm.sum(varianceTerms(input, weights, product), units);
        BiasTerm.add(bias, mean, variance);
        return new Moments(mean, variance);
    }

    /** The sum that is the mean, without the bias. */
    static List<InputTerm> meanTerms(Moments input, WeightMoments weights, WeightProduct product) {
        return List.of(InputTerm.times(input.mean(), weights.mean(), product));
    }

    /** The sum that is the variance, without the bias. */
    static List<InputTerm> varianceTerms(Moments input, WeightMoments weights, WeightProduct product) {
        INDArray v = input.variance();
        WeightMoments.InputMeans inputMeans = weights.inputMeans();
        if (v == null && inputMeans != null) {
            return List.of(MeanProducts.variance(input, weights, inputMeans));
        }
        if (v == null) {
            return List.of(InputTerm.times(input.squaredMean(), weights.variance(), product));
        }
        if (input.hasSecondMomentOnly()) {
            INDArray squaredMean = weights.mean().mul(weights.mean());
            return List.of(
                    InputTerm.times(input.secondMoment(), weights.variance(), product),
                    InputTerm.times(v, squaredMean, product));
        }
        InputTerm first = inputMeans != null
                ? MeanProducts.variance(input, weights, inputMeans)
                : InputTerm.times(input.squaredMean(), weights.variance(), product);
        return isUniform(weights, product)
                ? List.of(first, new InputTerm(v, (seen, sum, added) -> timesUniform(seen, weights, sum, added)))
                : List.of(first, InputTerm.times(v, secondMoments(weights), product));
    }

    /** Whether Q is one number and every unit sees every column, so that sums of rows take the place of products. */
    private static boolean isUniform(WeightMoments weights, WeightProduct product) {
        return weights.secondMoment() == null && product == WeightProduct.FULL;
    }

    private static INDArray secondMoments(WeightMoments weights) {
        INDArray secondMoment = weights.secondMoment();
        return secondMoment != null
                ? secondMoment
                : HostMemory.like(weights.mean()).assign(weights.uniformSecondMoment());
    }

    /** v Q for a uniform Q. */
    private static void timesUniform(INDArray v, WeightMoments weights, INDArray sum, boolean added) {
        INDArray sums = product(v, column(v.columns(), weights.uniformSecondMoment(), v), false, false);
        FloatProducts.multiply(sums, false, ones(weights.mean().columns(), v), true, sum, 1, added ? 1 : 0);
    }

    /**
     * Batch covariance of the pre-activation, averaged over units, and how its units vary together: algorithm, section 3,
     * \( K' = m\,diag(\bar s)\,m^T + \bar s_b + (D\,diag(\bar q)\,D^T) \circ K \).
     *
     * @param input moments and batch covariance of the input
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @return the covariance, [minibatch, minibatch]
     */
    public static BatchCovariance covarianceOfPreActivation(
            ForwardMessage input, WeightMoments weights, @Nullable WeightMoments bias) {
        BatchCovariance before = input.covariance();
        ExampleCovariance own =
                ofOwnWeights(input.moments().mean(), before.inducing(), weights.unitMeanVariance(), bias);
        ExampleCovariance passedOn = passedOn(before, weights.unitMeanSquaredMean());
        if (passedOn.isNone()) {
            return BatchCovariance.of(own);
        }
        return UnitCovariance.isKnownAfter(before)
                ? BatchCovariance.of(passedOn.addi(own), ofUnits(own, before, weights))
                : BatchCovariance.of(passedOn.addi(own));
    }

    /**
     * How units vary together, \( (C'x)_{ni} = \gamma_i (K_W x)_{ni} + ((C\,(x M^T)) M)_{ni} \): the part K_W of K' that comes from the
     * weights themselves is independent between units, of which each has its share gamma of these weights' variance; C is the covariance of
     * the input.
     */
    private static UnitCovariance ofUnits(ExampleCovariance own, BatchCovariance before, WeightMoments weights) {
        UnitCovariance ofOwn = UnitCovariance.ofIndependentUnits(own);
        UnitCovariance ofInput = UnitCovariance.ofActivations(before);
        INDArray means = weights.mean();
        return x -> {
            INDArray variances = weights.variance().mean(true, 0);
            INDArray shares = variances.divi(variances.meanNumber());
            INDArray atInput = ofInput.times(product(x, means, false, true));
            return product(atInput, means, false, false).addi(ofOwn.times(x).muliRowVector(shares));
        };
    }

    /**
     * The same formula for what a unit sees in place of the whole input.
     *
     * @param mean m, [minibatch, n]
     * @param before batch covariance of the input; its gain shaped as m
     * @param meanVariance mean of the weights' variance over units, [n, 1]
     * @param meanSquaredMean mean of the weights' squared mean over units, [n, 1]
     * @param bias moments of the bias, or null for none
     * @return the covariance, [minibatch, minibatch]
     */
    public static BatchCovariance covarianceOfPreActivation(
            INDArray mean,
            BatchCovariance before,
            INDArray meanVariance,
            INDArray meanSquaredMean,
            @Nullable WeightMoments bias) {
        ExampleCovariance own = ofOwnWeights(mean, before.inducing(), meanVariance, bias);
        ExampleCovariance passedOn = passedOn(before, meanSquaredMean);
        return BatchCovariance.of(passedOn.isNone() ? own : own.addi(passedOn));
    }

    /** The part of the formula that comes from the weights themselves, which units do not share. */
    private static ExampleCovariance ofOwnWeights(
            INDArray mean, InducingExamples inducing, INDArray meanVariance, @Nullable WeightMoments bias) {
        ExampleCovariance covariance = WeightedGram.of(mean, meanVariance, inducing);
        return bias == null ? covariance : covariance.addi(Rows.mean(bias.variance()));
    }

    /**
     * The part of the formula that comes from the layers before, \( (D\,diag(\bar q)\,D^T) \circ K \).
     *
     * @param before batch covariance of the input; its gain [minibatch, n]
     * @param meanSquaredMean mean of the weights' squared mean over units, [n, 1]
     * @return a new covariance, or none
     */
    public static ExampleCovariance passedOn(BatchCovariance before, INDArray meanSquaredMean) {
        ExampleCovariance covariance = before.examples();
        if (covariance.isNone()) {
            return covariance;
        }
        INDArray gain = before.gain();
        return gain == null
                ? covariance.times(Rows.sum(meanSquaredMean))
                : WeightedGram.of(gain, meanSquaredMean, covariance.inducing()).muli(covariance);
    }

    /**
     * Message to the input: b = z M^T, A = G Q^T.
     *
     * @param message z and G at the pre-activation
     * @param weights moments of the weights
     * @return the message at the input
     */
    public static BackwardMessage messageToInput(BackwardMessage message, WeightMoments weights) {
        return new BackwardMessage(
                shiftToInput(message.shift(), weights, WeightProduct.FULL),
                precisionToInput(message.curvature(), weights, WeightProduct.FULL));
    }

    /** The shift of {@link #messageToInput}: z M^T. */
    static INDArray shiftToInput(INDArray z, WeightMoments weights, WeightProduct product) {
        return product.timesTransposed(z, weights.mean());
    }

    /** The precision of {@link #messageToInput}: G Q^T. */
    static INDArray precisionToInput(INDArray g, WeightMoments weights, WeightProduct product) {
        WeightMoments.InputMeans inputMeans = weights.inputMeans();
        if (inputMeans != null) {
            return MeanProducts.curvatureToInput(g, weights, inputMeans);
        }
        if (!isUniform(weights, product)) {
            return product.timesTransposed(g, secondMoments(weights));
        }
        INDArray sums = product(g, column(g.columns(), weights.uniformSecondMoment(), g), false, false);
        return product(sums, ones(weights.mean().rows(), g), false, true);
    }

    /**
     * Message to the weights: shift m^T z, precision (m^2 + v)^T G.
     *
     * @param message z and G at the pre-activation
     * @param input moments of the input
     * @param weights moments of the weights, which are not needed any more: the sites are written over M and S, so that a batch
     *     touches less memory
     * @param withPrecision whether the posterior uses the precision
     * @return the sites of this batch
     */
    public static WeightSite messageToWeights(
            BackwardMessage message, Moments input, WeightMoments weights, boolean withPrecision) {
        return messageToWeights(message, input, weights, withPrecision, null, 1);
    }

    /**
     * The same for examples of several rows each, steps x minibatch, the minibatch fastest. Where means stand for single weights, some
     * examples say how precise they become.
     *
     * @param message z and G at the pre-activation
     * @param input moments of the input
     * @param weights moments of the weights, which are not needed any more
     * @param withPrecision whether the posterior uses the precision
     * @param part which examples of a joint batch these are, or null for the whole of a first batch
     * @param steps rows of each example
     * @return the sites of this batch
     */
    public static WeightSite messageToWeights(
            BackwardMessage message,
            Moments input,
            WeightMoments weights,
            boolean withPrecision,
            @Nullable BatchPart part,
            int steps) {
        return messageToWeights(message, input, weights, withPrecision, WeightProduct.FULL, part, steps);
    }

    static WeightSite messageToWeights(
            BackwardMessage message,
            Moments input,
            WeightMoments weights,
            boolean withPrecision,
            WeightProduct product,
            @Nullable BatchPart part,
            int steps) {
        WeightSite sites = sitesOver(weights, withPrecision);
        product.transposedTimes(input.mean(), message.shift(), sites.shift(), false);
        if (withPrecision && weights.inputMeans() != null) {
            MeanProducts.precisionOfSome(input, message.curvature(), sites.requiredPrecision(), part, steps);
        } else if (withPrecision) {
            product.transposedTimes(input.secondMoment(), message.curvature(), sites.requiredPrecision(), false);
        }
        return sites;
    }

    /**
     * Sites that say nothing, for a sum.
     *
     * @param weights moments of the weights, which are not needed any more: the sites are written over M and S
     * @param withPrecision whether the posterior uses the precision
     * @return sites of 0
     */
    static WeightSite noSites(WeightMoments weights, boolean withPrecision) {
        WeightSite sites = sitesOver(weights, withPrecision);
        sites.shift().assign(0);
        if (withPrecision) {
            sites.requiredPrecision().assign(0);
        }
        return sites;
    }

    private static WeightSite sitesOver(WeightMoments weights, boolean withPrecision) {
        return new WeightSite(reusable(weights.mean()), withPrecision ? reusable(weights.variance()) : null);
    }

    /** The array itself if a product can be written into it, else a new one. */
    private static INDArray reusable(INDArray array) {
        return array.ordering() == 'f' && !array.isView()
                ? array
                : HostMemory.uninitialized(array.dataType(), array.shape(), 'f');
    }

    /** op(a) op(b) as a new f-ordered array: the order that ND4J's matrix product writes without a copy. */
    private static INDArray product(INDArray a, INDArray b, boolean transposeA, boolean transposeB) {
        long rows = transposeA ? a.columns() : a.rows();
        long columns = transposeB ? b.rows() : b.columns();
        INDArray result = HostMemory.uninitialized(a.dataType(), new long[] {rows, columns}, 'f');
        return FloatProducts.multiply(a, transposeA, b, transposeB, result, 1, 0);
    }

    /** A column of ones: a product with it repeats a row, faster than the operation for that. */
    private static INDArray ones(long rows, INDArray like) {
        return Nd4j.ones(like.dataType(), rows, 1);
    }

    private static INDArray column(long rows, double value, INDArray like) {
        return Nd4j.valueArrayOf(new long[] {rows, 1}, value, like.dataType());
    }
}
