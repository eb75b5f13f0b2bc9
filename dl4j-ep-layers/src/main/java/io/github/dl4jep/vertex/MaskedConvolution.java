package io.github.dl4jep.vertex;

import io.github.dl4jep.map.StepsThere;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of sequences or images of which some steps or positions are not there: these are zeros, as what is around them, and a window
 * that sees none of the others is not there.
 *
 * @param convolution the convolution
 * @param windows its windows
 */
public record MaskedConvolution(LinearVertex convolution, Windows windows) implements LinearMap {

    private @Nullable StepMask after(Moments input) {
        StepMask mask = input.mask();
        return mask == null ? null : windows.after(mask, windows.on(input.shape(), describe()));
    }

    private Moments masked(Moments output, Moments input) {
        StepMask mask = after(input);
        return mask == null ? output : output.masked(mask);
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage input = inputs.get(0);
        Moments moments = input.moments();
        StepMask mask = moments.mask();
        if (mask == null) {
            return convolution.forward(inputs, pending);
        }
        Pass pass = convolution.forward(List.of(StepsThere.averaged(input)), pending);
        Moments output = masked(pass.output().moments(), moments);
        StepMask there = Objects.requireNonNull(output.mask());
        BatchCovariance covariance = there.meanOfSteps(pass.output().covariance());
        return new Pass(new ForwardMessage(output, covariance), message -> {
            Answer answer = pass.back().answer(StepsThere.zeroed(message, there, output.shape()));
            BackwardMessage toInput = answer.toInputs().get(0);
            return Answer.of(
                    toInput == null ? null : StepsThere.zeroed(toInput, mask, moments.shape()), answer.sites());
        });
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return masked(convolution.predict(List.of(StepsThere.zeroed(inputs.get(0)))), inputs.get(0));
    }

    @Override
    public Moments sample(List<Moments> values) {
        return masked(convolution.sample(List.of(StepsThere.zeroed(values.get(0)))), values.get(0));
    }

    @Override
    public Moments point(Moments values) {
        return convolution.point(values);
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return convolution.describe();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return convolution.learners();
    }
}
