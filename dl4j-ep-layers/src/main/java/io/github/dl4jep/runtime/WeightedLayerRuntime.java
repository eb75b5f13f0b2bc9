package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.linear.LinearMaps;
import io.github.dl4jep.vertex.LinearMap;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpWeightedLayer}. */
public final class WeightedLayerRuntime extends LinearUnitRuntime<EpWeightedLayer> {

    private static final long serialVersionUID = 1L;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpWeightedLayer}
     * @param dataType data type of the network
     */
    public WeightedLayerRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    LinearMap newLinear() {
        return LinearMaps.map(layerConf(), this::describe, () -> params);
    }

    @Override
    ExampleFormat format() {
        return DataFormats.of(layerConf());
    }

    @Override
    public boolean hasBias() {
        return LinearMaps.hasBias(layerConf());
    }
}
