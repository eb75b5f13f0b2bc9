package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpLossLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.type.OutputPositions;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.UnitVertex;
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

    private transient @Nullable UnitVertex vertex;
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

    /** Hands its input on. */
    @Override
    public UnitVertex vertex() {
        if (vertex == null) {
            vertex = new UnitVertex(new IdentityUnit(), this::describe);
        }
        return vertex;
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
