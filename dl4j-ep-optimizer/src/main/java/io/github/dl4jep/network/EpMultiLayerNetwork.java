package io.github.dl4jep.network;

import io.github.dl4jep.compact.CompactNetwork;
import io.github.dl4jep.ensemble.PosteriorEnsemble;
import io.github.dl4jep.file.WholeFile;
import io.github.dl4jep.prune.Pruning;
import io.github.dl4jep.stock.CompactExport;
import io.github.dl4jep.stock.SeededGenerator;
import io.github.dl4jep.stock.StockChoice;
import io.github.dl4jep.stock.StockNetworks;
import java.io.File;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * A DL4J network that is trained by expectation propagation: DL4J's own {@code fit}, {@code output}, {@code evaluate} and
 * {@code score} run on it.
 *
 * <p>Calls of {@code output} between two changes of the parameters find the moments of the weights once; each call compares the parameters with
 * those that the moments are of, so that any change, through whichever array, is in the next prediction.
 *
 * <p>{@code output} returns class probabilities, or the predictive mean of a regression, from the moments of all weights;
 * {@code score} is the mean negative log predictive likelihood of the last batch before it was learned from, in nats.
 * {@link #prediction} gives the uncertainty as well. {@link #predictor} serves any number of threads at once; all else is not
 * thread-safe, as DL4J's networks are not.
 */
@SuppressWarnings("overrides") // a varargs mismatch between two DL4J types
public non-sealed class EpMultiLayerNetwork extends ListOverSteps implements EpNetwork {

    private static final long serialVersionUID = 1L;

    private final transient EpEngine engine = new EpEngine(
            this,
            () -> array(getInput()),
            () -> array(getLabels()),
            () -> array(getOutputLayer().getMaskArray()),
            this::featureMasks,
            this::announce);

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
            solver = engine.solver(getListeners());
        }
        super.init(parameters, cloneParametersArray);
        engine.lay(NetworkLayout.of(this));
        setListeners(getListeners());
    }

    /**
     * Sets the listeners, after one of the network's own that counts passes.
     *
     * @param listeners the listeners, or null for none
     */
    @Override
    public void setListeners(@Nullable Collection<TrainingListener> listeners) {
        super.setListeners(PassListener.before(listeners));
    }

    @Override
    EpEngine engine() {
        return engine;
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

    private void announce(INDArray[] features) {
        List<INDArray> activations =
                LazyActivations.list(layers.length, () -> activations(features[0], featureMask, layers.length - 2));
        getListeners().forEach(listener -> listener.onForwardPass(this, activations));
    }

    /** The input and the activations up to a layer, or up to the input for -1. */
    private List<INDArray> activations(INDArray features, @Nullable INDArray mask, int lastLayer) {
        return activations(engine.sweep(), features, mask, lastLayer);
    }

    @Override
    public EpMultiLayerNetwork prune(double fraction) {
        return Pruning.of(this, fraction, EpMultiLayerNetwork::new);
    }

    @Override
    public MultiLayerNetwork toPointNetwork() {
        return StockNetworks.of(this, StockChoice.MODE);
    }

    @Override
    public MultiLayerNetwork sample(long seed) {
        return SeededGenerator.drawn(seed, this::draw);
    }

    private MultiLayerNetwork draw() {
        return StockNetworks.of(this, StockChoice.DRAW);
    }

    @Override
    public PosteriorEnsemble ensemble(int networks, long seed) {
        return PosteriorEnsemble.drawn(networks, seed, this::draw);
    }

    @Override
    public CompactNetwork toCompact() {
        return CompactExport.of(toPointNetwork());
    }

    @Override
    public String toJson() {
        return getLayerWiseConfigurations().toJson();
    }

    @Override
    public MemoryEstimate memory(InputType... input) {
        MultiLayerConfiguration conf = getLayerWiseConfigurations();
        if (input.length != 1) {
            throw new IllegalArgumentException(
                    "number of input types is " + input.length + ", but the network has 1 input");
        }
        return MemoryEstimate.of(conf.getMemoryReport(input[0]), conf.getDataType(), engine.inducingExamples());
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
    public void setLearningRate(int layer, double rate) {
        throw Examples.noLearningRate();
    }

    @Override
    public void setLearningRate(int layer, ISchedule schedule) {
        throw Examples.noLearningRate();
    }

    /**
     * Trains for one pass, as DL4J does.
     *
     * @param iterator the batches
     * @throws DL4JInvalidInputException if the iterator gives no batch
     */
    @Override
    public void fit(DataSetIterator iterator) {
        engine.requireBatches(iterator, () -> super.fit(iterator));
    }

    @Override
    public void fit(MultiDataSetIterator iterator) {
        super.fit(Objects.requireNonNull(iterator, Examples.NO_ITERATOR));
    }

    @Override
    public void fit(org.nd4j.linalg.dataset.api.DataSet data) {
        super.fit(Objects.requireNonNull(data, Examples.NO_DATA));
    }

    @Override
    public void fit(MultiDataSet data) {
        super.fit(Objects.requireNonNull(data, Examples.NO_DATA));
    }

    /**
     * Trains on one batch with class numbers as labels.
     *
     * @param examples [minibatch, ...]
     * @param classes one class number per example, from 0
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if one is no class
     */
    @Override
    public void fit(INDArray examples, int[] classes) {
        // DL4J's own asks for its own output layer.
        fit(examples, Examples.oneHot(classes, engine.layout().outputs().get(0).outputs()));
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
        return backpropParamsOnly ? engine.weightTable() : super.paramTable(false);
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
        return engine.change();
    }

    @Override
    public void incrementEpochCount() {
        super.incrementEpochCount();
        engine.countPass();
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
        EpEngine.requireWholeSequences(fwdPassType, false);
        INDArray result = features;
        if (layerIndex >= 0) {
            String name = String.valueOf(layerIndex);
            result = Objects.requireNonNull(
                    engine.activations(new INDArray[] {features}, array(featureMask), List.of(name))
                            .get(name));
        }
        return OutputWorkspace.place(result, outputWorkspace);
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
        EpEngine.requireWholeSequences(fwdPassType, storeLastForTBPTT);
        return activations(features, featureMask == null ? this.featureMask : featureMask, layerIndex);
    }

    @Override
    public double score(DataSet data, boolean training) {
        return engine.score(Objects.requireNonNull(data, Examples.NO_DATA).toMultiDataSet());
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
        return engine.scores(Objects.requireNonNull(data, Examples.NO_DATA).toMultiDataSet());
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
        return other instanceof EpMultiLayerNetwork && super.equals(other);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new Object[] {getLayerWiseConfigurations(), getClass()});
    }
}
