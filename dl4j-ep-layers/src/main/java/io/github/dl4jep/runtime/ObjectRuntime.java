package io.github.dl4jep.runtime;

import io.github.dl4jep.conf.EpObjectLayer;
import io.github.dl4jep.conf.EpOutputConf;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.type.DataFormats;
import io.github.dl4jep.unit.IdentityUnit;
import io.github.dl4jep.vertex.LikelihoodVertex;
import io.github.dl4jep.vertex.OutputRows;
import io.github.dl4jep.vertex.UnitVertex;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.objdetect.DetectedObject;
import org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runtime of {@link EpObjectLayer}: DL4J's own, which finds objects in an output and is the point network's, with a likelihood.
 */
public final class ObjectRuntime extends Yolo2OutputLayer implements EpOutput {

    private static final long serialVersionUID = 1L;

    private Map<String, INDArray> parameters = Map.of();
    private @Nullable INDArray view;
    private transient @Nullable UnitVertex vertex;
    private transient @Nullable LikelihoodVertex likelihood;

    /**
     * A runtime without parameters yet; it has the factor of the hidden priors.
     *
     * @param conf configuration that holds an {@link EpObjectLayer}
     * @param dataType data type of the network
     */
    public ObjectRuntime(NeuralNetConfiguration conf, DataType dataType) {
        super(conf, dataType);
    }

    @Override
    public void setParamsViewArray(@Nullable INDArray params) {
        view = params;
    }

    @Override
    public void setParamTable(Map<String, INDArray> paramTable) {
        parameters = paramTable;
    }

    @Override
    public Map<String, INDArray> paramTable(boolean backpropParamsOnly) {
        return parameters;
    }

    @Override
    public @Nullable INDArray params() {
        return view;
    }

    @Override
    public @Nullable INDArray getParam(String param) {
        return parameters.get(param);
    }

    @Override
    public void setParam(String key, INDArray value) {
        Parameters.get(parameters, key).assign(value);
    }

    @Override
    public void setParams(INDArray params) {
        if (view != null && params != view) {
            view.assign(params);
        }
    }

    @Override
    public long numParams() {
        return view == null ? 0 : view.length();
    }

    private EpObjectLayer converted() {
        return (EpObjectLayer) conf.getLayer();
    }

    /** What DL4J's methods ask for anchors. */
    @Override
    public org.deeplearning4j.nn.conf.layers.objdetect.Yolo2OutputLayer layerConf() {
        return converted().getBoxes();
    }

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
            OutputRows rows = new OutputRows(DataFormats.of(layerConf()), outputs(), 2);
            likelihood = new LikelihoodVertex(
                    converted().effectiveLikelihood(), converted().getLossFn(), rows, this::describe, () -> parameters);
        }
        return likelihood;
    }

    @Override
    public EpOutputConf outputConf() {
        return converted();
    }

    @Override
    public long outputs() {
        return converted().getNOut();
    }

    private String describe() {
        return NotTrainedByGradients.describe(converted().getLayerName(), getIndex());
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaceMgr) {
        throw NotTrainedByGradients.at(describe());
    }

    /** As DL4J's, with the right classes: DL4J 1.0.0-M2.1 reads those of most boxes at another place. */
    @Override
    public List<DetectedObject> getPredictedObjects(INDArray networkOutput, double threshold) {
        return FoundObjects.of(layerConf(), networkOutput, threshold, 0);
    }
}
