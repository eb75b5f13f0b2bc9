package io.github.dl4jep.factor;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.BatchCovariance;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.WeightMoments;
import io.github.dl4jep.distribution.WeightSite;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * {@link LinearFactor} for weights that each see only one group of the input's columns, as the channels of a depthwise convolution:
 * group g of the units sees group g of the columns. One group is the plain linear map.
 *
 * <p>Shapes: input [rows, groups x fan-in]; weights [fan-in, groups x units]; pre-activation [rows, groups x units].
 *
 * @param groups number of groups, at least 1
 */
public record WeightGroups(int groups) {

    /** All units see all columns. */
    public static final WeightGroups NONE = new WeightGroups(1);

    /**
     * Forward moments: {@link LinearFactor#messageToPreActivation} group by group.
     *
     * @param input moments of the input
     * @param weights moments of the weights
     * @param bias moments of the bias, [1, groups x units], or null for none
     * @return moments of the pre-activation
     */
    public Moments messageToPreActivation(Moments input, WeightMoments weights, @Nullable WeightMoments bias) {
        if (groups == 1) {
            return LinearFactor.messageToPreActivation(input, weights, bias);
        }
        INDArray mean = matrix(input.mean(), weights.mean().columns());
        INDArray variance = matrix(input.mean(), weights.mean().columns());
        for (int g = 0; g < groups; g++) {
            Moments part = LinearFactor.messageToPreActivation(
                    block(input, g), block(weights, g), bias == null ? null : block(bias, g));
            block(mean, g).assign(part.mean());
            block(variance, g).assign(variance(part));
        }
        return new Moments(mean, variance);
    }

    private static INDArray variance(Moments moments) {
        return java.util.Objects.requireNonNull(moments.variance());
    }

    /**
     * Batch covariance of the pre-activation, averaged over all units and, for windows, over positions.
     *
     * @param input moments and batch covariance of the input
     * @param patches the windows, or null if the weights see the input itself
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @return the covariance, [minibatch, minibatch]
     */
    public BatchCovariance covarianceOfPreActivation(
            ForwardMessage input, @Nullable Patches patches, WeightMoments weights, @Nullable WeightMoments bias) {
        INDArray meanVariance = weights.unitMeanVariance();
        INDArray meanSquaredMean = weights.unitMeanSquaredMean();
        if (groups > 1) {
            meanVariance = perColumn(weights.variance());
            meanSquaredMean = perColumn(weights.mean().mul(weights.mean()));
        }
        long units = weights.mean().columns();
        return patches == null
                ? LinearFactor.covarianceOfPreActivation(
                        input.moments().mean(), input.covariance(), meanVariance, meanSquaredMean, bias)
                : PatchCovariance.ofPreActivation(input, patches, meanVariance, meanSquaredMean, units, bias);
    }

    /**
     * What the weights see, scaled by their deviation averaged over units: rows whose inner products are their covariances due to
     * these weights.
     *
     * @param seen [rows, groups x fan-in]
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @return [rows, groups x fan-in], and one more column with a bias
     */
    public INDArray features(INDArray seen, WeightMoments weights, @Nullable WeightMoments bias) {
        INDArray meanVariance = groups == 1 ? weights.unitMeanVariance() : perColumn(weights.variance());
        INDArray scaled = seen.mulRowVector(Transforms.sqrt(meanVariance, true).reshape(1, meanVariance.length()));
        if (bias == null) {
            return scaled;
        }
        double deviation = Math.sqrt(bias.variance().meanNumber().doubleValue());
        return Nd4j.hstack(scaled, Nd4j.valueArrayOf(new long[] {seen.rows(), 1}, deviation, seen.dataType()));
    }

    /** Mean over all units of what a column of the input counts for: a unit of another group does not see it. */
    private INDArray perColumn(INDArray weights) {
        long fanIn = weights.rows();
        long units = weights.columns() / groups;
        return weights.dup('f')
                .reshape('f', fanIn, units, groups)
                .mean(1)
                .dup('f')
                .reshape('f', fanIn * groups, 1)
                .divi(groups);
    }

