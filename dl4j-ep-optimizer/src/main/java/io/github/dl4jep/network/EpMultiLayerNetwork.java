package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.type.PreProcessors;
import io.github.dl4jep.vertex.GraphNode;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.util.FeatureUtil;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * A DL4J network that is trained by expectation propagation: DL4J's own {@code fit}, {@code output}, {@code evaluate} and
 * {@code score} run on it.
 *
 * <p>{@code output} returns class probabilities, or the predictive mean of a regression, from the moments of all weights;
 * {@code score} is the mean negative log predictive likelihood of the last batch before it was learned from, in nats.
 * {@link EpPredictor} gives the uncertainty as well, to any number of threads at once. All else is not thread-safe, as DL4J's
 * networks are not.
 */
@SuppressWarnings("overrides") // a varargs mismatch between two DL4J types
public class EpMultiLayerNetwork extends MultiLayerNetwork {

    private static final long serialVersionUID = 1L;

    private transient @Nullable MessageGraph sweep;
    /** Index in the sweep of each layer; preprocessors are nodes of their own. */
    private transient int[] nodeOf = new int[0];

    private final transient WeightTable weights = new WeightTable();

    /**
     * A network of EP layers; call {@link #init()} before use, as in DL4J.
     *
     * @param configuration a configuration of EP layers, as {@code EpNetworks} makes it
     */
    public EpMultiLayerNetwork(MultiLayerConfiguration configuration) {
        super(configuration);
    }

    @Override
    public void init(@Nullable INDArray parameters, boolean cloneParametersArray) {
        Examples.requireType(getLayerWiseConfigurations().getDataType());
        if (solver == null) {
            solver = new EpSolver(new EpOptimizer(this, getListeners(), new Learner()));
        }
        super.init(parameters, cloneParametersArray);
        buildGraph();
        setListeners(getListeners());
    }

    /**
     * Sets the listeners, behind one of the network's own that counts passes.
     *
     * @param listeners the listeners, or null for none
     */
    @Override
    public void setListeners(@Nullable Collection<TrainingListener> listeners) {
        super.setListeners(PassListener.before(listeners));
    }

    private void buildGraph() {
        List<GraphNode> nodes = new ArrayList<>();
        nodeOf = new int[layers.length];
        for (int i = 0; i < layers.length; i++) {
            InputPreProcessor preProcessor = getLayerWiseConfigurations().getInputPreProcess(i);
            if (preProcessor != null) {
                nodes.add(new GraphNode(PreProcessors.stage(preProcessor), List.of(nodes.size())));
            }
            if (!(layers[i] instanceof EpRuntime layer)) {
                throw new DL4JInvalidConfigException(Examples.notAnEpLayer("Layer " + i, layers[i]));
            }
            nodeOf[i] = nodes.size();
            nodes.add(new GraphNode(layer.vertex(), List.of(nodes.size()), layer.isFrozen()));
        }
        if (!(layers[layers.length - 1] instanceof EpOutput output)) {
            throw new DL4JInvalidConfigException("The last layer is a "
                    + layers[layers.length - 1].getClass().getSimpleName()
                    + ", which takes no labels; the last layer must be an output or loss layer");
        }
        sweep = new MessageGraph(1, nodes, List.of(new MessageGraph.Output(nodes.size() - 1, output)));
    }

    MessageGraph sweep() {
        if (sweep == null) {
            init();
        }
        return java.util.Objects.requireNonNull(sweep);
    }

    /**
     * Sets the features of a batch.
     *
     * @param input [minibatch, ...], or null for none
     * @throws DL4JInvalidInputException if it has no rows
     */
    @Override
    public void setInput(@Nullable INDArray input) {
        if (input != null) {
            Examples.requireExamples("The call", input);
        }
        super.setInput(input);
    }

    private EpOutput outputOfNetwork() {
        return (EpOutput) layers[layers.length - 1];
    }

    /** What the optimizer asks of the network for each batch. */
    private final class Learner implements BatchLearner {

        @Override
        public void announceCurrentBatch(boolean observed) {
            weights.forget();
            INDArray features = getInput();
            if (!observed || features == null) {
                return;
            }
            weights.keep(paramTable(true));
            List<INDArray> activations = LazyActivations.list(layers.length, () -> hiddenActivations(features));
            try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
                getListeners().forEach(listener -> listener.onForwardPass(EpMultiLayerNetwork.this, activations));
            }
        }

