package io.github.dl4jep.normalization;

import io.github.dl4jep.array.ChannelLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Batch normalization with uncertain scale and shift: \( y = \gamma\,x + \beta \), \( x = (u - \mu) / \sigma \), where mean and
 * variance are those of the means of u over the batch and all positions, channel by channel.
 *
 * <p>Shapes: activations: [minibatch, channels x positions]; scale, shift and statistics: [1, channels].
 *
 * <p>The moments are exact given mu and sigma. The way back takes into account that both move with the batch, as
 * back-propagation does (Ioffe and Szegedy 2015): what moves all examples of a channel alike, or scales them, does not come
 * through. Own, docs/algorithm.md, section 3.
 */
public final class NormalizationFactor {

    private NormalizationFactor() {}

    /**
     * Mean and variance of each channel.
     *
     * @param mean [1, channels]
     * @param variance [1, channels]
     */
    public record Statistics(INDArray mean, INDArray variance) {

        /**
         * The statistics of a batch.
         *
         * @param rows means of u, [positions x minibatch, channels]
         * @return mean and variance, divided by the number of rows
         */
        public static Statistics of(INDArray rows) {
            INDArray mean = rows.mean(true, 0);
            return new Statistics(mean, rows.var(false, 0).reshape(1, rows.columns()));
        }

        /**
         * 1 / sigma.
         *
         * @param epsilon what is added to the variance
         * @return [1, channels]
         */
        public INDArray inverseDeviation(double epsilon) {
            return Transforms.sqrt(variance.add(epsilon), false).rdivi(1);
        }
    }

    /**
     * What the way forward gives, all shaped as the activation.
     *
     * @param statistics mean and variance of each channel
     * @param normalised moments of x; only its mean, variance and second moment are to be read
     * @param output moments of y
     */
    public record Forward(Statistics statistics, Moments normalised, Moments output) {}

    /**
     * What the way back gives.
     *
     * @param toInput message at u, shaped as the activation
     * @param toScale what the batch says about gamma, [1, channels]
     * @param toShift what the batch says about beta, [1, channels]
     */
    public record Back(BackwardMessage toInput, WeightSite toScale, WeightSite toShift) {}

    /**
     * Moments of x and y with the statistics of the batch.
     *
     * @param input moments of u, [minibatch, channels x positions]
     * @param epsilon what is added to the variance
     * @param scale moments of gamma
     * @param shift moments of beta
     * @return statistics and moments
     */
    public static Forward forward(Moments input, double epsilon, WeightMoments scale, WeightMoments shift) {
        return FusedNormalization.accepts(input)
                ? FusedNormalization.forward(input, epsilon, scale, shift)
                : plainForward(input, epsilon, scale, shift);
    }

    /** The plain version of the way forward. */
    static Forward plainForward(Moments input, double epsilon, WeightMoments scale, WeightMoments shift) {
        Moments rows = rows(input, scale.mean().length());
        return forward(input, Statistics.of(rows.mean()), epsilon, scale, shift);
    }

    /**
     * Moments of x and y with known statistics: where a batch has too few values for some.
     *
     * @param input moments of u, [minibatch, channels x positions]
     * @param statistics mean and variance of each channel
     * @param epsilon what is added to the variance
     * @param scale moments of gamma
     * @param shift moments of beta
     * @return statistics and moments
     */
    public static Forward forward(
            Moments input, Statistics statistics, double epsilon, WeightMoments scale, WeightMoments shift) {
        Moments rows = rows(input, scale.mean().length());
        Moments x = normalise(rows, statistics.mean(), statistics.inverseDeviation(epsilon));
        long batch = input.mean().size(0);
        return new Forward(statistics, activation(x, batch), activation(scale(x, scale, shift), batch));
    }

    /**
     * Moments of y with given statistics, for predictions.
     *
     * @param input moments of u, [minibatch, channels x positions]
     * @param statistics mean and variance of each channel
     * @param epsilon what is added to the variance
     * @param scale moments of gamma
     * @param shift moments of beta
     * @return moments of y
     */
    public static Moments predict(
            Moments input, Statistics statistics, double epsilon, WeightMoments scale, WeightMoments shift) {
        Moments x =
                normalise(rows(input, scale.mean().length()), statistics.mean(), statistics.inverseDeviation(epsilon));
        return activation(scale(x, scale, shift), input.mean().size(0));
    }

    /**
     * y for numbers u, gamma and beta.
     *
     * @param values u, [minibatch, channels x positions]
     * @param statistics mean and variance of each channel
     * @param epsilon what is added to the variance
     * @param gamma [1, channels]
     * @param beta [1, channels]
     * @return y
     */
    public static Moments plain(Moments values, Statistics statistics, double epsilon, INDArray gamma, INDArray beta) {
        INDArray y = normalise(rows(values, gamma.length()), statistics.mean(), statistics.inverseDeviation(epsilon))
                .mean()
                .muliRowVector(gamma)
                .addiRowVector(beta);
        return activation(Moments.pointMass(y), values.mean().size(0));
    }

    /** x, on rows. */
    private static Moments normalise(Moments rows, INDArray mean, INDArray inverseDeviation) {
        INDArray variance = rows.variance();
        return new Moments(
                rows.mean().subRowVector(mean).muliRowVector(inverseDeviation),
                variance == null ? null : variance.mulRowVector(inverseDeviation.mul(inverseDeviation)));
    }

