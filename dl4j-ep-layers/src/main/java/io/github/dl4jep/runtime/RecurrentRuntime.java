package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpRecurrentLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.recurrent.RecurrentType;
import io.github.dl4jep.type.recurrent.RecurrentVertex;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpRecurrentLayer}. */
public final class RecurrentRuntime extends BaseLayer<EpRecurrentLayer> implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private transient @Nullable RecurrentVertex vertex;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpRecurrentLayer}
     * @param dataType data type of the network
     */
    public RecurrentRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public RecurrentVertex vertex() {
        if (vertex == null) {
            vertex = RecurrentType.vertex(layerConf(), this::describe, () -> params);
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
        ExampleFormat format = DataFormats.of(layerConf().getOriginal());
        Moments values = format.observed(input.castTo(dataType));
        INDArray activation =
                format.array(vertex().point(values.masked(maskArray == null ? null : StepMask.of(maskArray))));
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, activation);
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
