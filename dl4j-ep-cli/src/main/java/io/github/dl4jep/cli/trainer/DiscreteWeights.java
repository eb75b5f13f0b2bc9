package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.definition.WeightKinds;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.straightthrough.DiscreteLevels;
import io.github.dl4jep.cli.trainer.straightthrough.StraightThrough;
import io.github.dl4jep.conf.DecidingUnit;
import io.github.dl4jep.factor.Units;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.Adam;

/** Makes the weights of a definition's layers discrete, with the same values as EP gives them. */
final class DiscreteWeights {
    private DiscreteWeights() {}

    /**
     * Changes the layers. Biases and weights that stay continuous get a learning rate in units of their layer's discrete value c,
     * as the latent weights have: c times the given one.
     *
     * @param definition the definition, changed in place
     * @param kinds the kinds of weights
     * @param adam the updater that all layers have
     * @throws UserException if a layer with weights is neither a dense nor an output layer
     */
    static void apply(MultiLayerConfiguration definition, WeightKinds kinds, Adam adam) {
        List<Layer> layers = definition.getConfs().stream()
                .map(NeuralNetConfiguration::getLayer)
                .toList();
        int last = layers.size() - 1;
        for (int i = 0; i <= last; i++) {
            Layer layer = layers.get(i);
            if (layer instanceof DenseLayer || layer instanceof OutputLayer) {
                double gain = i == last ? 1 : Units.of(unitBehind(layers, i)).priorGain();
                apply((FeedForwardLayer) layer, i == last ? kinds.output() : kinds.hidden(), gain, adam);
            } else if (layer.initializer().numParams(definition.getConf(i)) > 0) {
                throw new UserException("ste cannot train this network: layer " + i + " is a "
                        + layer.getClass().getSimpleName()
                        + ", but only dense and output layers have discrete weights.");
            }
        }
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

    private static IActivation unitBehind(List<Layer> layers, int index) {
        IActivation own = ((BaseLayer) layers.get(index)).getActivationFn();
        int deciding = DecidingUnit.indexOf(layers, index, own);
        return deciding != index && layers.get(deciding) instanceof ActivationLayer behind
                ? behind.getActivationFn()
                : own;
    }
}
