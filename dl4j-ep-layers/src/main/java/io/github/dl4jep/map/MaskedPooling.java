package io.github.dl4jep.map;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Pooling over all steps of sequences or positions of images of which some are not there: as if there were only the others. Without any it is
 * 0.
 *
 * @param pooling pooling over all steps, without a mask
 * @param kind how it pools
 */
public record MaskedPooling(FixedMap pooling, Kind kind) implements FixedMap {

    /** How steps are pooled. */
    public enum Kind {
        /** What is not there is less than all that is there. */
        MAXIMUM,
        /** The sum, divided by the number of steps that are there. */
        AVERAGE,
        /** A sum, to which zeros add nothing. */
        SUM
    }

    /** So many deviations below the smallest mean nothing is the largest. */
    private static final double DEVIATIONS = 20;

    @Override
    public boolean heedsMask() {
        return true;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        StepMask mask = moments.mask();
        if (mask == null) {
            return pooling.forward(input);
        }
        ForwardMessage there = StepsThere.averaged(input);
        if (kind == Kind.MAXIMUM) {
            there = new ForwardMessage(lowered(there.moments(), moments, mask), there.covariance());
        }
        Pass pass = pooling.forward(there);
        INDArray factors = factors(mask, moments.mean());
        ForwardMessage output = pass.output();
        UnaryOperator<INDArray> scale = array -> array.mulColumnVector(factors);
        return new Pass(
                new ForwardMessage(
                        scaled(output.moments(), factors),
                        output.covariance().withGain(output.moments().mean(), scale, null)),
                message -> StepsThere.zeroed(
                        pass.back()
                                .apply(new BackwardMessage(
                                        message.shift().mulColumnVector(factors),
                                        message.curvature().mulColumnVector(factors.mul(factors)))),
                        mask,
                        moments.shape()));
    }

    private static Moments scaled(Moments pooled, INDArray factors) {
        INDArray variance = pooled.variance();
        return new Moments(
                        pooled.mean().mulColumnVector(factors),
                        variance == null ? null : variance.mulColumnVector(factors.mul(factors)))
                .shapedAs(pooled.shape());
    }

    /** What each pooled row is multiplied by: 0 without steps. */
    private INDArray factors(StepMask mask, INDArray like) {
        double[] factors = new double[mask.minibatch()];
        for (int n = 0; n < factors.length; n++) {
            int count = mask.count(n);
            double ofSteps = kind == Kind.AVERAGE ? (double) mask.steps() / Math.max(1, count) : 1;
            factors[n] = count == 0 ? 0 : ofSteps;
        }
        return Rows.matrix(factors, factors.length, 1, like.dataType());
    }

    private static Moments lowered(Moments there, Moments all, StepMask mask) {
        INDArray variance = there.variance();
        double deviation = variance == null ? 0 : Math.sqrt(variance.maxNumber().doubleValue());
        double low = Math.min(0, all.mean().minNumber().doubleValue()) - DEVIATIONS * deviation - 1;
        INDArray absent =
                mask.columns(all.shape().channels(), all.mean().dataType()).rsub(1);
        return new Moments(there.mean().add(absent.muli(low)), variance)
                .shapedAs(there.shape())
                .masked(mask);
    }
}
