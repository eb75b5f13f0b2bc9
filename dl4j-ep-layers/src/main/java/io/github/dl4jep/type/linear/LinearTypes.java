package io.github.dl4jep.type.linear;

import io.github.dl4jep.type.LayerType;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;

/** The layer types with weights that are no plain convolutions: one line each. */
public final class LinearTypes {

    private LinearTypes() {}

    /**
     * All of them.
     *
     * @return in no order
     */
    public static List<LayerType<? extends Layer>> all() {
        List<LayerType<? extends Layer>> types = new ArrayList<>();
        types.add(new SeparableType());
        types.add(new ElementWiseType());
        types.addAll(EmbeddingType.all());
        types.addAll(UnsharedType.all());
        types.add(new PreluType());
        return types;
    }
}
