package io.github.dl4jep.network;

import io.github.dl4jep.engine.MessageGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A list of layers over the steps of sequences: DL4J's masks, segments and states, kept by the engine in place of the layers. */
@SuppressWarnings("overrides") // a varargs mismatch between two DL4J types
abstract class ListOverSteps extends MultiLayerNetwork {

    private static final long serialVersionUID = 1L;

    transient @Nullable INDArray featureMask;

    ListOverSteps(MultiLayerConfiguration configuration) {
        super(configuration);
    }

    /** The engine; null while DL4J's constructor runs. */
    abstract EpEngine engine();

    static INDArray @Nullable [] array(@Nullable INDArray one) {
        return one == null ? null : new INDArray[] {one};
    }

    List<INDArray> activations(MessageGraph graph, INDArray features, @Nullable INDArray mask, int lastLayer) {
        List<String> names =
                IntStream.rangeClosed(0, lastLayer).mapToObj(String::valueOf).toList();
        Map<String, INDArray> byName =
                engine().layout().activations(graph, new INDArray[] {features}, array(mask), names);
        List<INDArray> activations = new ArrayList<>(List.of(features));
        names.forEach(name -> activations.add(Objects.requireNonNull(byName.get(name))));
        return activations;
    }

    @Override
    public void setLayerMaskArrays(@Nullable INDArray featuresMask, @Nullable INDArray labelsMask) {
        super.setLayerMaskArrays(null, labelsMask);
        featureMask = featuresMask;
    }

    @Override
    public void clearLayerMaskArrays() {
        featureMask = null;
        super.clearLayerMaskArrays();
    }

    INDArray @Nullable [] featureMasks() {
        return array(featureMask);
    }

    /** {@return whether sequences are cut into segments; see {@link EpNetwork#backpropType}} */
    public BackpropType backpropType() {
        return getLayerWiseConfigurations().getBackpropType();
    }

    @Override
    protected void doTruncatedBPTT(
            INDArray features,
            INDArray labels,
            @Nullable INDArray featuresMask,
            @Nullable INDArray labelsMask,
            LayerWorkspaceMgr workspaceMgr) {
        int length = getLayerWiseConfigurations().getTbpttFwdLength();
        SequenceExamples.requireSegments(getIterationCount(), length, array(features), array(labels));
        super.doTruncatedBPTT(features, labels, featuresMask, labelsMask, workspaceMgr);
    }

    @Override
    public void updateRnnStateWithTBPTTState() {
        // The engine keeps the states of a segment when it has learned from it.
    }

    @Override
    public INDArray rnnTimeStep(INDArray features) {
        return engine().timeStep(new INDArray[] {features})[0];
    }

    @Override
    public INDArray rnnTimeStep(INDArray features, @Nullable MemoryWorkspace outputWorkspace) {
        return OutputWorkspace.place(rnnTimeStep(features), outputWorkspace);
    }

    @Override
    public void rnnClearPreviousState() {
        if (engine() != null) {
            engine().states().clear();
        }
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J's own is null before the first step, too.
    public Map<String, INDArray> rnnGetPreviousState(int layer) {
        return engine().states().get(engine().placeOf(String.valueOf(layer)));
    }

    @Override
    public void rnnSetPreviousState(int layer, Map<String, INDArray> state) {
        engine().states().set(engine().placeOf(String.valueOf(layer)), state);
    }

    @Override
    public List<INDArray> rnnActivateUsingStoredState(INDArray features, boolean training, boolean storeLastForTBPTT) {
        return engine().states()
                .activating(
                        engine().sweep(),
                        storeLastForTBPTT,
                        graph -> activations(graph, features, featureMask, layers.length - 1));
    }
}
