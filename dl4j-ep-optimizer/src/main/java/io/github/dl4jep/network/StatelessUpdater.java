package io.github.dl4jep.network;

import org.deeplearning4j.nn.api.Trainable;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The updater that DL4J finds on an EP network: without state, because the posterior itself is all there is. DL4J asks for it
 * when it writes a model; a stock updater would allocate a gradient as large as the parameters.
 */
final class StatelessUpdater implements Updater {

    private static final long serialVersionUID = 1L;

    @Override
    public void setStateViewArray(Trainable layer, @Nullable INDArray viewArray, boolean initialize) {
        requireNoState(viewArray);
    }

    void requireNoState(@Nullable INDArray viewArray) {
        if (viewArray != null && viewArray.length() > 0) {
            throw new IllegalArgumentException("an EP network has no updater state, but " + viewArray.length()
                    + " values were given; load the file with EpNetworks.load");
        }
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J writes no state where it gets null.
    public INDArray getStateViewArray() {
        return null;
    }

    @Override
    public void update(
            Trainable layer,
            Gradient gradient,
            int iteration,
            int epoch,
            int miniBatchSize,
            LayerWorkspaceMgr workspaceMgr) {
        throw notByGradients();
    }

    UnsupportedOperationException notByGradients() {
        return new UnsupportedOperationException("an EP network is not trained by gradients");
    }

    /** DL4J compares networks by their updaters, too; without state all are equal. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StatelessUpdater;
    }

    @Override
    public int hashCode() {
        return StatelessUpdater.class.hashCode();
    }

    /** The same in the class that DL4J wants of a graph: it knows no layers, so it has no state and no gradient. */
    static final class OfGraph extends ComputationGraphUpdater {

        private static final StatelessUpdater STATELESS = new StatelessUpdater();

        OfGraph(ComputationGraph graph) {
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
            return other instanceof OfGraph;
        }

        @Override
        public int hashCode() {
            return OfGraph.class.hashCode();
        }
    }
}
