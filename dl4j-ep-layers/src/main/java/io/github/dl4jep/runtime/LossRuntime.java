package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.weight.SiteStep;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseOutputLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runtime of {@link EpLossLayer}: a likelihood without weights. */
public final class LossRuntime extends BaseOutputLayer<EpLossLayer> implements EpOutput {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LikelihoodVertex likelihood;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpLossLayer}
     * @param dataType data type of the network
     */
    public LossRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        likelihood().potentials(message);
        return message;
    }

    @Override
    public BackwardMessage observe(INDArray labelArray, @Nullable INDArray mask, LearningPhase phase) {
        return likelihood().observe(labelArray, mask, phase);
    }

    @Override
    public BackwardMessage backward(BackwardMessage message) {
        return message;
    }

    @Override
    public boolean hasFiniteSites() {
        return likelihood().isFinite();
    }

    @Override
    public void commit(SiteStep step) {
        likelihood().commit();
    }

    @Override
    public void discard() {
        likelihood().discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return moments;
    }

    @Override
    public Moments sample(Moments values) {
        return values;
    }

    @Override
    public EpOutputConf outputConf() {
        return layerConf();
    }

    @Override
    public long outputs() {
        return layerConf().getNOut();
    }

    @Override
    public void validateLabels(INDArray labelArray, @Nullable INDArray mask) {
        likelihood().validate(labelArray, mask);
    }

    @Override
    public INDArray negativeLogLikelihood(Moments potentials, INDArray labelArray, @Nullable INDArray mask) {
        return likelihood().negativeLogLikelihood(potentials, labelArray, mask);
    }

    @Override
    public Moments potentials() {
        return likelihood().potentials();
    }

    @Override
    public Prediction prediction(Moments potentials) {
        return likelihood().prediction(potentials);
    }

    @Override
    public String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    /** The point network's pre-activation, which DL4J's own forward pass and score use. */
    @Override
    protected INDArray preOutput(boolean training, LayerWorkspaceMgr workspaceMgr) {
        assertInputSet(false);
        return workspaceMgr.leverageTo(
                ArrayType.ACTIVATIONS,
                likelihood().pointPreActivation(pointPotentials().mean()));
    }

    private Moments pointPotentials() {
        assertInputSet(false);
        return likelihood().rows().format().observed(input.castTo(dataType));
    }

    @Override
    protected INDArray getLabels2d(LayerWorkspaceMgr workspaceMgr, ArrayType arrayType) {
        return likelihood().rows().labelRows(labels);
    }

    /** The point network's output in DL4J's own shape. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        ExampleShape shape = pointPotentials().shape();
        INDArray activation = likelihood().rows().array(super.activate(training, workspaceMgr), shape);
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, activation);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }

    private LikelihoodVertex likelihood() {
        if (likelihood == null) {
            likelihood = new LikelihoodVertex(
                    layerConf().effectiveLikelihood(),
                    layerConf().getLossFn(),
                    OutputPositions.rows(layerConf()),
                    this::describe,
                    () -> params);
        }
        return likelihood;
    }
}
