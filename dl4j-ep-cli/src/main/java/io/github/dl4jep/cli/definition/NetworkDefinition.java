package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.failure.UserException;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;

/**
 * A DL4J definition that fits the data.
 *
 * @param name the value of {@code --net} it comes from
 * @param definition the definition; trainers get copies
 * @param takesImages whether its input is {@code [rows, channels, height, width]}, and not {@code [rows, inputs]}
 * @param parameters the number of its weights and biases
 */
public record NetworkDefinition(String name, Definition definition, boolean takesImages, long parameters) {
    /**
     * Builds or reads a definition and checks it.
     *
     * @param spec an architecture such as {@code mlp:500,500} or {@code lenet}, or the path of a JSON file or of a SameDiff .fb file
     * @param shape what it must fit
     * @param seed the seed of the initial weights; it takes the place of the one in a file, which is the only thing
     *     changed there
     * @return the definition
     * @throws UserException if there is no such definition or it does not fit the data
     */
    public static NetworkDefinition of(String spec, DataShape shape, long seed) {
        if (Architectures.isNamed(spec)) {
            return checked(spec, Architectures.build(spec, shape), shape, seed);
        }
        Definition definition = DefinitionFile.read(spec);
        try {
            return checked(spec, definition, shape, seed);
        } catch (UserException e) {
            throw e;
        } catch (RuntimeException e) {
            // Files may hold anything that Jackson can read.
            throw new UserException("The network " + spec + " cannot be used: " + UserException.reason(e) + ".", e);
        }
    }

    private static NetworkDefinition checked(String spec, Definition definition, DataShape shape, long seed) {
        if (shape.sequence() != null && definition instanceof SameDiffGraph) {
            throw new UserException("The network " + spec
                    + " is a SameDiff graph, but the data are sequences: choose a list of layers or a graph of DL4J, or"
                    + " --net lstm:64.");
        }
        definition.setSeed(seed);
        SizeCheck.require(spec, definition);
        definition.outputs().forEach(NetworkDefinition::completeFormat);
        DefinitionCheck check = new DefinitionCheck(spec, definition, shape);
        StockNetwork network = check.initialized();
        return new NetworkDefinition(spec, definition, check.takesImages(), network.parameters());
    }

    /** DL4J confuses steps and labels in training where no input type has set the format; channels first is what it means elsewhere. */
    private static void completeFormat(Definition.Place output) {
        if (output.conf().getLayer() instanceof RnnOutputLayer layer && layer.getRnnDataFormat() == null) {
            layer.setRnnDataFormat(RNNFormat.NCW);
        }
    }

    /**
     * Says whether a definition has its own spiking units.
     *
     * @param spec an architecture, or the path of a JSON file
     * @return true if at least one hidden layer spikes
     * @throws UserException if there is no such definition
     */
    public static boolean spikes(String spec) {
        return !Architectures.isNamed(spec) && new HiddenLayers(DefinitionFile.read(spec)).spike();
    }

    /**
     * Says whether a network is a SameDiff graph.
     *
     * @param spec an architecture, or the path of a file
     * @return true for a .fb file
     */
    public static boolean isSameDiff(String spec) {
        return !Architectures.isNamed(spec) && SameDiffGraph.isNamed(spec);
    }

    /**
     * Arranges rows as this network takes them.
     *
     * @param split the rows it was made for
     * @return the rows, as they are or as images
     */
    public Split arrange(Split split) {
        return takesImages ? split.asImages() : split;
    }

    /**
     * Returns the definition as a list of layers.
     *
     * @return DL4J's definition
     * @throws IllegalStateException if it is a graph
     */
    public MultiLayerConfiguration configuration() {
        return definition.map(layers -> layers, graph -> {
            throw new IllegalStateException("The network " + name + " is a graph, not a list of layers.");
        });
    }
}
