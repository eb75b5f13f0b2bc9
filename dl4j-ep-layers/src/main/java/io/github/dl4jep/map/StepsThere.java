package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Sequences with zeros at the steps that are not there. */
public final class StepsThere implements FixedMap {

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        return new Pass(zeroed(input), message -> zeroed(message, moments.mask(), moments.shape()));
    }

    /**
     * Activations of what is there, and their covariance.
     *
     * @param input sequences, with their mask
     * @return the same with known zeros at steps that are not there
     */
    public static ForwardMessage zeroed(ForwardMessage input) {
        Moments moments = input.moments();
        StepMask mask = moments.mask();
        BatchCovariance covariance = input.covariance();
        return mask == null
                ? input
                : new ForwardMessage(
                        zeroed(moments),
                        covariance.through(mask.columns(
                                moments.shape().channels(), moments.mean().dataType())));
    }

    /**
     * The same for maps that look at several steps, and have one covariance for all: the mean over the steps that are there.
     *
     * @param input sequences, with their mask
     * @return known zeros at steps that are not there
     */
    public static ForwardMessage averaged(ForwardMessage input) {
        ForwardMessage there = zeroed(input);
        Moments moments = input.moments();
        StepMask mask = moments.mask();
        if (mask == null || there.covariance().steps() == null) {
            return there;
        }
        BatchCovariance mean = mask.meanOfSteps(there.covariance());
        INDArray gain = mask.columns(moments.shape().channels(), moments.mean().dataType());
        return new ForwardMessage(there.moments(), new BatchCovariance(mean.examples(), gain, null));
    }

    /**
     * Activations of what is there.
     *
     * @param moments sequences, with their mask
     * @return the same with known zeros at steps that are not there
     */
    public static Moments zeroed(Moments moments) {
        StepMask mask = moments.mask();
        if (mask == null) {
            return moments;
        }
        INDArray there = mask.columns(moments.shape().channels(), moments.mean().dataType());
        INDArray variance = moments.variance();
        return new Moments(moments.mean().mul(there), variance == null ? null : variance.mul(there))
                .shapedAs(moments.shape())
                .masked(mask);
    }

    /**
     * The message to what is there.
     *
     * @param message message at sequences
     * @param mask which steps are there, or null for all
     * @param shape shape of a sequence
     * @return the same that says nothing to steps that are not there
     */
    public static BackwardMessage zeroed(BackwardMessage message, @Nullable StepMask mask, ExampleShape shape) {
        if (mask == null) {
            return message;
        }
        INDArray there = mask.columns(shape.channels(), message.shift().dataType());
        return new BackwardMessage(
                message.shift().mul(there), message.curvature().mul(there));
    }

    @Override
    public boolean heedsMask() {
        return true;
    }
}
