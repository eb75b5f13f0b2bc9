package io.github.dl4jep.map;

import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import java.util.function.UnaryOperator;

/**
 * Windows on sequences or images of which some steps or positions are not there: these are zeros, as what is around them, and a window that
 * sees none of the others is not there.
 *
 * @param windows the map without a mask
 * @param after which windows are there, of which steps are
 */
public record MaskedWindows(FixedMap windows, UnaryOperator<StepMask> after) implements FixedMap {

    @Override
    public boolean heedsMask() {
        return true;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        StepMask mask = moments.mask();
        if (mask == null) {
            return windows.forward(input);
        }
        Pass pass = windows.forward(StepsThere.averaged(input));
        StepMask there = after.apply(mask);
        Moments output = pass.output().moments().masked(there);
        return new Pass(
                new ForwardMessage(output, pass.output().covariance()),
                message -> StepsThere.zeroed(
                        pass.back().apply(StepsThere.zeroed(message, there, output.shape())), mask, moments.shape()));
    }
}
