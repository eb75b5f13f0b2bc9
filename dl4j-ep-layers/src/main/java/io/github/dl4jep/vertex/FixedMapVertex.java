package io.github.dl4jep.vertex;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.map.FixedMap;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.FixedMaps;
import io.github.dl4jep.unit.Unit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A map without weights in a sweep, made for the shape of the input that it sees. */
public final class FixedMapVertex implements EpLayer {

    private final EpFixedLayer conf;
    private final @Nullable Unit behind;
    private final Supplier<String> place;

    private @Nullable FixedMap map;
    private @Nullable ExampleShape shapeOfMap;
    private @Nullable UnaryOperator<BackwardMessage> back;

    /**
     * A map.
     *
     * @param conf the layer
     * @param place which layer this is, for messages
     */
    public FixedMapVertex(EpFixedLayer conf, Supplier<String> place) {
        this(conf, null, place);
    }

    private FixedMapVertex(EpFixedLayer conf, @Nullable Unit behind, Supplier<String> place) {
        this.conf = conf;
        this.behind = behind;
        this.place = place;
    }

    @Override
    public @Nullable EpLayer withUnitAfter(Unit unit) {
        return FixedMaps.isMaximum(conf.getOriginal()) && conf.getMaxPooling().commutesWith(unit)
                ? new LayerChain(new FixedMapVertex(conf, unit, place), new UnitVertex(unit, place))
                : null;
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        FixedMap.Pass pass = map(message.moments().shape()).forward(message);
        back = message.moments().isPointMass() ? null : pass.back();
        return pass.output();
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return back == null ? null : back.apply(message);
    }

    @Override
    public void discard() {
        back = null;
    }

    @Override
    public Moments predict(Moments moments) {
        return map(moments.shape())
                .forward(new ForwardMessage(moments, BatchCovariance.none()))
                .output()
                .moments();
    }

    @Override
    public Moments sample(Moments values) {
        return predict(values);
    }

    @Override
    public String describe() {
        return place.get();
    }

    private FixedMap map(ExampleShape shape) {
        if (map == null || !shape.equals(shapeOfMap)) {
            map = FixedMaps.of(
                    conf.getOriginal(), new FixedMaps.Context(shape, conf.getMaxPooling(), behind, describe()));
            shapeOfMap = shape;
        }
        return map;
    }
}
