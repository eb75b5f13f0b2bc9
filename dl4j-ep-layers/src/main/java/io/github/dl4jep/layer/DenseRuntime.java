package io.github.dl4jep.layer;

import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import io.github.dl4jep.factor.Unit;
import io.github.dl4jep.factor.UnitMoments;
import io.github.dl4jep.factor.Units;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpDenseLayer}: linear factor, then unit. */
public final class DenseRuntime extends BaseLayer<EpDenseLayer> implements EpLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LinearSweep linear;
    private transient @Nullable Unit unit;
    private transient @Nullable INDArray gain;

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
    public ForwardMessage forward(ForwardMessage message) {
        ForwardMessage preActivation = linear().forward(message);
        UnitMoments activation = unit().moments(preActivation.moments());
        gain = activation.gain();
        return new ForwardMessage(
                activation.moments(), preActivation.covariance().through(gain));
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return linear().backward(UnitMessages.throughUnit(message, gain));
    }

    @Override
    public boolean hasFiniteSites() {
        return linear().hasFiniteSites();
    }

    @Override
    public void commit(SiteStep step) {
        linear().commit(step);
        gain = null;
    }

    @Override
    public void discard() {
        linear().discard();
        gain = null;
    }

    @Override
    public Moments predict(Moments moments) {
        return unit().moments(linear().predict(moments)).moments();
    }

    @Override
    public INDArray sample(INDArray values) {
        return unit().activate(linear().sample(values));
    }

    @Override
    public String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    /** The point network's activation: what DL4J's own forward pass gives. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        INDArray preOutput = linear().point(input.castTo(dataType));
        return workspaceMgr.leverageTo(
                org.deeplearning4j.nn.workspace.ArrayType.ACTIVATIONS,
                layerConf().getActivationFn().getActivation(preOutput, training));
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }

    @Override
    public boolean hasBias() {
        return layerConf().isHasBias();
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }

    private LinearSweep linear() {
        if (linear == null) {
            linear = new LinearSweep(
                    layerConf().getNIn(), this::describe, layerConf().initializer(), () -> params);
        }
        return linear;
    }

    private Unit unit() {
        if (unit == null) {
            unit = Units.of(layerConf().getActivationFn());
        }
        return unit;
    }
}
