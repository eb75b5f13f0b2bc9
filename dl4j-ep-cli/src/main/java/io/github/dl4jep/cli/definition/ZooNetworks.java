package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.ZooDefinitions;
import io.github.dl4jep.zoo.ZooModels;
import java.util.Locale;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.zoo.InstantiableModel;

/** The models of DL4J's zoo, for the data's images and classes. */
final class ZooNetworks {
    private ZooNetworks() {}

    /**
     * Builds the definition.
     *
     * @param name the class of the model, in any case
     * @param shape what it must fit
     * @return the definition
     * @throws UserException if there is no such model, or it cannot be built for such images
     */
    static Definition build(String name, DataShape shape) {
        if (ZooModels.names().stream().noneMatch(name::equalsIgnoreCase)) {
            throw new UserException("--net zoo:" + name + ": DL4J's zoo has no such model; there are "
                    + String.join(", ", ZooModels.names()).toLowerCase(Locale.ROOT) + ".");
        }
        int[] image = Architectures.images("zoo:" + name, shape);
        try {
            InstantiableModel built = ZooModels.named(name, image, shape.outputs());
            return ZooDefinitions.of(built, ZooNetworks::withOutput, Definition::of);
        } catch (RuntimeException e) {
            throw new UserException(
                    "--net zoo:" + name + " cannot be built for images of " + shape.image() + ": "
                            + UserException.reason(e) + ".",
                    e);
        }
    }

    /** SimpleCNN ends in a softmax and could not be trained. */
    private static Definition withOutput(MultiLayerConfiguration configuration) {
        boolean open =
                configuration.getConf(configuration.getConfs().size() - 1).getLayer() instanceof ActivationLayer;
        return Definition.of(open ? EpNetworks.withOutput(configuration) : configuration);
    }
}
