package io.github.dl4jep.vertex;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.unit.Unit;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.Subsampling1DLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.factory.Nd4j;

/** A map without weights, made for the shape of the input that it sees. */
public final class FixedMapVertex implements Vertex {

    private final EpFixedLayer conf;
    private final Supplier<String> place;
    private final ForShape<FixedMap> maps;

    /**
     * A map.
     *
     * @param conf the layer
     * @param place which layer this is, for messages
     */
    public FixedMapVertex(EpFixedLayer conf, Supplier<String> place) {
        this(conf, null, place);
    }

    private FixedMapVertex(EpFixedLayer conf, @Nullable Unit after, Supplier<String> place) {
        this.conf = conf;
        this.place = place;
        this.maps = new ForShape<>(shape -> FixedMaps.of(
                conf.getOriginal(), new FixedMaps.Context(shape, conf.getMaxPooling(), after, place.get())));
    }

    /**
     * Whether it is a maximum before which a unit can be left out and applied after it: the same for known values, with less to do.
     *
     * @param unit the unit of the vertex before
     * @return false where the unit must come first
     */
    public boolean commutesWith(Unit unit) {
        // A step that is not there counts as 0 after the unit.
        boolean keepsZero = !(conf.getOriginal() instanceof Subsampling1DLayer)
                || unit.activate(Nd4j.zeros(1, 1)).getDouble(0) == 0;
        return keepsZero
                && FixedMaps.isMaximum(conf.getOriginal())
                && conf.getMaxPooling().commutesWith(unit);
    }

    /**
     * This maximum on pre-activations.
     *
     * @param unit a unit that it commutes with, applied after it
     * @return a maximum that orders elements as their activations are
     */
    public FixedMapVertex before(Unit unit) {
        return new FixedMapVertex(conf, unit, place);
    }

    @Override
    public Pass forward(List<ForwardMessage> inputs, Sites pending) {
        ForwardMessage message = inputs.get(0);
        FixedMap.Pass pass = maps.get(message.moments().shape()).forward(message);
        boolean observed = message.moments().isPointMass();
        return new Pass(
                pass.output(), back -> Answer.of(observed ? null : pass.back().apply(back), Sites.NONE));
    }

    @Override
    public Moments predict(List<Moments> inputs) {
        Moments moments = inputs.get(0);
        return maps.get(moments.shape())
                .forward(new ForwardMessage(moments, BatchCovariance.none()))
                .output()
                .moments();
    }

    @Override
    public Moments sample(List<Moments> values) {
        return predict(values);
    }

    @Override
    public boolean heedsMask(Moments input) {
        return maps.get(input.shape()).heedsMask();
    }

    @Override
    public String describe() {
        return place.get();
    }
}
