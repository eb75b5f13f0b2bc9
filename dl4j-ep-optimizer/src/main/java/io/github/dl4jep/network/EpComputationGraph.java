package io.github.dl4jep.network;

import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.conf.GraphConfigurations;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.prune.Pruning;
import io.github.dl4jep.stock.CompactExport;
import io.github.dl4jep.stock.GraphChain;
import io.github.dl4jep.stock.SeededGenerator;
import io.github.dl4jep.stock.StockChoice;
import io.github.dl4jep.stock.StockGraph;
import java.io.File;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
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
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * A DL4J graph that is trained by expectation propagation: DL4J's own {@code fit}, {@code output}, {@code evaluate} and
 * {@code score} run on it, with any number of inputs and outputs.
 *
 * <p>{@code output} returns, for each output, class probabilities or the predictive mean of a regression, from the moments of all
 * weights; {@code score} is the mean negative log predictive likelihood of the last batch before it was learned from, in nats,
 * summed over outputs. Calls of {@code output} between two changes of the parameters find the moments of the weights once; each call compares the
 * parameters with those that the moments are of, so that any change is in the next prediction. {@link #prediction} gives the uncertainty as well. All outputs are trained by the schedule of the first.
 * {@link #predictor} serves any number of threads at once; all else is not thread-safe, as DL4J's networks are not.
 */
@SuppressWarnings("overrides") // a varargs mismatch between two DL4J types
public non-sealed class EpComputationGraph extends GraphOverSteps implements EpNetwork {

    private static final long serialVersionUID = 1L;

    /** DL4J's own field is private. */
    private transient INDArray @Nullable [] labelsOfBatch;

    private final transient EpEngine engine = new EpEngine(
            this, this::getInputs, () -> labelsOfBatch, this::getLabelMaskArrays, () -> featureMasks, this::announce);

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
            solver = engine.solver(getListeners());
        }
        super.init(parameters, cloneParametersArray);
        engine.lay(NetworkLayout.of(this));
        setListeners(getListeners());
    }

    /**
     * Sets the listeners, after one of the graph's own that counts passes.
     *
     * @param listeners the listeners, or null for none
     */
    @Override
    public void setListeners(@Nullable Collection<TrainingListener> listeners) {
        super.setListeners(PassListener.before(listeners));
    }

    @Override
    public void initGradientsView() {
        // DL4J's fit asks for it; there is no gradient.
    }

    @Override
    EpEngine engine() {
        return engine;
    }

    @Override
    public EpComputationGraph prune(double fraction) {
        return Pruning.of(this, fraction, EpComputationGraph::new);
    }

    @Override
    public ComputationGraph toPointNetwork() {
        return StockGraph.of(this, StockChoice.MODE);
    }

    @Override
    public ComputationGraph sample(long seed) {
        return SeededGenerator.drawn(seed, () -> StockGraph.of(this, StockChoice.DRAW));
    }

    @Override
    public PosteriorEnsemble ensemble(int networks, long seed) {
        return PosteriorEnsemble.drawn(networks, seed, () -> GraphChain.of(StockGraph.of(this, StockChoice.DRAW)));
    }

    @Override
    public CompactNetwork toCompact() {
        return CompactExport.of(GraphChain.of(toPointNetwork()));
    }

    @Override
    public String toJson() {
        return getConfiguration().toJson();
    }

    @Override
    public MemoryEstimate memory(InputType... input) {
        if (input.length != getNumInputArrays()) {
            throw new IllegalArgumentException("number of input types is " + input.length + ", but the network has "
                    + getNumInputArrays() + " input(s)");
        }
        return MemoryEstimate.of(
                getConfiguration().getMemoryReport(input), getConfiguration().getDataType(), engine.inducingExamples());
    }

    @Override
    public void setLearningRate(double rate) {
        throw Examples.noLearningRate();
    }

    @Override
    public void setLearningRate(ISchedule schedule) {
        throw Examples.noLearningRate();
    }

    @Override
    public void setLearningRate(String layer, double rate) {
        throw Examples.noLearningRate();
    }

    @Override
    public void setLearningRate(String layer, ISchedule schedule) {
        throw Examples.noLearningRate();
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

    private void announce(INDArray[] features) {
        List<String> hidden = Arrays.stream(vertices)
                .map(GraphVertex::getVertexName)
                .filter(name -> !getConfiguration().getNetworkOutputs().contains(name))
                .toList();
        Map<String, INDArray> activations =
                LazyActivations.map(() -> engine.activations(features, featureMasks, hidden));
        getListeners().forEach(listener -> listener.onForwardPass(this, activations));
    }

    @Override
    public void fit(DataSetIterator iterator) {
        engine.requireBatches(iterator, () -> super.fit(new MultiDataSetIteratorAdapter(iterator)));
    }

    @Override
    public void fit(MultiDataSet data) {
        super.fit(Objects.requireNonNull(data, Examples.NO_DATA));
    }

    @Override
    public synchronized void fit(MultiDataSetIterator iterator) {
        engine.requireBatches(iterator, () -> super.fit(iterator));
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
        return backpropParamsOnly ? engine.weightTable() : super.paramTable(false);
    }

    /**
     * The change of the weights by the last batch; as {@link EpMultiLayerNetwork#gradient()}.
     *
     * @return the change, or null if it was not kept
     */
    @Override
    @SuppressWarnings("NullAway") // DL4J's own is null before the first batch, too.
    public Gradient gradient() {
        return engine.change();
    }

    @Override
    public void incrementEpochCount() {
        super.incrementEpochCount();
        engine.countPass();
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
        EpEngine.requireWholeSequences(fwdPassType, false);
        List<String> names = Arrays.stream(layerIndexes)
                .mapToObj(index -> vertices[index].getVertexName())
                .toList();
        Map<String, INDArray> activations = engine.activations(features, featureMasks, names);
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
        EpEngine.requireWholeSequences(fwdPassType, storeLastForTBPTT);
        List<String> names = new ArrayList<>(getConfiguration().getNetworkInputs());
        for (int i = 0; i <= layerIndex; i++) {
            int index = topologicalOrder[i];
            boolean excluded = excludeIdxs != null && Arrays.stream(excludeIdxs).anyMatch(each -> each == index);
            if (!excluded && !vertices[index].isInputVertex()) {
                names.add(vertices[index].getVertexName());
            }
        }
        Map<String, INDArray> activations =
                engine.activations(features, featureMasks == null ? this.featureMasks : featureMasks, names);
        activations.keySet().retainAll(names);
        return activations;
    }

    @Override
    public double score(MultiDataSet data, boolean training) {
        return engine.score(data);
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
        return engine.scores(data);
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

    @Override
    public void save(File file, boolean saveUpdater) throws IOException {
        WholeFile.write(
                Objects.requireNonNull(file, Examples.NO_FILE).toPath(),
                out -> ModelSerializer.writeModel(this, out, saveUpdater));
    }

    /** {@return what Java serialisation writes in place of the network: its file} */
    protected Object writeReplace() {
        return SerializedNetwork.of(this);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EpComputationGraph && super.equals(other);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new Object[] {getConfiguration(), getClass()});
    }
}