    /** Mean \( \gamma x + \beta \), variance \( (x^2 + v) S_\gamma + v \gamma^2 + S_\beta \), on rows. */
    private static Moments scale(Moments x, WeightMoments scale, WeightMoments shift) {
        INDArray mean = x.mean().mulRowVector(scale.mean()).addiRowVector(shift.mean());
        INDArray variance = x.secondMoment().mulRowVector(scale.variance());
        INDArray before = x.variance();
        if (before != null) {
            variance.addi(before.mulRowVector(scale.mean().mul(scale.mean())));
        }
        return new Moments(mean, variance.addiRowVector(shift.variance()));
    }

    /**
     * The messages back. To u: \( z_u = \frac{\gamma}{\sigma} (z - \bar z - x\,\overline{x z}) \),
     * \( G_u = \frac{\gamma^2 + S_\gamma}{\sigma^2} G \), bars being means over batch and positions; to gamma: shift \( \sum x
     * z \), precision \( \sum (x^2 + v) G \); to beta: \( \sum z \), \( \sum G \).
     *
     * @param message z and G at y, [minibatch, channels x positions]
     * @param normalised moments of x, as {@link #forward} gave them
     * @param scale moments of gamma
     * @param inverseDeviation 1 / sigma, [1, channels]
     * @return the messages
     */
    public static Back back(
            BackwardMessage message, Moments normalised, WeightMoments scale, INDArray inverseDeviation) {
        return FusedNormalization.accepts(normalised) && ChannelLoop.accepts(message.shift(), message.curvature())
                ? FusedNormalization.back(message, normalised, scale, inverseDeviation)
                : plainBack(message, normalised, scale, inverseDeviation);
    }

    /** The plain version of the way back. */
    static Back plainBack(BackwardMessage message, Moments normalised, WeightMoments scale, INDArray inverseDeviation) {
        return back(message, normalised, scale, inverseDeviation, false);
    }

    /**
     * The messages back where the statistics do not move with the batch: \( z_u = \frac{\gamma}{\sigma} z \), all else as above.
     *
     * @param message z and G at y, [minibatch, channels x positions]
     * @param normalised moments of x, as {@link #forward} gave them
     * @param scale moments of gamma
     * @param inverseDeviation 1 / sigma, [1, channels]
     * @return the messages
     */
    public static Back backOfKnown(
            BackwardMessage message, Moments normalised, WeightMoments scale, INDArray inverseDeviation) {
        return back(message, normalised, scale, inverseDeviation, true);
    }

    private static Back back(
            BackwardMessage message,
            Moments normalised,
            WeightMoments scale,
            INDArray inverseDeviation,
            boolean known) {
        long channels = scale.mean().length();
        long batch = normalised.mean().size(0);
        INDArray z = rows(message.shift(), channels);
        INDArray g = rows(message.curvature(), channels);
        INDArray x = rows(normalised.mean(), channels);
        INDArray sumAlong = z.mul(x).sum(true, 0);
        INDArray sum = z.sum(true, 0);
        INDArray shift =
                known ? z.dup('f') : z.subRowVector(sum.div(z.rows())).subi(x.mulRowVector(sumAlong.div(z.rows())));
        INDArray secondMoment = scale.mean().mul(scale.mean()).addi(scale.variance());
        return new Back(
                new BackwardMessage(
                        activation(shift.muliRowVector(scale.mean().mul(inverseDeviation)), batch),
                        activation(
                                g.mulRowVector(
                                        secondMoment.muli(inverseDeviation).muli(inverseDeviation)),
                                batch)),
                new WeightSite(
                        sumAlong,
                        g.mul(rows(normalised.secondMoment(), channels)).sum(true, 0)),
                new WeightSite(sum, g.sum(true, 0)));
    }

    /**
     * Batch covariance of y, averaged over channels and positions: that of u through the gains, without what all examples share,
     * which mu takes away; and what gamma and beta add.
     *
     * @param normalised means of x at some positions, [minibatch, n]
     * @param before batch covariance of u, its gain at the same positions
     * @param factor gamma / sigma of each of the n columns, [n, 1]
     * @param scaleVariance variance of gamma of each of the n columns, [n, 1]
     * @param shift moments of beta
     * @param known whether the statistics do not move with the batch
     * @return the covariance, [minibatch, minibatch]
     */
    public static BatchCovariance covariance(
            INDArray normalised,
            BatchCovariance before,
            INDArray factor,
            INDArray scaleVariance,
            @Nullable WeightMoments shift,
            boolean known) {
        double share = 1.0 / factor.length();
        INDArray meanSquaredFactor = factor.mul(factor).muli(share);
        ExampleCovariance passedOn = LinearFactor.passedOn(before, meanSquaredFactor);
        ExampleCovariance centred = passedOn.isNone() || known ? passedOn : passedOn.centred();
        // What comes from before has passed the scale already.
        INDArray passed = HostMemory.like(meanSquaredFactor).assign(share);
        BatchCovariance covariance = LinearFactor.covarianceOfPreActivation(
                normalised, BatchCovariance.of(centred), scaleVariance.mul(share), passed, shift);
        return centred.isNone() ? covariance : covariance.withPart(centred, before.positions());
    }

    private static Moments rows(Moments activation, long channels) {
        INDArray variance = activation.variance();
        return new Moments(rows(activation.mean(), channels), variance == null ? null : rows(variance, channels));
    }

    /** An activation as rows [positions x minibatch, channels], without a copy. */
    private static INDArray rows(INDArray activation, long channels) {
        return activation.reshape('f', activation.length() / channels, channels);
    }

    private static Moments activation(Moments rows, long batch) {
        INDArray variance = rows.variance();
        return new Moments(activation(rows.mean(), batch), variance == null ? null : activation(variance, batch));
    }

    /** Rows as an activation [minibatch, channels x positions], without a copy. */
    private static INDArray activation(INDArray rows, long batch) {
        return rows.reshape('f', batch, rows.length() / batch);
    }
}
