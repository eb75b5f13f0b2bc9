package io.github.dl4jep.conf;

import io.github.dl4jep.runtime.ActivationRuntime;
import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A unit as a layer of its own. Also what a dropout layer becomes, with the identity.
 *
 * <p>Quality: Preview.
 */
public class EpActivationLayer extends ActivationLayer implements EpConf {

    private static final long serialVersionUID = 1L;

    /** For Jackson. */
    public EpActivationLayer() {}

    /**
     * A layer for an activation.
     *
     * @param layerName name of the layer, or null
     * @param activation any elementwise activation without parameters
     */
    public EpActivationLayer(@Nullable String layerName, IActivation activation) {
        super(activation);
        setLayerName(layerName);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> trainingListeners,
            int layerIndex,
            @Nullable INDArray layerParamsView,
            boolean initializeParams,
            DataType networkDataType) {
        ActivationRuntime runtime = new ActivationRuntime(conf, networkDataType);
        runtime.setListeners(trainingListeners);
        runtime.setIndex(layerIndex);
        runtime.setConf(conf);
        return runtime;
    }

    @Override
    public EpActivationLayer definition() {
        return this;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof EpActivationLayer;
    }
}
