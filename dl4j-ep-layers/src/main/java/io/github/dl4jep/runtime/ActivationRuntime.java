package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.vertex.EpLayer;
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
public final class ActivationRuntime extends AbstractLayer<EpActivationLayer> implements UnitLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Unit unit;
    private transient @Nullable UnitVertex sweep;

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
    public ForwardMessage forward(ForwardMessage message) {
        return sweep().forward(message);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return sweep().backward(message);
    }

    @Override
    public void discard() {
        sweep().discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return sweep().predict(moments);
    }

    @Override
    public Moments sample(Moments values) {
        return sweep().sample(values);
    }

    @Override
    public String describe() {
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

    @Override
    public EpLayer withoutUnit() {
        return new UnitVertex(new IdentityUnit(), this::describe);
    }

    @Override
    public Unit unit() {
        if (unit == null) {
            unit = Units.of(layerConf().getActivationFn());
        }
        return unit;
    }

    private UnitVertex sweep() {
        if (sweep == null) {
            sweep = new UnitVertex(unit(), this::describe);
        }
        return sweep;
    }
}
