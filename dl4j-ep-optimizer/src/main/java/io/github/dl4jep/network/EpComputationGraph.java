package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.engine.MessageGraph;
import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.runtime.EpOutput;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.adapter.MultiDataSetIteratorAdapter;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * A DL4J graph that is trained by expectation propagation: DL4J's own {@code fit}, {@code output}, {@code evaluate} and
 * {@code score} run on it, with any number of inputs and outputs.
 *
 * <p>{@code output} returns, for each output, class probabilities or the predictive mean of a regression, from the moments of all
 * weights; {@code score} is the mean negative log predictive likelihood of the last batch before it was learned from, in nats,
 * summed over outputs. {@link EpPredictor} gives the uncertainty as well, to any number of threads at once. All outputs are trained by the schedule of the first.
 * All but predictors is not thread-safe, as DL4J's networks are not.
 */
@SuppressWarnings("overrides") // a varargs mismatch between two DL4J types
public class EpComputationGraph extends ComputationGraph {

    private static final long serialVersionUID = 1L;

    private transient @Nullable GraphLayout layout;
    /** DL4J's own field is private. */
    private transient INDArray @Nullable [] labelsOfBatch;

    private final transient WeightTable weights = new WeightTable();

    /**
     * A graph of EP layers; call {@link #init()} before use, as in DL4J.
     *
     * @param configuration a configuration of EP layers, as {@code EpNetworks} makes it
     */
    public EpComputationGraph(ComputationGraphConfiguration configuration) {
        super(configuration);
    }

    @Override
    public void init(@Nullable INDArray parameters, boolean cloneParametersArray) {
        Examples.requireType(getConfiguration().getDataType());
        if (solver == null) {
            solver = new EpSolver(new EpOptimizer(this, getListeners(), new Learner()));
        }
        super.init(parameters, cloneParametersArray);
        layout = new GraphLayout(this);
        setListeners(getListeners());
    }

    /**
     * Sets the listeners, behind one of the graph's own that counts passes.
     *
     * @param listeners the listeners, or null for none
     */
    @Override
    public void setListeners(@Nullable Collection<TrainingListener> listeners) {
        super.setListeners(PassListener.before(listeners));
    }

    /** There is no gradient, so it needs no memory. */
    @Override
    public void initGradientsView() {
        // DL4J's fit asks for it.
    }

    private GraphLayout layout() {
        if (layout == null) {
            init();
        }
        return Objects.requireNonNull(layout);
    }

    private MessageGraph sweep() {
        return layout().sweep();
    }

    /** What a predictor asks. */
    EpPredictor predictor() {
        return layout().keepsRows()
                ? new EpPredictor(sweep(), this::inputs)
                : EpPredictor.ofWholeBatches(sweep(), this::inputs);
    }

    /** The features as the sweep takes them: in the network's data type, channels first. */
    private List<Moments> inputs(INDArray... features) {
        Examples.requireCount("The call", "feature", "inputs", getNumInputArrays(), features);
        Examples.requireExamples("The call", features);
        List<Moments> inputs = new ArrayList<>();
        for (int i = 0; i < features.length; i++) {
            String name = getConfiguration().getNetworkInputs().get(i);
            inputs.add(layout().format(name)
                    .observed(features[i].castTo(getConfiguration().getDataType())));
        }
        return inputs;
    }

    /**
     * Sets the features of a batch.
     *
     * @param features one array for each input
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if there are more or fewer
     */
    @Override
    public void setInputs(INDArray @Nullable ... features) {
        if (features != null) {
            Examples.requireCount("The batch", "feature", "inputs", getNumInputArrays(), features);
        }
        super.setInputs(features);
    }

    /**
     * Sets the labels of a batch.
     *
     * @param labels one array for each output
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if there are more or fewer
     */
    @Override
    public void setLabels(INDArray @Nullable ... labels) {
        if (labels != null) {
            Examples.requireCount("The batch", "label", "outputs", getNumOutputArrays(), labels);
        }
        super.setLabels(labels);
        labelsOfBatch = labels;
    }

    @Override
    public void setLabel(int output, INDArray label) {
        INDArray[] labels = labelsOfBatch == null ? new INDArray[getNumOutputArrays()] : labelsOfBatch;
        labels[output] = label;
        setLabels(labels);
    }

