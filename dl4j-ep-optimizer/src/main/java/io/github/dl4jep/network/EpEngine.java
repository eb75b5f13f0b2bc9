package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.PassCounter;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.engine.BatchParts;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.engine.PartPass;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.message.BatchPart;
import io.github.dl4jep.prune.Pruning;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.weight.WeightMoments;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.optimize.Solver;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.factory.Nd4j;

/** What an EP network does between the calls of DL4J, whether it is a list of layers or a graph: learning, predictions, counters. */
final class EpEngine {

    private final EpNetwork network;
    private final Supplier<INDArray @Nullable []> features;
    private final Supplier<INDArray @Nullable []> labels;
    private final Supplier<INDArray @Nullable []> labelMasks;
    private final Supplier<INDArray @Nullable []> featureMasks;
    private final Consumer<INDArray[]> announce;
    private final WeightTable weights = new WeightTable();
    private final RecurrentStates states = new RecurrentStates();
    private final PassCounting passes;
    private @Nullable NetworkLayout layout;
    private @Nullable EpOptimizer optimizer;

    /**
     * The engine of a network.
     *
     * @param network the network
     * @param features gives those of the batch that DL4J has set, one array for each input
     * @param labels gives its labels, one array for each output
     * @param labelMasks gives its label masks
     * @param featureMasks gives its feature masks
     * @param announce hands its features and the mean activations of hidden layers to listeners
     */
    EpEngine(
            EpNetwork network,
            Supplier<INDArray @Nullable []> features,
            Supplier<INDArray @Nullable []> labels,
            Supplier<INDArray @Nullable []> labelMasks,
            Supplier<INDArray @Nullable []> featureMasks,
            Consumer<INDArray[]> announce) {
        this.network = network;
        this.features = features;
        this.labels = labels;
        this.labelMasks = labelMasks;
        this.featureMasks = featureMasks;
        this.announce = announce;
        this.passes = new PassCounting(network);
    }

    /** The engine of a network. */
    static EpEngine of(EpNetwork network) {
        return network instanceof EpMultiLayerNetwork layers
                ? layers.engine()
                : ((EpComputationGraph) network).engine();
    }

    /** The solver that DL4J's fit calls once per batch. */
    Solver solver(Collection<TrainingListener> listeners) {
        optimizer = new EpOptimizer(network, listeners, this);
        return new EpOptimizer.EachBatch(optimizer);
    }

    /** What calls the listeners around each batch. */
    EpOptimizer optimizer() {
        return Objects.requireNonNull(optimizer, "the network is not initialised");
    }

    /** Takes the layers of an initialised network. */
    void lay(NetworkLayout newLayout) {
        layout = newLayout;
    }

    NetworkLayout layout() {
        if (layout == null) {
            network.init();
        }
        return Objects.requireNonNull(layout);
    }

    MessageGraph sweep() {
        return layout().sweep();
    }

    /** What a predictor asks. */
    EpPredictor predictor() {
        EpPredictor.Inputs inputs =
                (arrays, masks, firstRow) -> layout().finiteInputs("The call", arrays, masks, firstRow);
        return EpPredictor.of(sweep(), inputs, layout().keepsRows(), this::frozenPredictor);
    }

    /** Of a copy that nobody else has, whose moments are found once. */
    private EpPredictor frozenPredictor() {
        EpEngine copy = of(network.clone());
        copy.sweep().fix();
        return copy.predictor();
    }

