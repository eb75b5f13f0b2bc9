package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpConvolutionLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.linear.ConvolutionWindows;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.MaskedConvolution;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.nd4j.linalg.api.buffer.DataType;

/** Runtime of {@link EpConvolutionLayer}. */
public final class ConvolutionRuntime extends LinearUnitRuntime<EpConvolutionLayer> {

    private static final long serialVersionUID = 1L;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpConvolutionLayer}
     * @param dataType data type of the network
     */
    public ConvolutionRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    LinearMap newLinear() {
        return maps().potentials();
    }

    @Override
    ReadoutMaps maps() {
        return new ReadoutMaps(new LayerWeights(this::describe, layerConf().initializer(), () -> params), this::linear);
    }

    private LinearMap linear(LayerWeights weights) {
        ConvolutionWindows windows = ConvolutionWindows.of(layerConf().getOriginal());
        LinearVertex linear = new LinearVertex(layerConf().getNIn(), windows.placement(), windows.groups(), weights);
        return windows.placement().isTransposed() ? linear : new MaskedConvolution(linear, windows.placement());
    }

    @Override
    ExampleFormat format() {
        return DataFormats.of(layerConf().getOriginal());
    }

    @Override
    public boolean hasBias() {
        return layerConf().getOriginal().hasBias();
    }
}
