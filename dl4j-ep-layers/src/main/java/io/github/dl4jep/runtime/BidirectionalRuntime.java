package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpBidirectionalLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.recurrent.BidirectionalType;
import io.github.dl4jep.vertex.CompositeVertex;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpBidirectionalLayer}. */
public final class BidirectionalRuntime extends BaseLayer<EpBidirectionalLayer> implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private transient @Nullable CompositeVertex vertex;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpBidirectionalLayer}
     * @param dataType data type of the network
     */
    public BidirectionalRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public CompositeVertex vertex() {
        if (vertex == null) {
            vertex = BidirectionalType.vertex(layerConf(), this::describe, () -> params);
        }
        return vertex;
    }

    private String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    /** The point network's activation: what DL4J's own forward pass gives. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        ExampleFormat format = DataFormats.of(layerConf());
        Moments values = format.observed(input.castTo(dataType));
        Moments activation = BidirectionalType.pointVertex(layerConf(), this::describe, () -> params)
                .sample(List.of(values));
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, format.array(activation));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}
