package io.github.dl4jep.stock;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.compact.CompactLayer;
import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.compact.CompactUnit;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;

/**
 * The compact form of a plain DL4J network. Weights are recognised by their values: all of one size in a column, with or without
 * zeros, are discrete; others are kept as numbers of 32 bits, which only the output layer may have.
 */
public final class CompactExport {

    private final MultiLayerNetwork network;
    private final List<String> problems = new ArrayList<>();
    private final List<CompactLayer> layers = new ArrayList<>();

    /** Index of the layer whose weights wait for their activation; -1 if none does. */
    private int open = -1;

    private CompactExport(MultiLayerNetwork network) {
        this.network = network;
    }

    /**
     * The bit-packed network of a plain DL4J network whose weights are discrete already.
     *
     * @param network such as {@code toPointNetwork()} of an EP network makes; not changed
     * @return the compact network
     * @throws DL4JInvalidConfigException if a layer has no compact form; lists all that have none
     */
    public static CompactNetwork of(MultiLayerNetwork network) {
        CompactExport export = new CompactExport(network);
        for (int i = 0; i < network.getnLayers(); i++) {
            export.checkPreProcessor(i);
            export.add(i);
        }
        if (export.open >= 0) {
            export.problem(export.open, "its activation identity has no Heaviside unit and no loss after it");
        }
        if (!export.problems.isEmpty()) {
            throw new DL4JInvalidConfigException("This network has no compact form, for " + export.problems.size()
                    + " reason(s):\n - " + String.join("\n - ", export.problems));
        }
        return CompactNetwork.of(export.layers);
    }

    private void checkPreProcessor(int index) {
        InputPreProcessor preProcessor = network.getLayerWiseConfigurations().getInputPreProcess(index);
        // In front of the first layer flattening is the caller's, who gives rows of features.
        if (preProcessor != null && !(index == 0 && preProcessor instanceof CnnToFeedForwardPreProcessor)) {
            problem(index, "preprocessor " + preProcessor.getClass().getSimpleName() + " in front of it; remove it");
        }
    }

    private void add(int index) {
        Layer layer = layer(index);
        if (layer instanceof DenseLayer || layer instanceof OutputLayer) {
            weights(index, ((BaseLayer) layer).getActivationFn(), layer instanceof OutputLayer);
        } else if (layer instanceof ActivationLayer activation) {
            close(index, activation.getActivationFn(), false);
        } else if (layer instanceof LossLayer loss) {
            close(index, loss.getActivationFn(), true);
        } else if (!(layer instanceof DropoutLayer)) {
            problem(index, "only dense, output, activation, loss and dropout layers can be written");
        }
    }

    private void weights(int index, IActivation activation, boolean isOutput) {
        if (open >= 0) {
            problem(open, "hidden activation is identity, allowed is ActivationHeaviside");
        }
        open = index;
        if (isOutput || !(activation instanceof ActivationIdentity)) {
            close(index, activation, isOutput);
        }
    }

    /** Joins the waiting weights and the activation of layer {@code index}. */
    private void close(int index, IActivation activation, boolean isOutput) {
        if (!isOutput && activation instanceof ActivationIdentity) {
            return;
        }
        CompactUnit unit = unit(activation, isOutput);
        if (unit == null) {
            problem(
                    index,
                    isOutput
                            ? "output activation is " + activation + ", allowed are identity, softmax and sigmoid"
                            : "hidden activation is " + activation
                                    + ", allowed is ActivationHeaviside (a deterministic threshold)");
        } else if (open < 0) {
            problem(index, "activation without weights in front of it; use it in a dense layer");
        } else {
            layer(open, unit);
        }
        open = -1;
    }

    private static @Nullable CompactUnit unit(IActivation activation, boolean isOutput) {
        if (!isOutput) {
            return activation instanceof ActivationHeaviside ? CompactUnit.HEAVISIDE : null;
        }
        if (activation instanceof ActivationIdentity) {
            return CompactUnit.IDENTITY;
        }
        if (activation instanceof ActivationSoftmax) {
            return CompactUnit.SOFTMAX;
        }
        return activation instanceof ActivationSigmoid ? CompactUnit.SIGMOID : null;
    }

    private void layer(int index, CompactUnit unit) {
        org.deeplearning4j.nn.api.Layer runtime = network.getLayer(index);
        double[][] weights =
                runtime.getParam(DefaultParamInitializer.WEIGHT_KEY).toDoubleMatrix();
        double[] bias = runtime.paramTable().containsKey(DefaultParamInitializer.BIAS_KEY)
                ? runtime.getParam(DefaultParamInitializer.BIAS_KEY).toDoubleVector()
                : null;
        SignsAndScales discrete = SignsAndScales.of(weights);
        if (discrete == null && unit == CompactUnit.HEAVISIDE) {
            problem(index, "its weights are continuous; hidden layers need weights in {-c, +c} or {-c, 0, +c}");
            return;
        }
        try {
            layers.add(
                    discrete == null
                            ? CompactLayer.continuous(floats(weights), bias, unit)
                            : CompactLayer.discrete(discrete.signs(), discrete.scales(), bias, unit));
        } catch (IllegalArgumentException e) {
            problem(index, String.valueOf(e.getMessage()));
        }
    }

    private static float[][] floats(double[][] values) {
        float[][] floats = new float[values.length][];
        for (int i = 0; i < values.length; i++) {
            floats[i] = new float[values[i].length];
            for (int j = 0; j < values[i].length; j++) {
                floats[i][j] = (float) values[i][j];
            }
        }
        return floats;
    }

    private Layer layer(int index) {
        return network.getLayer(index).conf().getLayer();
    }

    private void problem(int index, String what) {
        Layer layer = layer(index);
        String name = layer.getLayerName() == null ? "layer" + index : layer.getLayerName();
        problems.add("layer \"" + name + "\" (index " + index + ", "
                + layer.getClass().getSimpleName() + "): " + what);
    }
}
