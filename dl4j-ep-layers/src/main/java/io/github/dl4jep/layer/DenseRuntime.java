package io.github.dl4jep.layer;

import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.distribution.ExampleFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpDenseLayer}. */
public final class DenseRuntime extends LinearUnitRuntime<EpDenseLayer> {

    private static final long serialVersionUID = 1L;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpDenseLayer}
     * @param dataType data type of the network
     */
    public DenseRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    WeightedMap newLinear() {
        return new LinearSweep(layerConf().getNIn(), this::describe, layerConf().initializer(), () -> params);
    }

    @Override
    ExampleFormat format() {
        return ExampleFormat.CHANNELS_FIRST;
    }

    @Override
    public boolean hasBias() {
        return layerConf().isHasBias();
    }
}
