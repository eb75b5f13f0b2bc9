package io.github.dl4jep.network;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A graph over the steps of sequences: DL4J's masks, segments and states, kept by the engine in place of the layers. */
abstract class GraphOverSteps extends ComputationGraph {

    private static final long serialVersionUID = 1L;

    transient INDArray @Nullable [] featureMasks;

    GraphOverSteps(ComputationGraphConfiguration configuration) {
        super(configuration);
    }

    /** The engine; null while DL4J's constructor runs. */
    abstract EpEngine engine();

    @Override
    public void setLayerMaskArrays(INDArray @Nullable [] featureMasks, INDArray @Nullable [] labelMasks) {
        super.setLayerMaskArrays(null, labelMasks);
        this.featureMasks = featureMasks; // DL4J clears all masks first.
    }

    @Override
    public void clearLayerMaskArrays() {
        featureMasks = null;
        super.clearLayerMaskArrays();
    }

    /** {@return whether sequences are cut into segments; see {@link EpNetwork#backpropType}} */
    public BackpropType backpropType() {
        return getConfiguration().getBackpropType();
    }

    @Override
    protected void doTruncatedBPTT(
            INDArray[] features,
            INDArray[] labels,
            INDArray @Nullable [] featureMasks,
            INDArray @Nullable [] labelMasks,
            LayerWorkspaceMgr workspaceMgr) {
        SequenceExamples.requireSegments(getIterationCount(), getConfiguration().getTbpttFwdLength(), features, labels);
        super.doTruncatedBPTT(features, labels, featureMasks, labelMasks, workspaceMgr);
    }

    @Override
    protected void rnnUpdateStateWithTBPTTState() {
        // The engine keeps the states of a segment when it has learned from it.
    }

    @Override
    public INDArray[] rnnTimeStep(INDArray... features) {
        return engine().timeStep(features);
    }

    @Override
    public INDArray[] rnnTimeStep(@Nullable MemoryWorkspace outputWorkspace, INDArray... features) {
        return Arrays.stream(rnnTimeStep(features))
                .map(output -> OutputWorkspace.place(output, outputWorkspace))
                .toArray(INDArray[]::new);
    }

    @Override
    public void rnnClearPreviousState() {
        if (engine() != null) {
            engine().states().clear();
        }
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J's own is null before the first step, too.
    public Map<String, INDArray> rnnGetPreviousState(String layer) {
        return engine().states().get(engine().placeOf(layer));
    }

    @Override
    public void rnnSetPreviousState(String layer, Map<String, INDArray> state) {
        engine().states().set(engine().placeOf(layer), state);
    }

    @Override
    public Map<String, INDArray> rnnActivateUsingStoredState(
            INDArray[] features, boolean training, boolean storeLastForTBPTT) {
        List<String> names = Arrays.stream(vertices)
                .filter(vertex -> !vertex.isInputVertex())
                .map(GraphVertex::getVertexName)
                .toList();
        return engine().states()
                .activating(
                        engine().sweep(),
                        storeLastForTBPTT,
                        graph -> engine().layout().activations(graph, features, featureMasks, names));
    }
}
