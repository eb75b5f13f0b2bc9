package io.github.dl4jep.convert;

import io.github.dl4jep.type.LayerTypes;
import io.github.dl4jep.type.PreProcessors;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.jspecify.annotations.Nullable;

/** Everything that stands in the way of a conversion, so that one error lists it all. */
final class ConversionProblems {

    private final EpOptions options;
    private final List<String> problems = new ArrayList<>();
    private final Set<String> layerNames = new TreeSet<>();
    private final Set<String> unconverted = new LinkedHashSet<>();

    ConversionProblems(EpOptions options) {
        this.options = options;
    }

    /**
     * Converts a layer.
     *
     * @param node a node that is a layer
     * @return the EP layer, or null if there is none, which is a problem
     */
    @Nullable
    Layer convert(LayerNode node) {
        layerNames.add(node.name());
        try {
            return LayerTypes.convert(Objects.requireNonNull(node.layer()), new ConversionContext(options, node));
        } catch (UnsupportedOperationException e) {
            unconverted.add(node.name());
            problems.add(node.describe() + ": " + e.getMessage());
            return null;
        }
    }

    /** Whether nothing was found wrong with a layer yet. */
    boolean isConverted(String name) {
        return !unconverted.contains(name);
    }

    void add(String problem) {
        problems.add(problem);
    }

    void checkBackpropType(BackpropType type, int forward, int backward) {
        if (type == BackpropType.TruncatedBPTT && (forward < 1 || backward != forward)) {
            add("truncated back-propagation through time has segments of " + forward
                    + " steps and a backward length of " + backward
                    + ", allowed are equal lengths of 1 and more: messages go back through a whole segment;"
                    + " set tBPTTLength");
        }
    }

    /**
     * Checks that a preprocessor only rearranges.
     *
     * @param preProcessor in front of a layer
     * @param layer name or index of the layer
     */
    void checkPreProcessor(InputPreProcessor preProcessor, String layer) {
        if (!PreProcessors.supports(preProcessor)) {
            add(PreProcessors.refusal(preProcessor, " of layer " + layer));
        }
    }

    /**
     * Throws if there is any problem, options that name unknown layers included.
     *
     * @throws DL4JInvalidConfigException with all of them
     */
    void throwIfAny() {
        for (String name : options.layerNames()) {
            if (!layerNames.contains(name)) {
                add("an option names the layer \"" + name + "\", but the layers are " + layerNames);
            }
        }
        if (!problems.isEmpty()) {
            throw new DL4JInvalidConfigException("This definition cannot be trained by EP, for " + problems.size()
                    + " reason(s):\n - " + String.join("\n - ", problems));
        }
    }
}
