package io.github.dl4jep.vertex;

import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.List;
import java.util.Map;

/** Two arrays of weights in one layer, one after the other with no unit between, as in a separable convolution. */
public final class ChainedMap implements LinearMap {

    private final LinearMap first;
    private final LinearMap second;

    /**
     * A chain.
     *
     * @param first sees the input
     * @param second sees what the first gives
     */
    public ChainedMap(LinearMap first, LinearMap second) {
        this.first = first;
        this.second = second;
    }

    private CompositeVertex both() {
        return CompositeVertex.chain(List.of(first, second));
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        return both().forward(inputs, pending);
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        return both().predict(inputs);
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        return both().sample(inputs);
    }

    @Override
    public Moments point(Moments values) {
        return second.point(first.point(values));
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return first.describe();
    }

    @Override
    public Map<ParameterKey, Learner> learners() {
        return both().learners();
    }
}
