package io.github.dl4jep.network;

import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** {@link StatelessUpdater} in the class that DL4J wants of a graph: it knows no layers, so it has no state and no gradient. */
final class StatelessGraphUpdater extends ComputationGraphUpdater {

    private static final StatelessUpdater STATELESS = new StatelessUpdater();

    StatelessGraphUpdater(ComputationGraph graph) {
        super(graph);
    }

    @Override
    protected Trainable[] getOrderedLayers() {
        return new Trainable[0];
    }

    /** DL4J's constructor asks for it; there are no layers to cut it into. */
    @Override
    public INDArray getFlattenedGradientsView() {
        return getParams();
    }

    @Override
    public void setStateViewArray(@Nullable INDArray viewArray) {
        STATELESS.requireNoState(viewArray);
    }

    @Override
    public void setStateViewArray(Trainable layer, @Nullable INDArray viewArray, boolean initialize) {
        STATELESS.requireNoState(viewArray);
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J writes no state where it gets null.
    public INDArray getStateViewArray() {
        return STATELESS.getStateViewArray();
    }

    @Override
    public synchronized void update(
            Gradient gradient, int iteration, int epoch, int batchSize, LayerWorkspaceMgr workspaceMgr) {
        throw STATELESS.notByGradients();
    }

    /** DL4J compares networks by their updaters, too; without state all are equal. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StatelessGraphUpdater;
    }

    @Override
    public int hashCode() {
        return StatelessGraphUpdater.class.hashCode();
    }
}
