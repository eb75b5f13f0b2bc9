package io.github.dl4jep.layer;

import io.github.dl4jep.conf.EpActivationLayer;
import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.factor.Unit;
import io.github.dl4jep.factor.UnitMoments;
import io.github.dl4jep.factor.Units;
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
public final class ActivationRuntime extends AbstractLayer<EpActivationLayer> implements EpLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Unit unit;
    private transient @Nullable INDArray gain;
    private transient boolean observed;

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
        UnitMoments activation = unit().moments(message.moments());
        gain = activation.gain();
        observed = message.moments().isObserved();
        return new ForwardMessage(
                activation.moments().shapedAs(message.moments().shape()),
                message.covariance().through(gain));
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return observed ? null : UnitMessages.throughUnit(message, gain);
    }

    @Override
    public void discard() {
        gain = null;
    }

    @Override
    public Moments predict(Moments moments) {
        return unit().moments(moments).moments().shapedAs(moments.shape());
    }

    @Override
    public Moments sample(Moments values) {
        return Moments.observed(unit().activate(values.mean().dup())).shapedAs(values.shape());
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

    private Unit unit() {
        if (unit == null) {
            unit = Units.of(layerConf().getActivationFn());
        }
        return unit;
    }
}
