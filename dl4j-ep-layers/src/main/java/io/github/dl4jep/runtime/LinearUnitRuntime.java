package io.github.dl4jep.runtime;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.vertex.EpLayer;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.UnitVertex;
import io.github.dl4jep.weight.SiteStep;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runtime of a layer with weights and a unit: linear factor, then unit.
 *
 * @param <C> the layer's configuration
 */
abstract class LinearUnitRuntime<C extends FeedForwardLayer> extends BaseLayer<C> implements UnitLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LinearMap linear;
    private transient @Nullable Unit unit;
    private transient @Nullable UnitVertex activation;

    LinearUnitRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** The layer's weights, for the parameters that {@code getParamTable()} has when they are used. */
    abstract LinearMap newLinear();

    /** How DL4J's arrays hold this layer's input and activation. */
    abstract ExampleFormat format();

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        return activation().forward(linear().forward(message));
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        BackwardMessage toPreActivation = activation().backward(message);
        return toPreActivation == null ? null : linear().backward(toPreActivation);
    }

    @Override
    public boolean hasFiniteSites() {
        return linear().hasFiniteSites();
    }

    @Override
    public void commit(SiteStep step) {
        linear().commit(step);
        activation().discard();
    }

    @Override
    public void discard() {
        linear().discard();
        activation().discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return activation().predict(linear().predict(moments));
    }

    @Override
    public Moments sample(Moments values) {
        return activation().sample(linear().sample(values));
    }

    @Override
    public String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    /** The point network's activation: what DL4J's own forward pass gives. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        INDArray preOutput = format().array(linear().point(format().observed(input.castTo(dataType))));
        return workspaceMgr.leverageTo(
                ArrayType.ACTIVATIONS, layerConf().getActivationFn().getActivation(preOutput, training));
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
    public EpLayer withoutUnit() {
        return linear();
    }

    @Override
    public Unit unit() {
        if (unit == null) {
            unit = Units.of(layerConf().getActivationFn());
        }
        return unit;
    }

    private LinearMap linear() {
        if (linear == null) {
            linear = newLinear();
        }
        return linear;
    }

    private UnitVertex activation() {
        if (activation == null) {
            activation = new UnitVertex(unit(), this::describe);
        }
        return activation;
    }
}
