package io.github.dl4jep.samediff;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpPredictor;
import io.github.dl4jep.samediff.fit.FitValidation;
import io.github.dl4jep.samediff.fit.SameDiffBatches;
import io.github.dl4jep.samediff.fit.SameDiffFit;
import io.github.dl4jep.samediff.moment.MomentGraph;
import io.github.dl4jep.samediff.plan.GraphReading;
import io.github.dl4jep.samediff.plan.LabelledOutput;
import io.github.dl4jep.samediff.plan.WeightBinding;
import io.github.dl4jep.samediff.reader.GraphReader;
import io.github.dl4jep.samediff.writeback.PosteriorConstants;
import io.github.dl4jep.samediff.writeback.PosteriorMeans;
import io.github.dl4jep.stock.StockGraph;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.autodiff.listeners.Listener;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncMultiDataSetIterator;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Trains a SameDiff graph by expectation propagation.
 *
 * <pre>{@code
 * History history = EpSameDiff.train(sd, trainIterator, 2);
 * INDArray probabilities = sd.outputSingle(Map.of("input", features), "softmax");
 * sd.save(file, false);                                       // the posterior is in the file
 * }</pre>
 *
 * <p>The graph is read from the placeholders of TrainingConfig's mappings to its loss variables as a DL4J definition, which is
 * trained as {@code EpNetworks.from} trains it. After training, and before every call of a listener that may look, the VARIABLEs
 * hold the posterior means, and constants that begin with {@code ep/} hold the whole posterior. Not thread-safe.
 */
public final class EpSameDiff {

    private static final String NO_GRAPH = "the graph is null; give a SameDiff graph with a TrainingConfig and a loss";
    private static final String NO_ITERATOR = "the iterator is null; give one with the batches of a pass";

    private final SameDiff sd;
    private final GraphReading reading;
    private final EpComputationGraph network;
    private final SameDiffBatches batches;

    private EpSameDiff(SameDiff sd, GraphReading reading, EpComputationGraph network) {
        this.sd = sd;
        this.reading = reading;
        this.network = network;
        this.batches = new SameDiffBatches(sd, reading);
    }

    /**
     * Trains a graph: {@code of(sd).fit(iterator, passes)}.
     *
     * @param sd a graph with TrainingConfig and loss variable
     * @param iterator batches
     * @param passes number of passes over them, at least 1
     * @return as {@code sd.fit} returns it; the loss is the mean negative log predictive likelihood in nats
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if something of the graph is not supported; lists it all
     */
    public static History train(SameDiff sd, DataSetIterator iterator, int passes) {
        return of(sd).fit(iterator, passes);
    }

    /**
     * Trains a graph of several inputs or outputs: {@code of(sd).fit(iterator, passes)}.
     *
     * @param sd a graph with TrainingConfig and loss variable
     * @param iterator batches
     * @param passes number of passes over them, at least 1
     * @return as {@code sd.fit} returns it
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if something of the graph is not supported; lists it all
     */
    public static History train(SameDiff sd, MultiDataSetIterator iterator, int passes) {
        return of(sd).fit(iterator, passes);
    }

    /**
     * Turns the constants that are weights, biases, or scale and shift of a batch normalization by their use into VARIABLEs, as imported
     * graphs need it, also where identities stand between: they keep their arrays, and are learned from then on.
     *
     * @param sd the graph; changed
     * @return names of the new VARIABLEs; empty if there is none
     */
    public static List<String> constantsToVariables(SameDiff sd) {
        List<String> names = ConstantWeights.of(Objects.requireNonNull(sd, NO_GRAPH));
        sd.convertToVariables(names.stream().map(sd::getVariable).toList());
        return names;
    }

    /**
     * A trainer that goes on with the posterior stored in the graph; of a graph without one it begins at the prior with default
     * options and the seed of ND4J's generator.
     *
     * @param sd a graph with TrainingConfig and loss variable; changed by training only
     * @return the trainer
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if something of the graph is not supported; lists it all
     */
    public static EpSameDiff of(SameDiff sd) {
        Objects.requireNonNull(sd, NO_GRAPH);
        if (!PosteriorConstants.isStored(sd)) {
            return of(sd, EpOptions.defaults());
        }
        GraphReading reading = GraphReader.read(sd, 0);
        EpComputationGraph network = new EpComputationGraph(PosteriorConstants.configuration(sd));
        network.init();
        PosteriorConstants.read(sd, network, reading);
        return new EpSameDiff(sd, reading, network);
    }

