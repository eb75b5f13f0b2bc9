package io.github.dl4jep.vertex;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.UnitMoments;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A unit in a sweep, without weights: its moments on the way forward, {@link UnitMessages} on the way back. */
public final class UnitVertex implements EpLayer {

    private final Unit unit;
    private final Supplier<String> place;

    private @Nullable INDArray gain;
    private boolean observed;

    /**
     * A unit.
     *
     * @param unit the unit
     * @param place which layer this is, for messages
     */
    public UnitVertex(Unit unit, Supplier<String> place) {
        this.unit = unit;
        this.place = place;
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        UnitMoments activation = unit.moments(message.moments());
        gain = activation.gain();
        observed = message.moments().isPointMass();
        return new ForwardMessage(
                activation.moments().shapedAs(message.moments().shape()),
                message.covariance().through(gain));
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return observed ? null : UnitMessages.throughUnit(message, gain);
    }

    @Override
    public void discard() {
        gain = null;
    }

    @Override
    public Moments predict(Moments moments) {
        return unit.moments(moments).moments().shapedAs(moments.shape());
    }

    @Override
    public Moments sample(Moments values) {
        return Moments.pointMass(unit.activate(values.mean().dup())).shapedAs(values.shape());
    }

    @Override
    public String describe() {
        return place.get();
    }
}
