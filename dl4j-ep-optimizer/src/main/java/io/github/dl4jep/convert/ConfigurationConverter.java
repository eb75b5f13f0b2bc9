package io.github.dl4jep.convert;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.layer.PreProcessors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;

/** Converts a whole definition, or says all that stands in the way at once. */
final class ConfigurationConverter {

    private ConfigurationConverter() {}

    static MultiLayerConfiguration convert(MultiLayerConfiguration original, EpOptions options) {
        MultiLayerConfiguration converted = original.clone();
        List<Layer> layers = new ArrayList<>();
        for (NeuralNetConfiguration conf : converted.getConfs()) {
            layers.add(conf.getLayer());
        }
        List<String> problems = new ArrayList<>();
        List<Layer> results = new ArrayList<>();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < layers.size(); i++) {
            ConversionContext context = new ConversionContext(options, layers, i);
            names.add(context.name());
            try {
                results.add(LayerConverters.convert(context));
            } catch (UnsupportedOperationException e) {
                problems.add("layer \"" + context.name() + "\" (index " + i + ", "
                        + layers.get(i).getClass().getSimpleName() + "): " + e.getMessage());
            }
        }
        checkWhole(converted, options, names, problems);
        if (!problems.isEmpty()) {
            throw new DL4JInvalidConfigException("This definition cannot be trained by EP, for " + problems.size()
                    + " reason(s):\n - " + String.join("\n - ", problems));
        }
        // The posterior starts at the prior, so the counters that training depends on start, too.
        converted.setIterationCount(0);
        converted.setEpochCount(0);
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof EpOutputConf output) {
                output.setPassCounter(options.passCounter());
            }
            converted.getConf(i).setLayer(results.get(i));
            converted.getConf(i).clearVariables();
        }
        return converted;
    }

    private static void checkWhole(
            MultiLayerConfiguration conf, EpOptions options, Set<String> names, List<String> problems) {
        if (conf.getBackpropType() == BackpropType.TruncatedBPTT) {
            problems.add("truncated back-propagation through time: recurrent training is not supported");
        }
        if (conf.getInputPreProcessors() != null) {
            conf.getInputPreProcessors().forEach((index, preProcessor) -> {
                Layer before = index == 0 ? null : conf.getConf(index - 1).getLayer();
                if (!PreProcessors.supports(preProcessor, before)) {
                    problems.add(PreProcessors.refusal(preProcessor, " of layer " + index));
                }
            });
        }
        for (String name : options.layerNames()) {
            if (!names.contains(name)) {
                problems.add("an option names the layer \"" + name + "\", but the layers are " + names);
            }
        }
    }
}
