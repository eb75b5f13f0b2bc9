package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.ExampleFormat;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.distribution.SiteStep;
import io.github.dl4jep.factor.Unit;
import io.github.dl4jep.factor.UnitMoments;
import io.github.dl4jep.factor.Units;
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
abstract class LinearUnitRuntime<C extends FeedForwardLayer> extends BaseLayer<C> implements EpLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable WeightedMap linear;
    private transient @Nullable Unit unit;
    private transient @Nullable INDArray gain;

    LinearUnitRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** The layer's weights, for the parameters that {@code getParamTable()} has when they are used. */
    abstract WeightedMap newLinear();

    /** How DL4J's arrays hold this layer's input and activation. */
    abstract ExampleFormat format();

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        ForwardMessage preActivation = linear().forward(message);
        UnitMoments activation = unit().moments(preActivation.moments());
        gain = activation.gain();
        return new ForwardMessage(
                activation.moments().shapedAs(preActivation.moments().shape()),
                preActivation.covariance().through(gain));
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
        Moments preActivation = linear().predict(moments);
        return unit().moments(preActivation).moments().shapedAs(preActivation.shape());
    }

    @Override
    public Moments sample(Moments values) {
        Moments potentials = linear().sample(values);
        return Moments.observed(unit().activate(potentials.mean())).shapedAs(potentials.shape());
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

    private WeightedMap linear() {
        if (linear == null) {
            linear = newLinear();
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
