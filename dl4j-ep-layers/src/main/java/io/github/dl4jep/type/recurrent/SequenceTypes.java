package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.map.StepsThere;
import io.github.dl4jep.type.FixedType;
import io.github.dl4jep.type.LayerType;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.util.MaskLayer;

/** The layer types of sequences. */
public final class SequenceTypes {

    private SequenceTypes() {}

    /**
     * The types.
     *
     * @return recurrent layers, and what stands around them
     */
    public static List<LayerType<? extends Layer>> all() {
        List<LayerType<? extends Layer>> types = new ArrayList<>(RecurrentType.all());
        types.addAll(BidirectionalType.all());
        types.add(new LastTimeStepType());
        types.add(new MaskZeroType());
        types.add(new TimeDistributedType());
        types.add(new FixedType<>(MaskLayer.class, (layer, context) -> new StepsThere()));
        return types;
    }
}
