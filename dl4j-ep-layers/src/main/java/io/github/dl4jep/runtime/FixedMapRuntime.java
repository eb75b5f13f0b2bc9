package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.unit.Unit;
import io.github.dl4jep.vertex.EpLayer;
import io.github.dl4jep.vertex.FixedMapVertex;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpFixedLayer}: a map without weights. */
public final class FixedMapRuntime extends AbstractLayer<EpFixedLayer> implements EpLayer {

    private static final long serialVersionUID = 1L;

    private transient @Nullable FixedMapVertex sweep;

    /**
     * A runtime.
     *
     * @param conf configuration that holds an {@link EpFixedLayer}
     * @param dataType data type of the network
     */
    public FixedMapRuntime(NeuralNetConfiguration conf, DataType dataType) {
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
    public @Nullable EpLayer withUnitAfter(Unit unit) {
        return sweep().withUnitAfter(unit);
    }

    @Override
    public String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        ExampleFormat format = DataFormats.of(layerConf().getOriginal());
        return workspaceMgr.leverageTo(
                ArrayType.ACTIVATIONS, format.array(predict(format.observed(input.castTo(dataType)))));
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

    private FixedMapVertex sweep() {
        if (sweep == null) {
            sweep = new FixedMapVertex(layerConf(), this::describe);
        }
        return sweep;
    }
}
