package io.github.dl4jep.convert;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Definitions that end in an activation layer or a dense layer and take no labels, as DL4J's SimpleCNN does, and what its Keras
 * importer makes of a model without its training configuration.
 */
final class MissingOutput {

    /** The problem of such a layer at the end. */
    private static final String REPLACEABLE =
            "it takes no labels; make it an output with EpNetworks.withOutput(configuration), or put"
                    + " an output layer behind it";

    /** The loss that belongs to an activation at the end. */
    private static final Map<Class<?>, LossFunction> LOSSES = Map.of(
            ActivationSoftmax.class, LossFunction.MCXENT,
            ActivationSigmoid.class, LossFunction.XENT,
            ActivationIdentity.class, LossFunction.MSE);

    private MissingOutput() {}

    /** Refuses such a layer where nothing reads it; of a dense layer in a graph the outputs are checked elsewhere. */
    static void refuse(Layer layer, LayerNode node) {
        boolean isEnd = node.readers().isEmpty() && (node.isInChain() || layer instanceof ActivationLayer);
        if (isEnd && lossOf(layer) != null) {
            throw new UnsupportedOperationException(REPLACEABLE);
        }
    }

    private static @Nullable LossFunction lossOf(Layer layer) {
        if (layer instanceof DenseLayer dense && !dense.hasLayerNorm()) {
            return LOSSES.get(dense.getActivationFn().getClass());
        }
        return layer instanceof ActivationLayer activation
                ? LOSSES.get(activation.getActivationFn().getClass())
                : null;
    }

    /** The definition whose last activation layer is a loss layer, or last dense layer an output layer. */
    static MultiLayerConfiguration replaced(MultiLayerConfiguration configuration) {
        MultiLayerConfiguration copy = configuration.clone();
        List<NeuralNetConfiguration> layers = copy.getConfs();
        NeuralNetConfiguration last = layers.get(layers.size() - 1);
        LossFunction loss = lossOf(last.getLayer());
        if (loss == null) {
            throw new DL4JInvalidConfigException("The last layer (index " + (layers.size() - 1) + ") is of type "
                    + last.getLayer().getClass().getSimpleName()
                    + ", allowed is an ActivationLayer or a DenseLayer with softmax, sigmoid or identity; put an output"
                    + " layer behind it");
        }
        last.setLayer(
                last.getLayer() instanceof DenseLayer dense
                        ? output(dense, loss)
                        : loss((ActivationLayer) last.getLayer(), loss));
        last.clearVariables();
        return copy;
    }

    private static LossLayer loss(ActivationLayer activation, LossFunction loss) {
        LossLayer output = new LossLayer.Builder(loss)
                .activation(activation.getActivationFn())
                .name(activation.getLayerName())
                .build();
        output.setIUpdater(new NoOp());
        return output;
    }

    private static OutputLayer output(DenseLayer dense, LossFunction loss) {
        OutputLayer output = new OutputLayer.Builder(loss)
                .name(dense.getLayerName())
                .nIn(dense.getNIn())
                .nOut(dense.getNOut())
                .hasBias(dense.hasBias())
                .activation(dense.getActivationFn())
                .weightInit(dense.getWeightInitFn())
                .build();
        output.setBiasInit(dense.getBiasInit());
        output.setIUpdater(dense.getIUpdater());
        return output;
    }
}