    /**
     * Message to the input: {@link LinearFactor#messageToInput} group by group.
     *
     * @param message z and G at the pre-activation
     * @param weights moments of the weights
     * @return the message at the input
     */
    public BackwardMessage messageToInput(BackwardMessage message, WeightMoments weights) {
        if (groups == 1) {
            return LinearFactor.messageToInput(message, weights);
        }
        long columns = (long) weights.mean().rows() * groups;
        INDArray shift = matrix(message.shift(), columns);
        INDArray precision = matrix(message.shift(), columns);
        for (int g = 0; g < groups; g++) {
            BackwardMessage part = LinearFactor.messageToInput(block(message, g), block(weights, g));
            block(shift, g).assign(part.shift());
            block(precision, g).assign(part.precision());
        }
        return new BackwardMessage(shift, precision);
    }

    /**
     * Message to the weights: {@link LinearFactor#messageToWeights} group by group.
     *
     * @param message z and G at the pre-activation
     * @param input moments of the input
     * @param weights moments of the weights, which are not needed any more
     * @param withPrecision whether the posterior uses the precision
     * @return the sites of this batch
     */
    public WeightSite messageToWeights(
            BackwardMessage message, Moments input, WeightMoments weights, boolean withPrecision) {
        if (groups == 1) {
            return LinearFactor.messageToWeights(message, input, weights, withPrecision);
        }
        WeightSite sites = LinearFactor.noSites(weights, withPrecision);
        addMessageToWeights(message, input.mean(), withPrecision ? input.secondMoment() : null, sites);
        return sites;
    }

    /** Adds what some rows say: {@link LinearFactor#addMessageToWeights} group by group. */
    void addMessageToWeights(
            BackwardMessage message, INDArray mean, @Nullable INDArray secondMoment, WeightSite sites) {
        if (groups == 1) {
            LinearFactor.addMessageToWeights(message, mean, secondMoment, sites);
            return;
        }
        for (int g = 0; g < groups; g++) {
            WeightSite part = block(sites, g);
            LinearFactor.addMessageToWeights(
                    block(message, g),
                    block(mean, g).dup('f'),
                    secondMoment == null ? null : block(secondMoment, g).dup('f'),
                    part);
            block(sites.shift(), g).assign(part.shift());
            if (secondMoment != null) {
                block(sites.requiredPrecision(), g).assign(part.requiredPrecision());
            }
        }
    }

    /**
     * The product of known values and known weights.
     *
     * @param values [rows, groups x fan-in]
     * @param weights [fan-in, groups x units]
     * @return [rows, groups x units]
     */
    public INDArray product(INDArray values, INDArray weights) {
        if (groups == 1) {
            return values.mmul(weights);
        }
        List<INDArray> parts = new ArrayList<>();
        for (int g = 0; g < groups; g++) {
            parts.add(block(values, g).mmul(block(weights, g)));
        }
        return Nd4j.concat(1, parts.toArray(INDArray[]::new)).dup('f');
    }

    private static INDArray matrix(INDArray like, long columns) {
        return Nd4j.createUninitialized(like.dataType(), new long[] {like.rows(), columns}, 'f');
    }

    private INDArray block(INDArray matrix, int group) {
        long width = matrix.columns() / groups;
        return matrix.get(NDArrayIndex.all(), NDArrayIndex.interval(group * width, (group + 1) * width));
    }

    private Moments block(Moments moments, int group) {
        INDArray variance = moments.variance();
        return new Moments(
                block(moments.mean(), group).dup('f'),
                variance == null ? null : block(variance, group).dup('f'));
    }

    private BackwardMessage block(BackwardMessage message, int group) {
        return new BackwardMessage(
                block(message.shift(), group).dup('f'),
                block(message.precision(), group).dup('f'));
    }

    private WeightSite block(WeightSite sites, int group) {
        INDArray precision = sites.precision();
        return new WeightSite(
                block(sites.shift(), group).dup('f'),
                precision == null ? null : block(precision, group).dup('f'));
    }

    private WeightMoments block(WeightMoments weights, int group) {
        return WeightMoments.of(
                block(weights.mean(), group).dup('f'),
                block(weights.variance(), group).dup('f'));
    }
}