    /**
     * A trainer that begins at the prior, whose means are drawn by the seed of ND4J's generator.
     *
     * @param sd a graph with TrainingConfig and loss variable; changed by training only
     * @param options how it is trained; layers are named by their weight's VARIABLE
     * @return the trainer
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if something of the graph is not supported; lists it all
     */
    public static EpSameDiff of(SameDiff sd, EpOptions options) {
        return of(sd, options, Nd4j.getRandom().getSeed());
    }

    /**
     * A trainer that begins at the prior. The arrays of the graph's VARIABLEs have no effect, unless the options say {@link
     * EpOptions.Builder#startFromWeights()}.
     *
     * @param sd a graph with TrainingConfig and loss variable; changed by training only
     * @param options how it is trained; layers are named by their weight's VARIABLE
     * @param seed draws the prior means, as the seed of a DL4J definition does
     * @return the trainer
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if something of the graph is not supported; lists it all
     */
    public static EpSameDiff of(SameDiff sd, EpOptions options, long seed) {
        Objects.requireNonNull(sd, NO_GRAPH);
        Objects.requireNonNull(options, "the options are null; give EpOptions.defaults(), or leave them out");
        GraphReading reading = GraphReader.read(sd, seed);
        EpComputationGraph network = options.startsFromWeights()
                ? EpNetworks.from(stock(sd, reading), options)
                : EpNetworks.from(reading.configuration(), options);
        return new EpSameDiff(sd, reading, network);
    }

    /** The stock graph with the arrays of the VARIABLEs. */
    private static ComputationGraph stock(SameDiff sd, GraphReading reading) {
        ComputationGraph stock = new ComputationGraph(reading.configuration().clone());
        StockGraph.initialise(stock);
        for (Layer layer : stock.getLayers()) {
            WeightBinding.set(
                    layer,
                    reading.bindings(layer.conf().getLayer().getLayerName()),
                    name -> sd.getVariable(name).getArr());
        }
        return stock;
    }

    /**
     * Trains.
     *
     * @param iterator batches
     * @param passes number of passes over them, at least 1
     * @param listeners called as {@code sd.fit} calls them, but {@code preUpdate}: there is no gradient
     * @return the history of losses and evaluations
     */
    public History fit(DataSetIterator iterator, int passes, Listener... listeners) {
        return fit(new MultiDataSetIteratorAdapter(Objects.requireNonNull(iterator, NO_ITERATOR)), passes, listeners);
    }

    /**
     * Trains.
     *
     * @param iterator batches
     * @param passes number of passes over them, at least 1
     * @param listeners called as {@code sd.fit} calls them, but {@code preUpdate}: there is no gradient
     * @return the history of losses and evaluations
     */
    public History fit(MultiDataSetIterator iterator, int passes, Listener... listeners) {
        return fit(iterator, passes, FitValidation.none(), listeners);
    }

    /**
     * Trains, and evaluates what TrainingConfig asks for on other data.
     *
     * @param iterator batches
     * @param passes number of passes over them, at least 1
     * @param validation batches to validate on
     * @param validationFrequency passes from one validation to the next
     * @param listeners called as {@code sd.fit} calls them, but {@code preUpdate}: there is no gradient
     * @return the history of losses and evaluations
     */
    public History fit(
            DataSetIterator iterator,
            int passes,
            DataSetIterator validation,
            int validationFrequency,
            Listener... listeners) {
        return fit(
                new MultiDataSetIteratorAdapter(Objects.requireNonNull(iterator, NO_ITERATOR)),
                passes,
                new FitValidation(
                        new MultiDataSetIteratorAdapter(Objects.requireNonNull(validation, NO_ITERATOR)),
                        validationFrequency),
                listeners);
    }

    private History fit(MultiDataSetIterator iterator, int passes, FitValidation validation, Listener... listeners) {
        Objects.requireNonNull(iterator, NO_ITERATOR);
        if (passes < 1) {
            throw new IllegalArgumentException("number of passes is " + passes + ", allowed: 1 and more");
        }
        if (passes > 1 && !iterator.resetSupported()) {
            throw new IllegalArgumentException("number of passes is " + passes + ", but the iterator "
                    + iterator.getClass().getSimpleName() + " cannot be reset, so only 1 is possible");
        }
        SameDiffFit fit = new SameDiffFit(sd, network, batches, lossNames(), this::writePosterior, List.of(listeners));
        if (!iterator.asyncSupported()) {
            return fit.run(iterator, passes, validation);
        }
        AsyncMultiDataSetIterator ahead = new AsyncMultiDataSetIterator(iterator, 3, true);
        try {
            return fit.run(ahead, passes, validation);
        } finally {
            ahead.shutdown();
        }
    }

