package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.LinearVertex;
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

/** Runtime of {@link EpOutputLayer}: linear factor, then likelihood. */
public final class OutputRuntime extends BaseOutputLayer<EpOutputLayer> implements EpOutput {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LinearVertex linear;
    private transient @Nullable LikelihoodVertex likelihood;

    /**
     * A runtime without parameters yet.
     *
     * @param conf configuration that holds an {@link EpOutputLayer}
     * @param dataType data type of the network
     */
    public OutputRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public ForwardMessage forward(ForwardMessage message) {
        ForwardMessage potentials = linear().forward(message);
        likelihood().potentials(potentials);
        return potentials;
    }

    @Override
    public BackwardMessage observe(INDArray labelArray, @Nullable INDArray mask, LearningPhase phase) {
        return likelihood().observe(labelArray, mask, phase);
    }

    @Override
    public @Nullable BackwardMessage backward(BackwardMessage message) {
        return linear().backward(message);
    }

    @Override
    public boolean hasFiniteSites() {
        return likelihood().isFinite() && linear().hasFiniteSites();
    }

    @Override
    public void commit(SiteStep step) {
        linear().commit(step);
        likelihood().commit();
    }

    @Override
    public void discard() {
        linear().discard();
        likelihood().discard();
    }

    @Override
    public Moments predict(Moments moments) {
        return linear().predict(moments);
    }

    @Override
    public Moments sample(Moments values) {
        return linear().sample(values);
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
        INDArray preOutput = likelihood().pointPreActivation(pointPotentials().mean());
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, preOutput);
    }

    private Moments pointPotentials() {
        assertInputSet(false);
        return linear().point(likelihood().rows().format().observed(input.castTo(dataType)));
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

    private LinearVertex linear() {
        if (linear == null) {
            linear = new LinearVertex(
                    layerConf().getNIn(),
                    OutputPositions.windows(layerConf()),
                    WeightGroups.NONE,
                    this::describe,
                    layerConf().initializer(),
                    () -> params);
        }
        return linear;
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
