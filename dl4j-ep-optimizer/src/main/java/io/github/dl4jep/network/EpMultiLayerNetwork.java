package io.github.dl4jep.network;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.distribution.ExampleFormat;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.layer.DataFormats;
import io.github.dl4jep.layer.EpLayer;
import io.github.dl4jep.layer.EpOutput;
import io.github.dl4jep.layer.PreProcessors;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.sweep.BatchCheck;
import io.github.dl4jep.sweep.Labels;
import io.github.dl4jep.sweep.Sweep;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.FwdPassType;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.util.FeatureUtil;
import org.nd4j.linalg.workspace.WorkspaceUtils;

/**
 * A DL4J network that is trained by expectation propagation: DL4J's own {@code fit}, {@code output}, {@code evaluate} and
 * {@code score} run on it.
 *
 * <p>{@code output} returns class probabilities, or the predictive mean of a regression, from the moments of all weights;
 * {@code score} is the mean negative log predictive likelihood of the last batch before it was learned from, in nats.
 * {@link EpPredictor} gives the uncertainty as well. Not thread-safe, as DL4J's networks are not.
 */
@SuppressWarnings("overrides") // a varargs mismatch between two DL4J types
public class EpMultiLayerNetwork extends MultiLayerNetwork {

    private static final long serialVersionUID = 1L;

    private transient @Nullable Sweep sweep;
    /** Index in the sweep of each layer; preprocessors are nodes of their own. */
    private transient int[] nodeOf = new int[0];

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
        if (solver == null) {
            solver = new EpSolver(new EpOptimizer(this));
        }
        super.init(parameters, cloneParametersArray);
        buildSweep();
    }

    private void buildSweep() {
        List<EpLayer> stages = new ArrayList<>();
        nodeOf = new int[layers.length];
        for (int i = 0; i < layers.length; i++) {
            InputPreProcessor preProcessor = getLayerWiseConfigurations().getInputPreProcess(i);
            if (preProcessor != null) {
                stages.add(PreProcessors.stage(preProcessor));
            }
            if (!(layers[i] instanceof EpLayer layer)) {
                throw new DL4JInvalidConfigException("Layer " + i + " is a "
                        + layers[i].getClass().getSimpleName()
                        + ", allowed are EP layers; convert the configuration with EpNetworks.from(...)");
            }
            nodeOf[i] = stages.size();
            stages.add(layer);
        }
        if (!(layers[layers.length - 1] instanceof EpOutput)) {
            throw new DL4JInvalidConfigException("The last layer is a "
                    + layers[layers.length - 1].getClass().getSimpleName()
                    + ", which takes no labels; the last layer must be an output or loss layer");
        }
        sweep = new Sweep(stages);
    }

    Sweep sweep() {
        if (sweep == null) {
            init();
        }
        return java.util.Objects.requireNonNull(sweep);
    }

    private EpOutput outputOfNetwork() {
        return (EpOutput) layers[layers.length - 1];
    }

    /** Learns from the batch that DL4J has set as input and labels; answers its score before. */
    double learnCurrentBatch() {
        try {
            return learnInputAndLabels();
        } catch (RuntimeException e) {
            clearLayerMaskArrays(); // DL4J does so after a batch that succeeds; the next batch may have no mask of its
            // own.
            throw e;
        }
    }

    private double learnInputAndLabels() {
        INDArray features = getInput();
        INDArray targets = getLabels();
        int iteration = getIterationCount();
        requireSameRows("Batch " + iteration, features, targets);
        BatchCheck.requireFinite("feature", features, iteration);
        BatchCheck.requireFinite("label", targets, iteration);
        EpOutputConf conf = outputOfNetwork().outputConf();
        return sweep().learn(
                        inputs(features),
                        List.of(new Labels(targets, getOutputLayer().getMaskArray())),
                        conf.getSchedule(),
                        conf.getPassCounter().phase(iteration));
    }

    private static void requireSameRows(String what, @Nullable INDArray features, @Nullable INDArray targets) {
        if (features == null || targets == null) {
            throw new DL4JInvalidInputException(
                    what + " has no " + (features == null ? "features" : "labels") + "; EP learns from both");
        }
        if (features.size(0) != targets.size(0)) {
            throw new DL4JInvalidInputException(what + " has " + features.size(0) + " rows of features but "
                    + targets.size(0) + " rows of labels; they must be equal");
        }
    }

    /** The features as the sweep takes them: in the network's data type, channels first. */
    List<Moments> inputs(INDArray features) {
        return List.of(
                format(0).observed(features.castTo(getLayerWiseConfigurations().getDataType())));
    }

    /** How DL4J's arrays hold the input and activation of a layer. */
    private ExampleFormat format(int layer) {
        List<Layer> confs = getLayerWiseConfigurations().getConfs().stream()
                .map(NeuralNetConfiguration::getLayer)
                .toList();
        return DataFormats.of(confs, layer);
    }

    /**
     * Moments of the network for a batch: what {@link EpPredictor} returns.
     *
     * @param features [minibatch, ...]
     * @return the prediction
     */
    Prediction predictMoments(INDArray features) {
        return sweep().predict(inputs(features)).get(0);
    }

    /** Output potentials under draws of the weights, [draws, minibatch, outputs]. */
    INDArray samplePotentials(INDArray features, int draws) {
        return sweep().sample(inputs(features), draws).get(0);
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
        if (getIterationCount() == before) {
            throw new DL4JInvalidInputException(
                    "The iterator " + iterator.getClass().getSimpleName()
                            + " gave no batch in epoch " + (getEpochCount() - 1)
                            + "; allowed is one batch or more. The posterior is unchanged; reset the iterator or check its source");
        }
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

    @Override
    public void incrementEpochCount() {
        super.incrementEpochCount();
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
                ? predictMoments(features).output()
                : layerIndex < 0 ? features : meanActivation(features, layerIndex);
        setInput(null);
        return outputWorkspace == null || !outputWorkspace.isScopeActive()
                ? result
                : result.leverageTo(outputWorkspace.getId());
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
        requireSameRows("The data set", data.getFeatures(), data.getLabels());
        return sweep().score(inputs(data.getFeatures()), labels(data));
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
        requireSameRows("The data set", data.getFeatures(), data.getLabels());
        return sweep().scores(inputs(data.getFeatures()), labels(data));
    }

    private static List<Labels> labels(DataSet data) {
        return List.of(new Labels(data.getLabels(), data.getLabelsMaskArray()));
    }

    /** There is no gradient; throws. */
    @Override
    public void computeGradientAndScore() {
        throw new UnsupportedOperationException(
                "An EP network has no gradient; use fit(...) to train and score(...) to score");
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
