package io.github.dl4jep.type.recurrent;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.ConversionPlace;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.vertex.CompositeVertex;
import io.github.dl4jep.vertex.Rearrangement;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.AutoEncoder;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.TimeDistributed;

/** A feed-forward layer that sees every step by itself. */
public final class TimeDistributedType extends WrapperType<TimeDistributed> {

    private static final Set<Class<?>> INSIDE =
            Set.of(DenseLayer.class, AutoEncoder.class, ActivationLayer.class, DropoutLayer.class);

    /** The only one. */
    public TimeDistributedType() {
        super(TimeDistributed.class);
    }

    @Override
    public Layer convert(TimeDistributed layer, ConversionPlace place) {
        if (!INSIDE.contains(layer.getUnderlying().getClass())) {
            throw new UnsupportedOperationException("it wraps a layer of the type "
                    + layer.getUnderlying().getClass().getSimpleName() + ", allowed are "
                    + INSIDE.stream().map(Class::getSimpleName).sorted().collect(Collectors.toList()));
        }
        return super.convert(layer, place);
    }

    @Override
    public ExampleFormat format(TimeDistributed layer) {
        return DataFormats.of(layer.getRnnDataFormat());
    }

    @Override
    Vertex around(TimeDistributed wrapper, Vertex inside, Supplier<String> place) {
        return CompositeVertex.chain(List.of(new Rearrangement(place.get(), new StepColumns(false)), inside));
    }

    @Override
    TimeDistributed with(TimeDistributed wrapper, Layer inside) {
        return new TimeDistributed(inside, wrapper.getRnnDataFormat());
    }
}
