package io.github.dl4jep.convert;

import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import io.github.dl4jep.store.ModelFile;
import io.github.dl4jep.store.PosteriorTransfer;
import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.InstantiableModel;

/**
 * Makes EP networks of DL4J definitions and networks, and loads saved ones. What a network does then is in {@link EpNetwork}.
 *
 * <pre>{@code
 * EpMultiLayerNetwork net = EpNetworks.from(existingConfiguration);
 * net.fit(trainIterator, 2);
 * Evaluation eval = net.evaluate(testIterator);
 * }</pre>
 */
public final class EpNetworks {

    private static final String NETWORK = "the network is null; give a MultiLayerNetwork or ComputationGraph";
    private static final String CONFIGURATION =
            "the configuration is null; give the definition of a network, such as network.getLayerWiseConfigurations()";
    private static final String OPTIONS = "the options are null; give EpOptions.defaults(), or leave them out";
    private static final String FILE = "the file is null; give one that network.save(file) has written";

    private EpNetworks() {}

    /**
     * An EP network of the same definition, with default options, initialised.
     *
     * @param configuration any DL4J configuration, for example from {@code MultiLayerConfiguration.fromJson}; not changed
     * @return the network
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer does not convert; lists all that do not
     */
    public static EpMultiLayerNetwork from(MultiLayerConfiguration configuration) {
        return from(configuration, EpOptions.defaults());
    }

    /**
     * An EP network of the same definition, initialised.
     *
     * @param configuration any DL4J configuration; not changed
     * @param options how it is trained
     * @return the network
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer does not convert; lists all that do not
     */
    public static EpMultiLayerNetwork from(MultiLayerConfiguration configuration, EpOptions options) {
        Objects.requireNonNull(configuration, CONFIGURATION);
        Objects.requireNonNull(options, OPTIONS);
        MultiLayerConfiguration definition = DefinitionReaders.read(configuration, DefinitionReader::read);
        EpMultiLayerNetwork network = new EpMultiLayerNetwork(ConfigurationConverter.convert(definition, options));
        network.init();
        return network;
    }

    /**
     * An EP network of an existing network, with default options.
     *
     * @param network a DL4J network; not changed
     * @return the EP network; see {@link #from(MultiLayerNetwork, EpOptions)}
     */
    public static EpMultiLayerNetwork from(MultiLayerNetwork network) {
        return from(network, EpOptions.defaults());
    }

    /**
     * An EP network of an existing network. The definition and the listeners are taken over; the counters start anew. A trained network
     * keeps its weights, as {@link EpOptions.Builder#startFromWeights()} says, and predicts as before; a new one, whose biases never
     * moved, starts from the prior, whose means are drawn from the definition's seed. To start a trained one from the prior, give its
     * configuration.
     *
     * <p>Layers of a plain network that are EP layers already keep their posterior: what DL4J's {@code TransferLearning} makes of an
     * EP network goes on here, its frozen layers as they are, and its new layers from their prior. Kept layers that are not frozen
     * start to forget as after {@link EpOptions.Builder#minMemoryBatches} batches. Of an EP network the result is a copy, posterior and
     * counters included.
     *
     * @param network a DL4J network; not changed
     * @param options how it is trained
     * @return the EP network, initialised
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer does not convert (lists all that do not), or an EP
     *     network is given other options than the defaults
     */
    public static EpMultiLayerNetwork from(MultiLayerNetwork network, EpOptions options) {
        Objects.requireNonNull(network, NETWORK);
        Objects.requireNonNull(options, OPTIONS);
        if (network instanceof EpMultiLayerNetwork trained) {
            return copy(trained, options);
        }
        MultiLayerNetwork original =
                network.isInitCalled() ? DefinitionReaders.read(network, DefinitionReader::read) : network;
        EpOptions starting = StartingWeights.options(original, options);
        EpMultiLayerNetwork drawn = from(original.getLayerWiseConfigurations(), starting);
        PosteriorTransfer.carry(original, drawn);
        EpMultiLayerNetwork converted = StartingWeights.started(original, drawn, starting);
        converted.setListeners(List.copyOf(network.getListeners()));
        return converted;
    }

