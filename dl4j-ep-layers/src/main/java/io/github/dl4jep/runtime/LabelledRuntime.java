package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpLabelledLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.params.TeacherParameters;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.OutputRows;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseOutputLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runtime of a layer with labels: its likelihood, and the point network that DL4J's own forward pass and score use.
 *
 * @param <C> the configuration
 */
abstract class LabelledRuntime<C extends EpLabelledLayer> extends BaseOutputLayer<C> implements EpOutput {

    private static final long serialVersionUID = 1L;

    private transient @Nullable LikelihoodVertex likelihood;

    LabelledRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    /** What labels look like. */
    abstract OutputRows rows();

    /** The potentials of the point network. */
    abstract Moments potentials(Moments input);

    @Override
    public LikelihoodVertex likelihood() {
        if (likelihood == null) {
            likelihood = likelihood(layerConf().effectiveLikelihood(), () -> params);
        }
        return likelihood;
    }

    LikelihoodVertex likelihood(Likelihood ofLabels, Supplier<Map<String, INDArray>> parameters) {
        return new LikelihoodVertex(ofLabels, layerConf().getLossFn(), rows(), this::describe, parameters);
    }

    /** A teacher whose likelihood learns here. */
    final Teacher teacher(ReadoutMaps maps, TeacherParameters ofTeacher) {
        boolean solvesAtOnce = rows().spatialRank() == 0
                && layerConf().effectiveLikelihood().solvesOutputsAtOnce(Math.toIntExact(outputs()));
        return new Teacher(
                maps.teacher(!ofTeacher.shared(), solvesAtOnce),
                likelihood(ofTeacher.likelihood(), () -> TeacherParameters.learned(params)));
    }

    @Override
    public EpOutputConf outputConf() {
        return layerConf();
    }

    @Override
    public long outputs() {
        return layerConf().getNOut();
    }

    String describe() {
        return NotTrainedByGradients.describe(layerConf().getLayerName(), getIndex());
    }

    @Override
    protected INDArray preOutput(boolean training, LayerWorkspaceMgr workspaceMgr) {
        INDArray preOutput = likelihood().pointPreActivation(pointPotentials().mean());
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, preOutput);
    }

    private Moments pointPotentials() {
        assertInputSet(false);
        return potentials(rows().format().observed(input.castTo(dataType)));
    }

    @Override
    protected INDArray getLabels2d(LayerWorkspaceMgr workspaceMgr, ArrayType arrayType) {
        return likelihood().labelRows().labelRows(labels);
    }

    /** The point network's output in DL4J's own shape. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaceMgr) {
        ExampleShape shape = pointPotentials().shape();
        INDArray activation = rows().array(super.activate(training, workspaceMgr), shape);
        return workspaceMgr.leverageTo(ArrayType.ACTIVATIONS, activation);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }
}
