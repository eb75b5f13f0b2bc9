package io.github.dl4jep.convert;

import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.prune.Pruning;
import io.github.dl4jep.stock.SeededGenerator;
import io.github.dl4jep.stock.StockChoice;
import io.github.dl4jep.stock.StockGraph;
import io.github.dl4jep.stock.StockNetworks;
import io.github.dl4jep.store.CompactExport;
import io.github.dl4jep.store.ModelFile;
import io.github.dl4jep.store.PosteriorTransfer;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.InstantiableModel;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Makes EP networks of DL4J definitions and networks, and back.
 *
 * <pre>{@code
 * EpMultiLayerNetwork net = EpNetworks.from(existingConfiguration);
 * net.fit(trainIterator, 2);
 * Evaluation eval = net.evaluate(testIterator);
 * }</pre>
 */
public final class EpNetworks {

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
        EpMultiLayerNetwork network = new EpMultiLayerNetwork(ConfigurationConverter.convert(configuration, options));
        network.init();
        return network;
    }

    /**
     * An EP network of an existing network's definition, with default options.
     *
     * @param network a DL4J network; not changed
     * @return the EP network; see {@link #from(MultiLayerNetwork, EpOptions)}
     */
    public static EpMultiLayerNetwork from(MultiLayerNetwork network) {
        return from(network, EpOptions.defaults());
    }

    /**
     * An EP network of an existing network's definition. The definition and the listeners are taken over, the weights and the
     * counters are not: the prior's means are drawn anew from the definition's seed.
     *
     * <p>Layers of a plain network that are EP layers already keep their posterior: what DL4J's {@code TransferLearning} makes of an
     * EP network goes on here, its frozen layers as they are, and its new layers from their prior. Kept layers that are not frozen
     * start to forget as after {@link EpOptions.Builder#minMemoryBatches} batches.
     *
     * @param network a DL4J network; not changed
     * @param options how it is trained
     * @return the EP network, initialised
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer does not convert; lists all that do not
     */
    public static EpMultiLayerNetwork from(MultiLayerNetwork network, EpOptions options) {
        EpMultiLayerNetwork converted = from(network.getLayerWiseConfigurations(), options);
        PosteriorTransfer.carry(network, converted);
        converted.setListeners(List.copyOf(network.getListeners()));
        return converted;
    }

    /**
     * An EP network of a zoo model's definition, with default options; see {@link #from(InstantiableModel, EpOptions)}.
     *
     * @param model for example {@code ResNet50.builder().numClasses(10).build()}; not changed
     * @param <M> {@link EpMultiLayerNetwork} or {@link EpComputationGraph}, as the model's own {@code init()} decides
     * @return the EP network
     */
    @SuppressWarnings("TypeParameterUnusedInFormals") // As InstantiableModel.init() has it.
    public static <M extends Model> M from(InstantiableModel model) {
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
    public static <M extends Model> M from(InstantiableModel model, EpOptions options) {
        return (M) ZooDefinitions.<Model>of(model, conf -> from(conf, options), conf -> from(conf, options));
    }

    /**
     * The definition whose last layer takes labels: an activation layer becomes a loss layer, a dense layer an output layer. For
     * those that end in softmax, sigmoid or identity and take no labels, as DL4J's SimpleCNN, and Keras models that are imported
     * without their training configuration.
     *
     * @param configuration the definition; not changed
     * @return a copy with cross-entropy behind softmax or sigmoid, or the squared error behind the identity
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the last layer is something else
     */
    public static MultiLayerConfiguration withOutput(MultiLayerConfiguration configuration) {
        return MissingOutput.replaced(configuration);
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
        EpComputationGraph graph = new EpComputationGraph(GraphConfigurationConverter.convert(configuration, options));
        graph.init();
        return graph;
    }

    /**
     * An EP graph of an existing graph's definition, with default options.
     *
     * @param graph a DL4J graph; not changed
     * @return the EP graph; see {@link #from(ComputationGraph, EpOptions)}
     */
    public static EpComputationGraph from(ComputationGraph graph) {
        return from(graph, EpOptions.defaults());
    }

    /**
     * An EP graph of an existing graph's definition. The definition and the listeners are taken over, the weights and the counters
     * are not: the prior's means are drawn anew from the definition's seed. EP layers of a plain graph keep their posterior; see
     * {@link #from(MultiLayerNetwork, EpOptions)}.
     *
     * @param graph a DL4J graph; not changed
     * @param options how it is trained
     * @return the EP graph, initialised
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer or vertex does not convert; lists all that do not
     */
    public static EpComputationGraph from(ComputationGraph graph, EpOptions options) {
        EpComputationGraph converted = from(graph.getConfiguration(), options);
        PosteriorTransfer.carry(graph, converted);
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
    public static Model from(Model model, EpOptions options) {
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
     * Restores an EP network that was written by {@code network.save(file)} or DL4J's {@code ModelSerializer}, ready to go on
     * training.
     *
     * @param file the model file
     * @return the network
     * @throws IOException if the file cannot be read, or is damaged: lengths, checksums and parameters that are not finite are noticed
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the file holds no EP network, or a graph
     */
    public static EpMultiLayerNetwork load(File file) throws IOException {
        return ModelFile.read(file).requireKind(false).restore(EpNetworks::restoreLayers);
    }

    private static EpMultiLayerNetwork restoreLayers(String json, INDArray parameters) {
        MultiLayerConfiguration configuration = MultiLayerConfiguration.fromJson(json);
        configuration.setDataType(parameters.dataType());
        EpMultiLayerNetwork network = new EpMultiLayerNetwork(configuration);
        network.init(parameters, false);
        return network;
    }

    /**
     * Restores an EP graph that was written by {@code graph.save(file)} or DL4J's {@code ModelSerializer}, ready to go on training.
     *
     * @param file the model file
     * @return the graph
     * @throws IOException if the file cannot be read, or is damaged: lengths, checksums and parameters that are not finite are noticed
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the file holds no EP graph
     */
    public static EpComputationGraph loadGraph(File file) throws IOException {
        return ModelFile.read(file).requireKind(true).restore(EpNetworks::restoreGraph);
    }

    private static EpComputationGraph restoreGraph(String json, INDArray parameters) {
        ComputationGraphConfiguration configuration = ComputationGraphConfiguration.fromJson(json);
        configuration.setDataType(parameters.dataType());
        EpComputationGraph graph = new EpComputationGraph(configuration);
        graph.init(parameters, false);
        return graph;
    }

    /**
     * Restores an EP network or an EP graph, whichever the file holds.
     *
     * @param file the model file
     * @return an {@link EpMultiLayerNetwork} or {@link EpComputationGraph}
     * @throws IOException if the file cannot be read, or is damaged
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the file holds no EP network
     */
    public static Model loadModel(File file) throws IOException {
        ModelFile model = ModelFile.read(file);
        return model.restore(model.graph() ? EpNetworks::restoreGraph : EpNetworks::restoreLayers);
    }

    /**
     * The plain DL4J network with the posterior means as weights, or the modes of discrete weights: original layer types, runs
     * without this plugin. (With spiking units it needs the activation classes, which are in {@code dl4j-ep-layers}.)
     *
     * @param network an EP network; not changed
     * @return a DL4J network
     */
    public static MultiLayerNetwork toPointNetwork(EpMultiLayerNetwork network) {
        return StockNetworks.of(network, StockChoice.MODE);
    }

    /**
     * The plain DL4J graph with the posterior means as weights, or the modes of discrete weights; as
     * {@link #toPointNetwork(EpMultiLayerNetwork)}.
     *
     * @param graph an EP graph; not changed
     * @return a DL4J graph
     */
    public static ComputationGraph toPointNetwork(EpComputationGraph graph) {
        return StockGraph.of(graph, StockChoice.MODE);
    }

    /**
     * One draw of all weights from the posterior as a plain DL4J network, discrete weights really discrete: like
     * {@link #toPointNetwork(EpMultiLayerNetwork)}, but a network that could have been.
     *
     * @param network an EP network; not changed
     * @param seed repeats the draw; the state of ND4J's generator is the same before and after
     * @return a DL4J network
     */
    public static MultiLayerNetwork sampleNetwork(EpMultiLayerNetwork network, long seed) {
        try (SeededGenerator generator = SeededGenerator.of(seed)) {
            return StockNetworks.of(network, StockChoice.DRAW);
        }
    }

    /**
     * One draw of all weights from the posterior as a plain DL4J graph; as {@link #sampleNetwork(EpMultiLayerNetwork, long)}.
     *
     * @param graph an EP graph; not changed
     * @param seed repeats the draw; the state of ND4J's generator is the same before and after
     * @return a DL4J graph
     */
    public static ComputationGraph sampleNetwork(EpComputationGraph graph, long seed) {
        try (SeededGenerator generator = SeededGenerator.of(seed)) {
            return StockGraph.of(graph, StockChoice.DRAW);
        }
    }

    /**
     * Independent draws of all weights from the posterior as plain DL4J networks that predict together.
     *
     * @param network an EP network; not changed
     * @param networks number of draws, at least 1; the first is {@link #sampleNetwork(EpMultiLayerNetwork, long)} of the same seed
     * @param seed repeats the draws; the state of ND4J's generator is the same before and after
     * @return the ensemble
     * @throws IllegalArgumentException if the number is less than 1
     */
    public static PosteriorEnsemble ensemble(EpMultiLayerNetwork network, int networks, long seed) {
        if (networks < 1) {
            throw new IllegalArgumentException("number of networks is " + networks + ", allowed: 1 and more");
        }
        List<MultiLayerNetwork> draws = new ArrayList<>();
        try (SeededGenerator generator = SeededGenerator.of(seed)) {
            for (int i = 0; i < networks; i++) {
                draws.add(StockNetworks.of(network, StockChoice.DRAW));
            }
        }
        return PosteriorEnsemble.of(draws);
    }

    /**
     * The bit-packed network of an EP network with discrete weights and Heaviside units: what {@link #toPointNetwork(EpMultiLayerNetwork)} computes,
     * without Deeplearning4j. The output layer may have continuous weights; they are rounded to 32 bits.
     *
     * @param network an EP network; not changed
     * @return the compact network
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has no compact form; lists all that have none
     */
    public static CompactNetwork toCompact(EpMultiLayerNetwork network) {
        return CompactExport.of(toPointNetwork(network));
    }

    /**
     * The bit-packed network of a plain DL4J network whose weights are already discrete; see {@link
     * #toCompact(EpMultiLayerNetwork)}.
     *
     * @param pointNetwork such as {@link #toPointNetwork(EpMultiLayerNetwork)} makes; not changed
     * @return the compact network
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has no compact form; lists all that have none
     */
    public static CompactNetwork toCompact(MultiLayerNetwork pointNetwork) {
        if (pointNetwork instanceof EpMultiLayerNetwork network) {
            return toCompact(network);
        }
        return CompactExport.of(pointNetwork);
    }

    /**
     * Writes the compact file of an EP network with discrete weights and Heaviside units. Runs with {@code dl4j-ep-compact} alone.
     *
     * @param network an EP network; not changed
     * @param file where to; another file of this name is replaced when all is written
     * @throws IOException if the file cannot be written
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has no compact form; lists all that have none
     */
    public static void writeCompact(EpMultiLayerNetwork network, Path file) throws IOException {
        toCompact(network).write(file);
    }

    /**
     * A copy of a network without the weights that its posterior is least sure are not zero: those of least |mean| / standard
     * deviation, over all arrays of weights together; biases are kept. A removed weight has mean 0 and variance 0, is exactly 0 in
     * draws and point networks, and stays so when the copy is trained on, saved, loaded or pruned once more.
     *
     * @param network an EP network; not changed
     * @param fraction part of all weights that is removed in the end, from 0 to less than 1; weights removed earlier count
     * @return the pruned network, with the counters of the given one and without its listeners
     * @throws IllegalArgumentException if the fraction is outside this range
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has weights that cannot be zero; names all such layers
     */
    public static EpMultiLayerNetwork prune(EpMultiLayerNetwork network, double fraction) {
        return Pruning.of(network, fraction);
    }

    /**
     * A copy of a graph without the weights that its posterior is least sure are not zero; as {@link #prune(EpMultiLayerNetwork,
     * double)}.
     *
     * @param graph an EP graph; not changed
     * @param fraction part of all weights that is removed in the end, from 0 to less than 1; weights removed earlier count
     * @return the pruned graph, with the counters of the given one and without its listeners
     * @throws IllegalArgumentException if the fraction is outside this range
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if a layer has weights that cannot be zero; names all such layers
     */
    public static EpComputationGraph prune(EpComputationGraph graph, double fraction) {
        return Pruning.of(graph, fraction);
    }
}
