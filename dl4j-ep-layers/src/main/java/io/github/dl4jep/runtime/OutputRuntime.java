package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.vertex.Emphasis;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.Vertex;
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
    private static final Emphasis.Factors EMPHASIS =
            new Emphasis.Factors(ClassLikelihood.EMPHASIS, 1, ClassLikelihood.EMPHASIS);

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
    public Vertex vertex() {
        return layerConf().effectiveLikelihood().teacher() == null ? linear() : new Emphasis(linear(), () -> EMPHASIS);
    }

    /** The map to the potentials. */
    private LinearVertex linear() {
        if (linear == null) {
            linear = linear(weights().readoutOfTeacher());
        }
        return linear;
    }

    private LayerWeights weights() {
        return new LayerWeights(this::describe, layerConf().initializer(), () -> params);
    }

    private LinearVertex linear(LayerWeights weights) {
        return new LinearVertex(layerConf().getNIn(), OutputPositions.windows(layerConf()), WeightGroups.NONE, weights);
    }

    @Override
    public @Nullable Teacher teacher() {
        Likelihood ofTeacher = layerConf().effectiveLikelihood().teacher();
        if (ofTeacher == null) {
            return null;
        }
        return new Teacher(
                new Emphasis(linear(weights()), this::crowding),
                new LikelihoodVertex(
                        ofTeacher,
                        layerConf().getLossFn(),
                        OutputPositions.rows(layerConf()),
                        this::describe,
                        () -> PosteriorParamInitializer.teacher(params)));
    }

    private Emphasis.Factors crowding() {
        double crowding = ClassLikelihood.crowding(
                layerConf().initializer().weights(params).predictiveMean());
        return new Emphasis.Factors(crowding, crowding, 1 / crowding);
    }

    @Override
    public LikelihoodVertex likelihood() {
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

    @Override
    public EpOutputConf outputConf() {
        return layerConf();
    }

    @Override
    public long outputs() {
        return layerConf().getNOut();
    }

    private String describe() {
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
        return likelihood().labelRows().labelRows(labels);
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
}