    /**
     * Prepares what listeners may ask for, and tells them of the forward pass. Called before the batch is learned from.
     *
     * @param observed whether there is a listener that may ask for activations or changes
     */
    void announceBatch(boolean observed) {
        weights.forget();
        INDArray[] inputs = features.get();
        if (!observed || inputs == null || Arrays.stream(inputs).anyMatch(Objects::isNull)) {
            return;
        }
        weights.keep(weightTable());
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            announce.accept(inputs);
        }
    }

    /** Learns from the batch that DL4J has set; keeps its score before. */
    void learnBatch() {
        int iteration = network.getIterationCount();
        try {
            Examples examples =
                    examples("Batch " + iteration, features.get(), labels.get(), labelMasks.get(), featureMasks.get());
            passes.look(examples.features(), examples.labels(), layout().outputs());
            LearningPhase phase = phase();
            long rows = examples.features()[0].size(0);
            BatchPart whole = BatchPart.whole(phase.step(), rows, schedule().getInducingExamples());
            network.setScore(states.learning(
                    sweep(),
                    isTruncated(),
                    graph -> graph.learn(() -> part(graph, whole, examples, phase), schedule(), phase)));
            passes.learned(iteration);
        } catch (RuntimeException e) {
            // DL4J does so after a batch that succeeds; the next batch may have no mask of its own.
            network.clearLayerMaskArrays();
            throw e;
        }
    }

    /** Learns from a batch whose parts are elsewhere; keeps its score before. Listeners hear of it as of any other. */
    void learnShared(Function<LearningPhase, BatchParts> parts) {
        LearningPhase phase = phase();
        // What listeners may ask for of an earlier batch is not of this one.
        weights.forget();
        optimizer().optimize(() -> network.setScore(sweep().learn(() -> parts.apply(phase), schedule(), phase)));
    }

    /** Some examples of a joint batch, on their way through the graph. */
    PartPass part(BatchPart part, MultiDataSet rows, LearningPhase phase) {
        Examples examples = examples(
                "Batch " + (phase.step() - 1),
                rows.getFeatures(),
                rows.getLabels(),
                rows.getLabelsMaskArrays(),
                rows.getFeaturesMaskArrays());
        return part(sweep(), part, examples, phase);
    }

    private PartPass part(MessageGraph graph, BatchPart part, Examples examples, LearningPhase phase) {
        requireRoom(examples.features()[0].size(0), phase.step() - 1);
        return examples.part(layout(), graph, part, schedule(), phase);
    }

    /** Where training stands before the next batch. */
    LearningPhase phase() {
        return passCounter().phase(network.getIterationCount());
    }

    TrainingSchedule schedule() {
        return outputConf().getSchedule();
    }

    private void requireRoom(long rows, long batch) {
        long layers = layout().namesOfLayers().stream()
                .filter(name -> layout().layerOf(name).numParams() > 0)
                .count();
        long inducing = inducingExamples();
        BatchSize.require(rows, inducing, batch, Runtime.getRuntime().maxMemory());
        BatchSize.requireNative(
                rows,
                inducing,
                batch,
                MemoryEstimate.leastBytesOfAPair(layers, network.params().dataType()),
                MemoryEstimate.allowedBytes());
    }

    /** With how many examples of a batch covariances are kept; those of sequences with all. */
    int inducingExamples() {
        return sweep().hasState() ? Integer.MAX_VALUE : schedule().getInducingExamples();
    }

    boolean isTruncated() {
        return network.backpropType() == BackpropType.TruncatedBPTT;
    }

    /** The states of recurrent layers. */
    RecurrentStates states() {
        return states;
    }

    /** Which layer a state belongs to. */
    String placeOf(String name) {
        return layout().layerOf(name) instanceof EpRuntime runtime
                ? runtime.vertex().describe()
                : "";
    }

    private Examples examples(
            String what,
            INDArray @Nullable [] inputs,
            INDArray @Nullable [] outputs,
            INDArray @Nullable [] masks,
            INDArray @Nullable [] ofFeatures) {
        return Examples.of(
                what, layout().namesOfInputs().size(), layout().rowsOfOutputs(), inputs, outputs, masks, ofFeatures);
    }

    /** Mean negative log predictive likelihood of a data set. */
    double score(MultiDataSet data) {
        Examples examples = examples(data);
        return sweep().score(examples.finiteInputs(layout()), examples.finiteLabels(layout()));
    }

    /** Negative log predictive likelihood of each example, [minibatch, 1]. */
    INDArray scores(MultiDataSet data) {
        Examples examples = examples(data);
        return sweep().scores(examples.finiteInputs(layout()), examples.finiteLabels(layout()));
    }

    private Examples examples(MultiDataSet data) {
        Objects.requireNonNull(data, Examples.NO_DATA);
        return examples(
                "The data set",
                data.getFeatures(),
                data.getLabels(),
                data.getLabelsMaskArrays(),
                data.getFeaturesMaskArrays());
    }

    /**
     * Predictions of outputs, mean activations of other vertices and the inputs, in DL4J's own shape; detached. One pass for all.
     *
     * @param arrays one for each input
     * @param names what is wanted
     * @return arrays by name; perhaps more than what is wanted
     */
    Map<String, INDArray> activations(INDArray[] arrays, INDArray @Nullable [] masks, List<String> names) {
        return layout().activations(sweep(), arrays, masks, names);
    }

    /** Predictions of the outputs for the next steps of sequences, as {@link RecurrentStates#timeStep}. */
    INDArray[] timeStep(INDArray[] arrays) {
        return states.timeStep(layout(), arrays);
    }

    /** Checks what DL4J's passes for recurrent layers would ask for: the state of an earlier call. */
    static void requireWholeSequences(FwdPassType pass, boolean storeState) {
        if (storeState || pass != FwdPassType.STANDARD) {
            throw Examples.noState(pass == FwdPassType.RNN_TIMESTEP ? "rnnTimeStep" : "storeLastForTBPTT");
        }
    }

    /** Checks that an iterator gives a batch to a pass. */
    void requireBatches(Object iterator, Runnable pass) {
        Objects.requireNonNull(iterator, Examples.NO_ITERATOR);
        int before = network.getIterationCount();
        passes.announce();
        try {
            pass.run();
        } finally {
            passes.end();
        }
        Examples.requireBatch(iterator, before, network.getIterationCount(), network.getEpochCount() - 1);
    }

    /** The weights and the parameters, as listeners ask for them. */
    Map<String, INDArray> weightTable() {
        Map<String, Layer> byName = new LinkedHashMap<>();
        layout().namesOfLayers().forEach(name -> byName.put(name, layout().layerOf(name)));
        return WeightTable.of(byName);
    }

    /** What the last batch changed, or null if it was not kept. */
    @Nullable
    Gradient change() {
        return weights.change(this::weightTable);
    }

    void rewire(double share, long seed) {
        Layer[] layers =
                layout().namesOfLayers().stream().map(layout()::layerOf).toArray(Layer[]::new);
        sweep().changing(() -> Pruning.rewire(layers, share, seed));
    }

    Map<String, Map<String, WeightMoments>> posterior() {
        return WeightTable.moments(layout());
    }

    private EpOutputConf outputConf() {
        return layout().outputs().get(0).outputConf();
    }

    PassCounter passCounter() {
        return outputConf().getPassCounter();
    }

    /** A pass begins whose end will be told by {@link #countPass}. */
    void announcePass() {
        passes.announce();
    }

    /** Keeps the length of the pass that ends here; nothing where it was counted already. */
    void countPass() {
        passes.count(layout().outputs());
    }
}