    /** A copy of an EP network: its layers have their priors, units and schedule already. */
    @SuppressWarnings("unchecked") // clone() returns the class it is called on
    private static <N extends EpNetwork> N copy(N network, EpOptions options) {
        if (!options.asMap().equals(EpOptions.defaults().asMap())) {
            throw new DL4JInvalidConfigException("The network is an "
                    + network.getClass().getSimpleName()
                    + " already and has its priors, units and schedule, so that other options"
                    + " would have no effect; use from(network) for a copy that keeps the posterior, or"
                    + " from(network.toPointNetwork(), options) to start from its point weights with other priors");
        }
        N copy = (N) network.clone();
        copy.setListeners(List.copyOf(network.getListeners()));
        return copy;
    }

    /**
     * An EP network of a zoo model's definition, with default options; see {@link #from(InstantiableModel, EpOptions)}.
     *
     * @param model for example {@code ResNet50.builder().numClasses(10).build()}; not changed
     * @param <M> {@link EpMultiLayerNetwork} or {@link EpComputationGraph}, as the model's own {@code init()} decides
     * @return the EP network
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // As InstantiableModel.init() has it.
    public static <M extends EpNetwork> M from(InstantiableModel model) {
        return from(model, EpOptions.defaults());
    }

    /**
     * An EP network of a zoo model's definition. Pretrained weights are not taken over: the prior's means are drawn from the
     * definition's seed.
     *
     * @param model a model of DL4J's zoo, or of your own; not changed
     * @param options how it is trained
     * @param <M> {@link EpMultiLayerNetwork} or {@link EpComputationGraph}, as the model's own {@code init()} decides
     * @return the EP network, initialised
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer does not convert; lists all that do not
     */
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // As InstantiableModel.init() has it.
    public static <M extends EpNetwork> M from(InstantiableModel model, EpOptions options) {
        Objects.requireNonNull(model, "the model is null; give a model of the zoo, such as LeNet.builder().build()");
        Objects.requireNonNull(options, OPTIONS);
        return (M) ZooDefinitions.<EpNetwork>of(model, conf -> from(conf, options), conf -> from(conf, options));
    }

    /**
     * The definition whose last layer takes labels: an activation layer becomes a loss layer, a dense layer an output layer. For
     * those that end in softmax, sigmoid or identity and take no labels, as DL4J's SimpleCNN, and Keras models that are imported
     * without their training configuration.
     *
     * @param configuration the definition; not changed
     * @return a copy with cross-entropy after softmax or sigmoid, or the squared error after the identity
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the last layer is something else
     */
    public static MultiLayerConfiguration withOutput(MultiLayerConfiguration configuration) {
        return MissingOutput.replaced(Objects.requireNonNull(configuration, CONFIGURATION));
    }

    /**
     * The network whose last layer takes labels, with its weights; see {@link #withOutput(MultiLayerConfiguration)}.
     *
     * @param network an initialised network; not changed
     * @return a copy whose last layer is a loss or output layer
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the last layer is something else
     */
    public static MultiLayerNetwork withOutput(MultiLayerNetwork network) {
        MultiLayerNetwork completed = new MultiLayerNetwork(
                withOutput(Objects.requireNonNull(network, NETWORK).getLayerWiseConfigurations()));
        if (network.numParams() == 0) {
            completed.init();
        } else {
            completed.init(network.params(), true);
        }
        return completed;
    }

    /**
     * An EP graph of the same definition, with default options, initialised.
     *
     * @param configuration any DL4J graph configuration; not changed
     * @return the graph
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex does not convert; lists all that do not
     */
    public static EpComputationGraph from(ComputationGraphConfiguration configuration) {
        return from(configuration, EpOptions.defaults());
    }

