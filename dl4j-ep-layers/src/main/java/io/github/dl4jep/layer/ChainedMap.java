package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import org.jspecify.annotations.Nullable;

/**
 * Two arrays of weights in one layer, one behind the other with no unit between, as in a separable convolution.
 *
 * @param first sees the input
 * @param second sees what the first gives
 */
record ChainedMap(WeightedMap first, WeightedMap second) implements WeightedMap {

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        return second.forward(first.forward(message));
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        BackwardMessage between = second.backward(message);
        return between == null ? null : first.backward(between);
    }

    @Override
    public boolean hasFiniteSites() {
        return first.hasFiniteSites() && second.hasFiniteSites();
    }

    @Override
    public void commit(SiteStep step) {
        first.commit(step);
        second.commit(step);
    }

    @Override
    public void discard() {
        first.discard();
        second.discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return second.predict(first.predict(moments));
    }

    @Override
    public Moments sample(Moments values) {
        return second.sample(first.sample(values));
    }

    @Override
    public Moments point(Moments values) {
        return second.point(first.point(values));
    }
}
