package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.vertex.UnitVertex;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpActivationLayer}: a unit without weights. */
public final class ActivationRuntime extends AbstractLayer<EpActivationLayer> implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private transient @Nullable UnitVertex vertex;

    /**
     * A runtime.
     *
     * @param conf configuration that holds an {@link EpActivationLayer}
     * @param dataType data type of the network
     */
    public ActivationRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public UnitVertex vertex() {
        if (vertex == null) {
            vertex = new UnitVertex(Units.of(layerConf().getActivationFn()), this::describe);
        }
        return vertex;
    }

    private String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        return layerConf().getActivationFn().getActivation(workspaceMgr.dup(ArrayType.ACTIVATIONS, input), training);
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
