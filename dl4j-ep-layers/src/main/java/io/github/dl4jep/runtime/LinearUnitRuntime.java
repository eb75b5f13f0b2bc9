package io.github.dl4jep.runtime;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.unit.Units;
import io.github.dl4jep.vertex.CompositeVertex;
import io.github.dl4jep.vertex.LinearMap;
import io.github.dl4jep.vertex.UnitVertex;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
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
abstract class LinearUnitRuntime<C extends FeedForwardLayer> extends BaseLayer<C> implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LinearMap linear;
    private transient @Nullable CompositeVertex vertex;

    LinearUnitRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** The layer's weights, for the parameters that {@code getParamTable()} has when they are used. */
    abstract LinearMap newLinear();

    /** The same weights where labels may follow them in a loss layer; null for a layer of another kind. */
    @Nullable
    ReadoutMaps maps() {
        return null;
    }

    /** How DL4J's arrays hold this layer's input and activation. */
    abstract ExampleFormat format();

    /** Linear map, then unit. */
    @Override
    public CompositeVertex vertex() {
        if (vertex == null) {
            Unit unit = Units.of(layerConf().getActivationFn());
            ReadoutMaps maps = maps();
            Vertex map = maps != null && maps.areTwo() ? ReadoutMaps.emphasised(linear()) : linear();
            vertex = CompositeVertex.chain(List.of(map, new UnitVertex(unit, this::describe)));
        }
        return vertex;
    }

    final String describe() {
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

    private LinearMap linear() {
        if (linear == null) {
            linear = newLinear();
        }
        return linear;
    }
}
