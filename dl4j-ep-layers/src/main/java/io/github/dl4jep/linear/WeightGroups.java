package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.PositionPairs;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
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
        return LinearFactor.messageToPreActivation(input, weights, bias, product());
    }

    /** The products of these groups. */
    WeightProduct product() {
        return groups == 1 ? WeightProduct.FULL : new GroupedProduct(groups);
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
        if (groups == 1 && patches == null) {
            return LinearFactor.covarianceOfPreActivation(input, weights, bias);
        }
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
                : PatchCovariance.ofPreActivation(
                        input, patches.geometry(), meanVariance, meanSquaredMean, units, bias);
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
        double deviation = Math.sqrt(Rows.mean(bias.variance()));
        return Nd4j.hstack(scaled, Nd4j.valueArrayOf(new long[] {seen.rows(), 1}, deviation, seen.dataType()));
    }

    /**
     * Covariances of pairs of an example and a window.
     *
     * @param patches the windows
     * @param seen means of the input, [minibatch, channels x positions]
     * @param before covariance of the input
     * @param weights moments of the weights
     * @param bias moments of the bias, or null for none
     * @return pairs at the windows; null where they are not known at the input
     */
    public @Nullable PositionPairs pairs(
            Patches patches,
            INDArray seen,
            BatchCovariance before,
            WeightMoments weights,
            @Nullable WeightMoments bias) {
        return PatchPairs.of(patches.geometry(), seen, before, () -> {
            double biasVariance = bias == null ? 0 : Rows.mean(bias.variance());
            return groups == 1
                    ? new PatchPairs.Weights(weights.unitMeanVariance(), weights.unitMeanSquaredMean(), biasVariance)
                    : new PatchPairs.Weights(
                            perColumn(weights.variance()),
                            perColumn(weights.mean().mul(weights.mean())),
                            biasVariance);
        });
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
        return new BackwardMessage(
                LinearFactor.shiftToInput(message.shift(), weights, product()),
                LinearFactor.precisionToInput(message.curvature(), weights, product()));
    }

    /**
     * Message to the weights: {@link LinearFactor#messageToWeights} group by group.
     *
     * @param message z and G at the pre-activation
     * @param input moments of the input
     * @param weights moments of the weights, which are not needed any more
     * @param withPrecision whether the posterior uses the precision
     * @param part of a joint batch, whose own rows these are, or null where that is not known
     * @return the sites of this batch
     */
    public WeightSite messageToWeights(
            BackwardMessage message,
            Moments input,
            WeightMoments weights,
            boolean withPrecision,
            @Nullable BatchPart part) {
        return LinearFactor.messageToWeights(message, input, weights, withPrecision, product(), part, 1);
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
        INDArray result =
                HostMemory.uninitialized(values.dataType(), new long[] {values.rows(), weights.columns()}, 'f');
        product().times(values, weights, result, false);
        return result;
    }
}