    @Override
    public void clear() {
        super.clear();
        labelsOfBatch = null;
    }

    /** What the optimizer asks of the graph for each batch. */
    private final class Learner implements BatchLearner {

        @Override
        public void announceCurrentBatch(boolean observed) {
            weights.forget();
            INDArray[] features = getInputs();
            if (!observed || features == null || Arrays.stream(features).anyMatch(Objects::isNull)) {
                return;
            }
            weights.keep(paramTable(true));
            Map<String, INDArray> activations = LazyActivations.map(() -> hiddenActivations(features));
            try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
                getListeners().forEach(listener -> listener.onForwardPass(EpComputationGraph.this, activations));
            }
        }

        @Override
        public void learnCurrentBatch() {
            EpComputationGraph.this.learnCurrentBatch();
        }
    }

    /** The inputs and the mean activation of every vertex but the outputs, as DL4J hands them to listeners. */
    private Map<String, INDArray> hiddenActivations(INDArray[] features) {
        List<String> names = Arrays.stream(vertices)
                .map(GraphVertex::getVertexName)
                .filter(name -> !getConfiguration().getNetworkOutputs().contains(name))
                .toList();
        return activations(features, names);
    }

    /** Learns from the batch that DL4J has set as inputs and labels; keeps its score before. */
    private void learnCurrentBatch() {
        int iteration = getIterationCount();
        try {
            Examples batch = examples("Batch " + iteration, getInputs(), labelsOfBatch, getLabelMaskArrays());
            setScore(batch.learn(
                    sweep(), inputs(batch.features()), layout().outputs().get(0).outputConf(), iteration));
        } catch (RuntimeException e) {
            // DL4J does so after a batch that succeeds; the next batch may have no mask of its own.
            clearLayerMaskArrays();
            throw e;
        }
    }

    private Examples examples(
            String what, INDArray @Nullable [] features, INDArray @Nullable [] labels, INDArray @Nullable [] masks) {
        return Examples.of(what, getNumInputArrays(), layout().rowsOfOutputs(), features, labels, masks);
    }

    private Examples examples(MultiDataSet data) {
        return examples("The data set", data.getFeatures(), data.getLabels(), data.getLabelsMaskArrays());
    }

    /**
     * Trains for one pass, as DL4J does.
     *
     * @param iterator the batches, of a network with one input and one output
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the iterator gives no batch
     */
    @Override
    public void fit(DataSetIterator iterator) {
        fitPass(new MultiDataSetIteratorAdapter(iterator), iterator);
    }

    /**
     * Trains for one pass, as DL4J does.
     *
     * @param iterator the batches
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if the iterator gives no batch
     */
    @Override
    public synchronized void fit(MultiDataSetIterator iterator) {
        fitPass(iterator, iterator);
    }

    private void fitPass(MultiDataSetIterator batches, Object named) {
        int before = getIterationCount();
        super.fit(batches);
        Examples.requireBatch(named, before, getIterationCount(), getEpochCount() - 1);
    }

    /**
     * The parameters; and, as listeners ask for them, the weights.
     *
     * @param backpropParamsOnly true to add what the parameters stand for: {@code name_W}, the means of the weights that
     *     predictions use, {@code name_WDeviation}, their posterior standard deviations, and so on
     * @return arrays by name
     */
    @Override
    public Map<String, INDArray> paramTable(boolean backpropParamsOnly) {
        if (!backpropParamsOnly) {
            return super.paramTable(false);
        }
        Map<String, Layer> byName = new LinkedHashMap<>();
        for (int index : topologicalOrder) {
            if (vertices[index].hasLayer()) {
                byName.put(vertices[index].getVertexName(), vertices[index].getLayer());
            }
        }
        return WeightTable.of(byName);
    }

    /**
     * The change of the weights by the last batch; as {@link EpMultiLayerNetwork#gradient()}.
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
        for (EpOutput output : layout().outputs()) {
            EpOutputConf conf = output.outputConf();
            conf.setPassCounter(conf.getPassCounter().afterPass(getIterationCount()));
        }
    }

    @Override
    protected INDArray[] outputOfLayersDetached(
            boolean train,
            FwdPassType fwdPassType,
            int[] layerIndexes,
            INDArray[] features,
            INDArray @Nullable [] featureMasks,
            INDArray @Nullable [] labelMasks,
            boolean clearLayerInputs,
            boolean detachedInputs,
            @Nullable MemoryWorkspace outputWorkspace) {
        List<String> names = Arrays.stream(layerIndexes)
                .mapToObj(index -> vertices[index].getVertexName())
                .toList();
        Map<String, INDArray> activations = activations(features, names);
        return names.stream()
                .map(name -> OutputWorkspace.place(Objects.requireNonNull(activations.get(name)), outputWorkspace))
                .toArray(INDArray[]::new);
    }

    @Override
    protected synchronized Map<String, INDArray> ffToLayerActivationsDetached(
            boolean train,
            FwdPassType fwdPassType,
            boolean storeLastForTBPTT,
            int layerIndex,
            int @Nullable [] excludeIdxs,
            INDArray[] features,
            INDArray @Nullable [] featureMasks,
            INDArray @Nullable [] labelMasks,
            boolean clearLayers) {
        WorkspaceUtils.assertNoWorkspacesOpen("feedForward returns detached arrays");
        List<String> names = new ArrayList<>(getConfiguration().getNetworkInputs());
        for (int i = 0; i <= layerIndex; i++) {
            int index = topologicalOrder[i];
            boolean excluded = excludeIdxs != null && Arrays.stream(excludeIdxs).anyMatch(each -> each == index);
            if (!excluded && !vertices[index].isInputVertex()) {
                names.add(vertices[index].getVertexName());
            }
        }
        Map<String, INDArray> activations = activations(features, names);
        activations.keySet().retainAll(names);
        return activations;
    }

    /** Predictions of outputs, mean activations of other vertices and the inputs, by name, in DL4J's own shape; detached. */
    private Map<String, INDArray> activations(INDArray[] features, List<String> names) {
        List<Moments> inputs = inputs(features);
        Map<String, INDArray> activations = new HashMap<>();
        List<String> networkInputs = getConfiguration().getNetworkInputs();
        for (int i = 0; i < features.length; i++) {
            activations.put(networkInputs.get(i), features[i]);
        }
        List<String> outputs = getConfiguration().getNetworkOutputs();
        if (names.stream().anyMatch(outputs::contains)) {
            List<Prediction> predictions = sweep().predict(inputs);
            for (int i = 0; i < predictions.size(); i++) {
                activations.put(outputs.get(i), predictions.get(i).output());
            }
        }
        List<String> hidden = names.stream()
                .filter(name -> !activations.containsKey(name))
                .distinct()
                .sorted(Comparator.comparing(layout()::node))
                .toList();
        if (!hidden.isEmpty()) {
            List<Moments> means = sweep().meanActivations(
                            inputs, hidden.stream().map(layout()::node).toList());
            for (int i = 0; i < means.size(); i++) {
                String name = hidden.get(i);
                activations.put(name, layout().format(name).array(means.get(i)));
            }
        }
        return activations;
    }

    /**
     * Mean negative log predictive likelihood of a data set, in nats; of several outputs the sum.
     *
     * @param data features, labels and perhaps label masks
     * @param training without effect: the prediction is the same
     * @return the score
     */
    @Override
    public double score(MultiDataSet data, boolean training) {
        Examples examples = examples(data);
        return sweep().score(inputs(examples.features()), examples.labels());
    }

    /**
     * Negative log predictive likelihood of each example; of several outputs the sum.
     *
     * @param data features, labels and perhaps label masks
     * @param addRegularizationTerms without effect: the prior takes the place of regularization
     * @return nats, [minibatch, 1]
     */
    @Override
    public INDArray scoreExamples(MultiDataSet data, boolean addRegularizationTerms) {
        Examples examples = examples(data);
        return sweep().scores(inputs(examples.features()), examples.labels());
    }

    /** There is no gradient; throws. */
    @Override
    public void computeGradientAndScore() {
        throw Examples.noGradient();
    }

    @Override
    public EpComputationGraph clone() {
        EpComputationGraph copy = new EpComputationGraph(GraphConfigurations.copy(getConfiguration()));
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
        return other instanceof EpComputationGraph && super.equals(other);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new Object[] {getConfiguration(), getClass()});
    }
}