        @Override
        public void learnCurrentBatch() {
            EpMultiLayerNetwork.this.learnCurrentBatch();
        }
    }

    /** The input and the mean activation of every layer but the output, as DL4J hands them to listeners. */
    private List<INDArray> hiddenActivations(INDArray features) {
        List<INDArray> activations = new ArrayList<>(List.of(features));
        List<Integer> nodes =
                Arrays.stream(nodeOf, 0, layers.length - 1).boxed().toList();
        List<Moments> means = nodes.isEmpty() ? List.of() : sweep().meanActivations(inputs(features), nodes);
        for (int i = 0; i < means.size(); i++) {
            activations.add(format(i).array(means.get(i)));
        }
        return activations;
    }

    /** Learns from the batch that DL4J has set as input and labels; keeps its score before. */
    private void learnCurrentBatch() {
        int iteration = getIterationCount();
        try {
            Examples batch = Examples.of(
                    "Batch " + iteration,
                    getInput(),
                    getLabels(),
                    getOutputLayer().getMaskArray());
            setScore(batch.learn(
                    sweep(), inputs(batch.features()), outputOfNetwork().outputConf(), iteration));
        } catch (RuntimeException e) {
            // DL4J does so after a batch that succeeds; the next batch may have no mask of its own.
            clearLayerMaskArrays();
            throw e;
        }
    }

    /** The features as the sweep takes them: in the network's data type, channels first. */
    private List<Moments> inputs(INDArray... features) {
        Examples.requireCount("The call", "feature", "inputs", 1, features);
        Examples.requireExamples("The call", features);
        ExampleFormat format = ListFormats.of(getLayerWiseConfigurations(), ListFormats.INPUT);
        return List.of(
                format.observed(features[0].castTo(getLayerWiseConfigurations().getDataType())));
    }

    /** How DL4J's arrays hold the input and activation of a layer. */
    private ExampleFormat format(int layer) {
        return ListFormats.of(getLayerWiseConfigurations(), layer);
    }

    /** What a predictor asks. */
    EpPredictor predictor() {
        return new EpPredictor(sweep(), this::inputs);
    }

    /**
     * Trains for one pass, as DL4J does.
     *
     * @param iterator the batches
     * @throws DL4JInvalidInputException if the iterator gives no batch
     */
    @Override
    public void fit(DataSetIterator iterator) {
        int before = getIterationCount();
        super.fit(iterator);
        Examples.requireBatch(iterator, before, getIterationCount(), getEpochCount() - 1);
    }

    /**
     * Trains on one batch with class numbers as labels.
     *
     * @param examples [minibatch, ...]
     * @param classes one class number per example, from 0
     */
    @Override
    public void fit(INDArray examples, int[] classes) {
        // DL4J's own asks for its own output layer.
        fit(examples, FeatureUtil.toOutcomeMatrix(classes, outputOfNetwork().outputs()));
    }

    /**
     * The parameters; and, as listeners ask for them, the weights.
     *
     * @param backpropParamsOnly true to add what the parameters stand for: {@code 0_W}, the means of the weights that
     *     predictions use, {@code 0_WDeviation}, their posterior standard deviations, and so on
     * @return arrays by name
     */
    @Override
    public Map<String, INDArray> paramTable(boolean backpropParamsOnly) {
        if (!backpropParamsOnly) {
            return super.paramTable(false);
        }
        Map<String, Layer> byIndex = new LinkedHashMap<>();
        for (int i = 0; i < layers.length; i++) {
            byIndex.put(String.valueOf(i), layers[i]);
        }
        return WeightTable.of(byIndex);
    }

    /**
     * The change of the weights by the last batch, new value minus old, by the names of {@link #paramTable(boolean)
     * paramTable(true)}; DL4J's statistics take it for the update. Kept only while there is a listener that is none of DL4J's
     * plain ones (score, performance, evaluation, checkpoints).
     *
     * @return the change, or null if it was not kept
     */
    @Override
    @SuppressWarnings("NullAway") // DL4J's own is null before the first batch, too.
    public Gradient gradient() {
        return weights.change(() -> paramTable(true));
    }

    @Override
    public void incrementEpochCount() {
        super.incrementEpochCount();
        countPass();
    }

    /** Keeps the length of the pass that ends here; nothing where it was counted already. */
    void countPass() {
        EpOutputConf conf = outputOfNetwork().outputConf();
        conf.setPassCounter(conf.getPassCounter().afterPass(getIterationCount()));
    }

    @Override
    protected INDArray outputOfLayerDetached(
            boolean train,
            FwdPassType fwdPassType,
            int layerIndex,
            INDArray features,
            @Nullable INDArray featureMask,
            @Nullable INDArray labelsMask,
            @Nullable MemoryWorkspace outputWorkspace) {
        setInput(features);
        INDArray result = layerIndex == layers.length - 1
                ? sweep().predict(inputs(features)).get(0).output()
                : layerIndex < 0 ? features : meanActivation(features, layerIndex);
        setInput(null);
        return OutputWorkspace.place(result, outputWorkspace);
    }

    private INDArray meanActivation(INDArray features, int layer) {
        return format(layer)
                .array(sweep().meanActivations(inputs(features), List.of(nodeOf[layer]))
                        .get(0));
    }

    @Override
    protected synchronized List<INDArray> ffToLayerActivationsDetached(
            boolean train,
            FwdPassType fwdPassType,
            boolean storeLastForTBPTT,
            int layerIndex,
            INDArray features,
            @Nullable INDArray featureMask,
            @Nullable INDArray labelsMask,
            boolean clearLayers) {
        WorkspaceUtils.assertNoWorkspacesOpen("feedForward returns detached arrays");
        List<INDArray> activations = new ArrayList<>();
        activations.add(features);
        for (int i = 0; i <= layerIndex; i++) {
            activations.add(outputOfLayerDetached(train, fwdPassType, i, features, featureMask, labelsMask, null));
        }
        return activations;
    }

    /**
     * Mean negative log predictive likelihood of a data set, in nats.
     *
     * @param data features, labels and perhaps a label mask
     * @param training without effect: the prediction is the same
     * @return the score
     */
    @Override
    public double score(DataSet data, boolean training) {
        Examples examples = examples(data);
        return sweep().score(inputs(examples.features()), examples.labels());
    }

    /**
     * Negative log predictive likelihood of each example.
     *
     * @param data features, labels and perhaps a label mask
     * @param addRegularizationTerms without effect: the prior takes the place of regularization
     * @return nats, [minibatch, 1]
     */
    @Override
    public INDArray scoreExamples(DataSet data, boolean addRegularizationTerms) {
        Examples examples = examples(data);
        return sweep().scores(inputs(examples.features()), examples.labels());
    }

    private static Examples examples(DataSet data) {
        return Examples.of("The data set", data.getFeatures(), data.getLabels(), data.getLabelsMaskArray());
    }

    /** There is no gradient; throws. */
    @Override
    public void computeGradientAndScore() {
        throw Examples.noGradient();
    }

    @Override
    public void clear() {
        org.deeplearning4j.optimize.Solver kept = solver;
        super.clear();
        solver = kept; // DL4J would make a gradient solver next time.
    }

    @Override
    public EpMultiLayerNetwork clone() {
        EpMultiLayerNetwork copy =
                new EpMultiLayerNetwork(getLayerWiseConfigurations().clone());
        copy.init(params().dup(), false);
        copy.setScore(score());
        return copy;
    }

    /**
     * Writes the model file. Another file of this name is replaced when all is written; links are followed, and its mode is kept.
     *
     * @param file where to
     * @param saveUpdater without effect: nothing is kept beside the posterior
     * @throws IOException if it cannot be written; then the old file is still there
     */
    @Override
    public void save(File file, boolean saveUpdater) throws IOException {
        WholeFile.write(file.toPath(), out -> ModelSerializer.writeModel(this, out, saveUpdater));
    }

    /**
     * What Java serialisation writes in place of the network.
     *
     * @return the network's file, which reads as a network again
     */
    protected Object writeReplace() {
        return SerializedNetwork.of(this);
    }

    /**
     * Compares definition, counters and posterior.
     *
     * @param other another object
     * @return true for an EP network of equal configuration and parameters
     */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpMultiLayerNetwork && super.equals(other);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new Object[] {getLayerWiseConfigurations(), getClass()});
    }
}
