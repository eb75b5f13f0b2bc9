package io.github.dl4jep.layer;

import io.github.dl4jep.conf.EpWeightedLayer;
import io.github.dl4jep.distribution.ExampleFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpWeightedLayer}. */
public final class WeightedRuntime extends LinearUnitRuntime<EpWeightedLayer> {

    private static final long serialVersionUID = 1L;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpWeightedLayer}
     * @param dataType data type of the network
     */
    public WeightedRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    WeightedMap newLinear() {
        return WeightedMaps.map(layerConf(), this::describe, () -> params);
    }

    @Override
    ExampleFormat format() {
        return DataFormats.of(layerConf());
    }

    @Override
    public boolean hasBias() {
        return WeightedMaps.hasBias(layerConf());
    }
}
