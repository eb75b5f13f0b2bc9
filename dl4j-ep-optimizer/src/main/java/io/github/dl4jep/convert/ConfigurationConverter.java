package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpOutputConf;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/** Converts a whole definition of a chain of layers, or says all that stands in the way at once. */
final class ConfigurationConverter {

    private ConfigurationConverter() {}

    static MultiLayerConfiguration convert(MultiLayerConfiguration original, EpOptions options) {
        MultiLayerConfiguration converted = original.clone();
        ConversionProblems problems = new ConversionProblems(options);
        List<@Nullable Layer> results = new ArrayList<>();
        List<Layer> layers = converted.getConfs().stream()
                .map(NeuralNetConfiguration::getLayer)
                .toList();
        for (LayerNode node : LayerNode.chain(layers, converted.getInputPreProcessors())) {
            results.add(problems.convert(node));
        }
        problems.checkBackpropType(
                converted.getBackpropType(), converted.getTbpttFwdLength(), converted.getTbpttBackLength());
        if (converted.getInputPreProcessors() != null) {
            converted
                    .getInputPreProcessors()
                    .forEach((index, preProcessor) -> problems.checkPreProcessor(preProcessor, index.toString()));
        }
        problems.throwIfAny();
        // The posterior starts at the prior, so the counters that training depends on start, too.
        converted.setIterationCount(0);
        converted.setEpochCount(0);
        for (int i = 0; i < results.size(); i++) {
            replaceLayer(converted.getConf(i), results.get(i), options);
        }
        return converted;
    }

    /** Puts a converted layer in the place of the original. */
    static void replaceLayer(NeuralNetConfiguration conf, @Nullable Layer converted, EpOptions options) {
        if (converted instanceof EpOutputConf output) {
            output.setPassCounter(options.passCounter());
        }
        conf.setLayer(converted);
        conf.clearVariables();
    }
}
