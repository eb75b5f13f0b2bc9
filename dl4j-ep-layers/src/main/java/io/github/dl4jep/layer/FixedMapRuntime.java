package io.github.dl4jep.layer;

import io.github.dl4jep.conf.EpFixedLayer;
import io.github.dl4jep.distribution.BackwardMessage;
import io.github.dl4jep.distribution.BatchCovariance;
import io.github.dl4jep.distribution.ExampleFormat;
import io.github.dl4jep.distribution.ExampleShape;
import io.github.dl4jep.distribution.ForwardMessage;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.factor.FixedMap;
import java.util.function.UnaryOperator;
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

    private transient @Nullable FixedMap map;
    private transient @Nullable ExampleShape shapeOfMap;
    private transient @Nullable UnaryOperator<BackwardMessage> back;

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
        FixedMap.Pass pass = map(message.moments().shape()).forward(message);
        back = message.moments().isObserved() ? null : pass.back();
        return pass.output();
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return back == null ? null : back.apply(message);
    }

    @Override
    public void discard() {
        back = null;
    }

    @Override
    public Moments predict(Moments moments) {
        return map(moments.shape())
                .forward(new ForwardMessage(moments, BatchCovariance.none()))
                .output()
                .moments();
    }

    @Override
    public Moments sample(Moments values) {
        return predict(values);
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

    private FixedMap map(ExampleShape shape) {
        if (map == null || !shape.equals(shapeOfMap)) {
            map = FixedMaps.of(
                    layerConf().getOriginal(),
                    new FixedMaps.Site(shape, layerConf().getMaxPooling(), describe()));
            shapeOfMap = shape;
        }
        return map;
    }
}
