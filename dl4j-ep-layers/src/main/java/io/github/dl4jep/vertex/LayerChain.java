package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.SiteStep;
import org.jspecify.annotations.Nullable;

/** Two layers as one. */
class LayerChain implements EpLayer {

    private final EpLayer first;
    private final EpLayer second;

    /**
     * A chain, in messages called by the name of the first.
     *
     * @param first sees the input
     * @param second sees what the first gives
     */
    LayerChain(EpLayer first, EpLayer second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public final ForwardMessage forward(ForwardMessage message) {
        return second.forward(first.forward(message));
    }

    @Override
    public final @Nullable BackwardMessage backward(BackwardMessage message) {
        BackwardMessage between = second.backward(message);
        return between == null ? null : first.backward(between);
    }

    @Override
    public final boolean hasFiniteSites() {
        return first.hasFiniteSites() && second.hasFiniteSites();
    }

    @Override
    public final void commit(SiteStep step) {
        first.commit(step);
        second.commit(step);
    }

    @Override
    public final void discard() {
        first.discard();
        second.discard();
    }

    @Override
    public final Moments predict(Moments moments) {
        return second.predict(first.predict(moments));
    }

    @Override
    public final Moments sample(Moments values) {
        return second.sample(first.sample(values));
    }

    @Override
    public final String describe() {
        return first.describe();
    }
}
