package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.zoo.EpLeNet;
import io.github.dl4jep.zoo.EpResNet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;

/** The networks that have a name on the command line: a word, and for most a setting after a colon. One line each. */
final class Architectures {
    /** The names, for messages. */
    static final String USAGE = "mlp:UNITS,UNITS,..., lstm:UNITS,UNITS,..., rnn:UNITS,UNITS,..., lenet, lenet:avg,"
            + " resnet, resnet:DEPTH or zoo:NAME";

    private static final Set<String> WITH_UNITS = Set.of("mlp", RecurrentNetworks.LSTM, RecurrentNetworks.RNN);

    private static final Map<String, BiFunction<String, DataShape, Definition>> ALL = new TreeMap<>();

    static {
        ALL.put("mlp", MultiLayerPerceptron::build);
        ALL.put(
                RecurrentNetworks.LSTM,
                (sizes, shape) -> RecurrentNetworks.build(RecurrentNetworks.LSTM, sizes, shape));
        ALL.put(RecurrentNetworks.RNN, (sizes, shape) -> RecurrentNetworks.build(RecurrentNetworks.RNN, sizes, shape));
        ALL.put("lenet", Architectures::leNet);
        ALL.put("resnet", Architectures::resNet);
        ALL.put("zoo", ZooNetworks::build);
    }

    private Architectures() {}

    /**
     * Says whether {@code --net} names an architecture, and not a file.
     *
     * @param spec the value of the option
     * @return true if the word in front of a colon is known
     */
    static boolean isNamed(String spec) {
        return ALL.containsKey(word(spec)) && (spec.indexOf(':') >= 0 || !WITH_UNITS.contains(word(spec)));
    }

    private static String word(String spec) {
        int colon = spec.indexOf(':');
        return colon < 0 ? spec : spec.substring(0, colon);
    }

    /**
     * Builds a network.
     *
     * @param spec a value for which {@link #isNamed} is true
     * @param shape what it must fit
     * @return the definition
     * @throws UserException if the setting is not understood, or the network is not for such data
     */
    static Definition build(String spec, DataShape shape) {
        String word = word(spec);
        String setting = spec.equals(word) ? "" : spec.substring(word.length() + 1);
        if (shape.sequence() != null && !RecurrentNetworks.isNamed(word)) {
            throw new UserException("--net " + spec
                    + " is for rows that stand for themselves, but the data are sequences: choose a recurrent network such"
                    + " as --net lstm:64 or --net rnn:64.");
        }
        return Objects.requireNonNull(ALL.get(word)).apply(setting, shape);
    }

    private static Definition leNet(String pooling, DataShape shape) {
        if (!pooling.isEmpty() && !pooling.equals("max") && !pooling.equals("avg")) {
            throw new UserException("--net lenet:" + pooling + ": there are lenet:max, which is lenet, and lenet:avg.");
        }
        return Definition.of(EpLeNet.builder()
                .inputShape(images("lenet", shape))
                .numClasses(shape.outputs())
                .pooling(pooling.equals("avg") ? PoolingType.AVG : PoolingType.MAX)
                .build()
                .conf());
    }

    private static Definition resNet(String depth, DataShape shape) {
        EpResNet.Builder builder =
                EpResNet.builder().inputShape(images("resnet", shape)).numClasses(shape.outputs());
        try {
            return Definition.of((depth.isEmpty() ? builder : builder.depth(number(depth)))
                    .build()
                    .conf());
        } catch (DL4JInvalidConfigException e) {
            throw new UserException("--net resnet:" + depth + ": " + UserException.reason(e) + ".", e);
        }
    }

    private static int number(String depth) {
        return depth.matches("\\d{1,6}") ? Integer.parseInt(depth) : -1;
    }

    /**
     * The images of the data, for a network that classifies images.
     *
     * @param name what to call the network in a message
     * @param shape the data
     * @return channels, height, width
     * @throws UserException if the data is something else
     */
    static int[] images(String name, DataShape shape) {
        ImageShape image = shape.image();
        if (image == null || shape.task() != Task.CLASSIFICATION) {
            throw new UserException("--net " + name
                    + " is for classes of images, but the data has none: choose --data mnist or --data images:DIR, or a"
                    + " network such as --net mlp:50.");
        }
        return new int[] {image.channels(), image.height(), image.width()};
    }
}
