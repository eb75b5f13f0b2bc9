package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpBatchNormalization;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.vertex.NormalizationVertex;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpBatchNormalization}. */
public final class BatchNormalizationRuntime extends BaseLayer<EpBatchNormalization> implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private transient @Nullable NormalizationVertex vertex;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpBatchNormalization}
     * @param dataType data type of the network
     */
    public BatchNormalizationRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public NormalizationVertex vertex() {
        if (vertex == null) {
            vertex = new NormalizationVertex(layerConf(), this::describe, () -> params);
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
        INDArray values = format.array(vertex().point(format.observed(input.castTo(dataType))));
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, values);
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
