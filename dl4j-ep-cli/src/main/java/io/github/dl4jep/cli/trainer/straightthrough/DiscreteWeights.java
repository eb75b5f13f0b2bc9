package io.github.dl4jep.cli.trainer.straightthrough;

import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.WeightKinds;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.conf.DecidingUnit;
import io.github.dl4jep.unit.Units;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.Adam;

/** Makes the weights of a definition's layers discrete, with the same values as EP gives them. */
public final class DiscreteWeights {
    private DiscreteWeights() {}

    /**
     * Changes the layers. Biases and weights that stay continuous get a learning rate in units of their layer's discrete value c,
     * as the latent weights have: c times the given one. Batch normalization stays as it is.
     *
     * @param definition the definition, changed in place
     * @param kinds the kinds of weights
     * @param adam the updater that all layers have
     * @throws UserException if a layer with weights is of another type than a dense, convolution or output layer
     */
    public static void apply(Definition definition, WeightKinds kinds, Adam adam) {
        List<Definition.Place> outputs = definition.outputs();
        for (Definition.Place place : definition.layers()) {
            Layer layer = place.conf().getLayer();
            boolean last = outputs.contains(place);
            if (isDiscrete(layer)) {
                double gain = last
                        ? 1
                        : Units.of(unitAfter(definition.pathFrom(place))).priorGain();
                apply((FeedForwardLayer) layer, last ? kinds.output() : kinds.hidden(), gain, adam);
            } else if (!(layer instanceof BatchNormalization)
                    && layer.initializer().numParams(place.conf()) > 0) {
                throw new UserException("ste cannot train this network: " + place.name() + " is a "
                        + layer.getClass().getSimpleName()
                        + ", but only dense, convolution and output layers have discrete weights.");
            }
        }
    }

    /** Subclasses of a convolution have other weights. */
    private static boolean isDiscrete(Layer layer) {
        return layer instanceof DenseLayer
                || layer instanceof OutputLayer
                || layer.getClass().equals(ConvolutionLayer.class);
    }

    private static void apply(FeedForwardLayer layer, String kind, double gain, Adam adam) {
        Adam ofContinuous = adam.clone();
        ofContinuous.setLearningRate(adam.getLearningRate() * StraightThrough.scale(layer, gain));
        layer.setBiasUpdater(ofContinuous);
        if (WeightKinds.isDiscrete(kind)) {
            StraightThrough.apply(layer, DiscreteLevels.valueOf(kind.toUpperCase(Locale.ROOT)), gain);
        } else {
            layer.setIUpdater(ofContinuous);
        }
    }

    private static IActivation unitAfter(List<Definition.Place> path) {
        List<Layer> layers = path.stream().map(place -> place.conf().getLayer()).toList();
        IActivation own = ((BaseLayer) layers.get(0)).getActivationFn();
        int deciding = DecidingUnit.indexOf(layers, 0, own);
        return deciding != 0 && layers.get(deciding) instanceof ActivationLayer after ? after.getActivationFn() : own;
    }
}