    /** The score of a batch is the sum over all losses. */
    private List<String> lossNames() {
        return List.of(reading.outputs().stream().map(LabelledOutput::loss).collect(Collectors.joining("+")));
    }

    private void writePosterior() {
        PosteriorMeans.write(sd, network, reading);
        PosteriorConstants.write(sd, network, reading);
    }

    /**
     * Predicts with uncertainty, as {@link EpPredictor} does.
     *
     * @param features in the order of TrainingConfig's feature mapping
     * @return the prediction of the only loss's input
     */
    public Prediction predict(INDArray... features) {
        return network.predictor().predict(batches.features(features));
    }

    /**
     * Predicts with uncertainty for every loss.
     *
     * @param features in the order of TrainingConfig's feature mapping
     * @return a prediction for each loss
     */
    public List<Prediction> predictAll(INDArray... features) {
        return network.predictor().predictAll(batches.features(features));
    }

    /**
     * The EP graph that is trained: for its scores, draws and all else of {@code EpNetworks} and {@link EpPredictor}. Its layers are
     * named after their weights.
     *
     * @return the graph, not a copy; images as the graph's own flattening orders them
     */
    public EpComputationGraph network() {
        return network;
    }

    /**
     * The DL4J definition that a graph is read as: the twin that {@code EpNetworks.from} would train in the same way.
     *
     * @param sd a graph with TrainingConfig and loss variable; not changed
     * @param seed the definition's seed
     * @return a stock definition; layers are named by their weight's VARIABLE
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if something of the graph is not supported; lists it all
     */
    public static ComputationGraphConfiguration definition(SameDiff sd, long seed) {
        return GraphReader.read(Objects.requireNonNull(sd, NO_GRAPH), seed).configuration();
    }

    /**
     * A SameDiff graph that computes predictions with their uncertainty from the stored posterior, without this plugin: the same
     * placeholders of features, and the outputs {@code mean}, {@code epistemicVariance}, {@code aleatoricVariance}, and for classes
     * {@code probabilities}. With several losses their names begin with the loss variable's and a slash.
     *
     * @param sd a graph that {@link EpSameDiff} trained, perhaps loaded from a file; not changed
     * @return the moment graph, which {@code save} writes
     * @throws org.deeplearning4j.exception.DL4JInvalidConfigException if the graph holds no posterior, or something has no moments in
     *     SameDiff's ops; lists it all
     */
    public static SameDiff momentGraph(SameDiff sd) {
        Objects.requireNonNull(sd, NO_GRAPH);
        if (!PosteriorConstants.isStored(sd)) {
            throw new DL4JInvalidConfigException(
                    "The SameDiff graph holds no posterior, so it has no moments; train it by"
                            + " EpSameDiff.train first");
        }
        EpSameDiff trained = of(sd);
        return MomentGraph.of(sd, trained.network, trained.reading);
    }

    /**
     * What the graph itself answers with the arrays its VARIABLEs have now, whoever trained them: class probabilities, or numbers.
     *
     * @param features in the order of TrainingConfig's feature mapping
     * @return the activation that the only loss reads, after the loss's softmax or sigmoid
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the graph has several losses
     */
    public INDArray pointOutput(INDArray... features) {
        if (reading.outputs().size() != 1) {
            throw new DL4JInvalidInputException(
                    "The graph has " + reading.outputs().size() + " losses, so there is not one answer; use sd.output");
        }
        return batches.output(reading.outputs().get(0), features);
    }

    /**
     * The name that the posterior of a variable has among the graph's constants, for example {@code ep/w1/precision}.
     *
     * @param variable a VARIABLE
     * @param parameter a natural parameter, such as {@code precision}, {@code meanTimesPrecision} or {@code averagedMean}
     * @return the constant's name
     */
    public static String constantName(String variable, String parameter) {
        return PosteriorConstants.PREFIX + variable + "/" + parameter;
    }
}
