package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.vertex.FixedMapVertex;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpFixedLayer}: a map without weights. */
public final class FixedMapRuntime extends AbstractLayer<EpFixedLayer> implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private transient @Nullable FixedMapVertex vertex;

    /**
     * A runtime.
     *
     * @param conf configuration that holds an {@link EpFixedLayer}
     * @param dataType data type of the network
     */
    public FixedMapRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public FixedMapVertex vertex() {
        if (vertex == null) {
            vertex = new FixedMapVertex(layerConf(), this::describe);
        }
        return vertex;
    }

    private String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        ExampleFormat format = DataFormats.of(layerConf().getOriginal());
        Moments values = format.observed(input.castTo(dataType));
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, format.array(vertex().predict(List.of(values))));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    @Override
    public void clearNoiseWeightParams() {
        // No weights, no noise.
    }
}
