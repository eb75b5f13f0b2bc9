package io.github.dl4jep.vertex;

import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.UnitMoments;
import java.util.List;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A unit, without weights: its moments on the way forward, {@link UnitMessages} on the way back. */
public final class UnitVertex implements Vertex {

    private final Unit unit;
    private final Supplier<String> place;

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

    /**
     * The unit.
     *
     * @return the unit
     */
    public Unit unit() {
        return unit;
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        UnitMoments activation = unit.moments(message.moments());
        INDArray gain = activation.gain();
        boolean observed = message.moments().isPointMass();
        ForwardMessage output = new ForwardMessage(
                activation.moments().shapedAs(message.moments().shape()),
                message.covariance().through(gain));
        return new Pass(output, back -> Answer.of(observed ? null : UnitMessages.throughUnit(back, gain), Sites.NONE));
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        Moments moments = inputs.get(0);
        return unit.moments(moments).moments().shapedAs(moments.shape());
    }

    @Override
    public Moments sample(List<Moments> inputs) {
        Moments values = inputs.get(0);
        return Moments.pointMass(unit.activate(values.mean().dup())).shapedAs(values.shape());
    }

    @Override
    public boolean heedsMask(Moments input) {
        return true;
    }

    @Override
    public String describe() {
        return place.get();
    }
}
