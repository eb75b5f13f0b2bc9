package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.vertex.CompositeVertex;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.util.MaskZeroLayer;

/** A recurrent layer that leaves out steps of one value, as after Keras' masking. */
public final class MaskZeroType extends WrapperType<MaskZeroLayer> {

    /** The only one. */
    public MaskZeroType() {
        super(MaskZeroLayer.class);
    }

    @Override
    Vertex around(MaskZeroLayer wrapper, Vertex inside, Supplier<String> place) {
        return CompositeVertex.chain(List.of(new ValueMaskVertex(wrapper.getMaskingValue(), place), inside));
    }

    @Override
    MaskZeroLayer with(MaskZeroLayer wrapper, Layer inside) {
        return new MaskZeroLayer(inside, wrapper.getMaskingValue());
    }
}
