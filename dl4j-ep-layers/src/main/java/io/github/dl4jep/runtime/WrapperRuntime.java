package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpWrapperLayer;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.type.recurrent.WrapperType;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.wrapper.BaseWrapperLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpWrapperLayer}. */
public final class WrapperRuntime extends BaseWrapperLayer implements EpRuntime {

    private static final long serialVersionUID = 1L;

    private final NeuralNetConfiguration conf;
    private final EpWrapperLayer wrapper;
    private final transient EpRuntime layer;
    private transient @Nullable Vertex vertex;

    /**
     * A runtime.
     *
     * @param conf configuration that holds the wrapper
     * @param wrapper the wrapper
     * @param underlying the runtime of the layer in it
     * @param layer the same object
     */
    public WrapperRuntime(NeuralNetConfiguration conf, EpWrapperLayer wrapper, Layer underlying, EpRuntime layer) {
        super(underlying);
        this.conf = conf;
        this.wrapper = wrapper;
        this.layer = layer;
    }

    @Override
    public NeuralNetConfiguration conf() {
        return conf;
    }

    /**
     * The DL4J wrapper.
     *
     * @return the wrapper, with the DL4J layer in it
     */
    public org.deeplearning4j.nn.conf.layers.wrapper.BaseWrapperLayer wrapper() {
        return wrapper.getOriginal();
    }

    @Override
    public Vertex vertex() {
        if (vertex == null) {
            vertex = WrapperType.vertex(wrapper.getOriginal(), layer.vertex(), this::describe);
        }
        return vertex;
    }

    private String describe() {
        return NotTrainedByGradients.describe(wrapper.getLayerName(), getIndex());
    }

    /** The point network's activation. */
    @Override
    public INDArray activate(INDArray input, boolean training, LayerWorkspaceMgr workspaceMgr) {
        setInput(input, workspaceMgr);
        return activate(training, workspaceMgr);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        ExampleFormat format = DataFormats.of(wrapper);
        ExampleFormat inside = DataFormats.of(wrapper.getUnderlying());
        Vertex around = WrapperType.vertex(
                wrapper.getOriginal(), new PointVertex(getUnderlying(), inside, this::describe), this::describe);
        INDArray activation = format.array(around.sample(List.of(format.observed(input()))));
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, activation);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }
}
