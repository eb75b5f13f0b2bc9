package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
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
    LinearMap newLinear() {
        return maps().potentials();
    }

    @Override
    ReadoutMaps maps() {
        return new ReadoutMaps(
                new LayerWeights(this::describe, layerConf().initializer(), () -> params),
                weights -> new LinearVertex(layerConf().getNIn(), weights));
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
