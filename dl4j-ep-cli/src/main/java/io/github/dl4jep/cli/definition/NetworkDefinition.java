package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.DataShape;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A DL4J definition that fits the data.
 *
 * @param name the value of {@code --net} it comes from
 * @param configuration the definition; trainers get copies
 * @param parameters the number of its weights and biases
 */
public record NetworkDefinition(String name, MultiLayerConfiguration configuration, long parameters) {
    private static final String MLP = "mlp:";

    /**
     * Builds or reads a definition and checks it.
     *
     * @param spec {@code mlp:500,500} or the path of a JSON file
     * @param shape what it must fit
     * @param seed the seed of the initial weights; it takes the place of the one in a file, which is the only thing
     *     changed there
     * @return the definition
     * @throws io.github.dl4jep.cli.failure.UserException if there is no such definition or it does not fit the data
     */
    public static NetworkDefinition of(String spec, DataShape shape, long seed) {
        MultiLayerConfiguration configuration = spec.startsWith(MLP)
                ? MultiLayerPerceptron.build(spec.substring(MLP.length()), shape)
                : DefinitionFile.read(spec);
        for (NeuralNetConfiguration layer : configuration.getConfs()) {
            layer.setSeed(seed);
        }
        MultiLayerNetwork network = new DefinitionCheck(spec, configuration, shape).initialized();
        return new NetworkDefinition(spec, configuration, network.numParams());
    }

    /**
     * Says whether a definition has spiking units of its own.
     *
     * @param spec {@code mlp:500,500} or the path of a JSON file
     * @return true if at least one hidden layer spikes
     * @throws io.github.dl4jep.cli.failure.UserException if there is no such definition
     */
    public static boolean spikes(String spec) {
        return !spec.startsWith(MLP) && new HiddenLayers(DefinitionFile.read(spec)).spike();
    }
}