    /**
     * An EP graph of the same definition, initialised.
     *
     * @param configuration any DL4J graph configuration; not changed
     * @param options how it is trained; layers are named by their vertices
     * @return the graph
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex does not convert; lists all that do not
     */
    public static EpComputationGraph from(ComputationGraphConfiguration configuration, EpOptions options) {
        Objects.requireNonNull(configuration, CONFIGURATION);
        Objects.requireNonNull(options, OPTIONS);
        ComputationGraphConfiguration definition = DefinitionReaders.read(configuration, DefinitionReader::read);
        EpComputationGraph graph = new EpComputationGraph(GraphConfigurationConverter.convert(definition, options));
        graph.init();
        return graph;
    }

    /**
     * An EP graph of an existing graph, with default options.
     *
     * @param graph a DL4J graph; not changed
     * @return the EP graph; see {@link #from(ComputationGraph, EpOptions)}
     */
    public static EpComputationGraph from(ComputationGraph graph) {
        return from(graph, EpOptions.defaults());
    }

    /**
     * An EP graph of an existing graph. The definition and the listeners are taken over, and the weights of a trained graph; EP layers of
     * a plain graph keep their posterior. See {@link #from(MultiLayerNetwork, EpOptions)}.
     *
     * @param graph a DL4J graph; not changed
     * @param options how it is trained
     * @return the EP graph, initialised
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex does not convert (lists all that do not), or
     *     an EP graph is given other options than the defaults
     */
    public static EpComputationGraph from(ComputationGraph graph, EpOptions options) {
        Objects.requireNonNull(graph, NETWORK);
        Objects.requireNonNull(options, OPTIONS);
        if (graph instanceof EpComputationGraph trained) {
            return copy(trained, options);
        }
        ComputationGraph original =
                graph.getLayers() == null ? graph : DefinitionReaders.read(graph, DefinitionReader::read);
        EpOptions starting = StartingWeights.options(original, options);
        EpComputationGraph drawn = from(original.getConfiguration(), starting);
        PosteriorTransfer.carry(original, drawn);
        EpComputationGraph converted = StartingWeights.started(original, drawn, starting);
        converted.setListeners(List.copyOf(graph.getListeners()));
        return converted;
    }

    /**
     * An EP network of a network of either kind, such as a model zoo or an import gives.
     *
     * @param model a {@link MultiLayerNetwork} or {@link ComputationGraph}; not changed
     * @param options how it is trained
     * @return an {@link EpMultiLayerNetwork} or {@link EpComputationGraph}, initialised
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex does not convert, or the model is of no
     *     such kind
     */
    public static EpNetwork from(Model model, EpOptions options) {
        Objects.requireNonNull(model, NETWORK);
        if (model instanceof MultiLayerNetwork network) {
            return from(network, options);
        }
        if (model instanceof ComputationGraph graph) {
            return from(graph, options);
        }
        throw new DL4JInvalidConfigException("The model is a "
                + model.getClass().getSimpleName() + ", allowed are MultiLayerNetwork and ComputationGraph");
    }

    /**
     * Restores a network that {@code network.save(file)} or DL4J's {@code ModelSerializer} has written, ready to go on training.
     *
     * @param file the model file
     * @return an {@link EpMultiLayerNetwork} or {@link EpComputationGraph}, whichever the file holds
     * @throws IOException if the file cannot be read, or is damaged: lengths, checksums and parameters that are not finite are noticed
     * @throws DL4JInvalidConfigException if the file holds no EP network
     */
    public static EpNetwork load(File file) throws IOException {
        return ModelFile.read(Objects.requireNonNull(file, FILE)).network();
    }

    /**
     * Restores a network of a known class; see {@link #load(File)}.
     *
     * @param file the model file
     * @param type {@code EpMultiLayerNetwork.class} or {@code EpComputationGraph.class}
     * @param <N> the class
     * @return the network
     * @throws IOException if the file cannot be read, or is damaged
     * @throws DL4JInvalidConfigException if the file holds no EP network, or one of the other class
     */
    public static <N extends EpNetwork> N load(File file, Class<N> type) throws IOException {
        Objects.requireNonNull(type, "the class is null; give EpMultiLayerNetwork.class, or use load(file)");
        return ModelFile.read(Objects.requireNonNull(file, FILE)).network(type);
    }
}
