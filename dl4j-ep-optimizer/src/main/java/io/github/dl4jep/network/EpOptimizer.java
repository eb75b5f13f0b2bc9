package io.github.dl4jep.network;

import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.Solver;
import org.deeplearning4j.optimize.api.ConvexOptimizer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.listeners.ScoreIterationListener;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/** Learns from one batch per call, and does for DL4J what its own optimizers do around that: score, listeners, counters. */
final class EpOptimizer extends BaseOptimizer {

    private static final long serialVersionUID = 1L;

    private final EpNetwork network;
    private final transient EpEngine engine;

    /**
     * An optimizer.
     *
     * @param network what listeners are told about
     * @param listeners the network's listeners
     * @param engine learns from a batch and keeps its score
     */
    EpOptimizer(EpNetwork network, Collection<TrainingListener> listeners, EpEngine engine) {
        super(network.conf(), null, List.copyOf(listeners), network);
        this.network = network;
        this.engine = engine;
        setUpdater(new StatelessUpdater());
    }

    @Override
    public boolean optimize(LayerWorkspaceMgr workspaceMgr) {
        engine.announceBatch(trainingListeners.stream().anyMatch(EpOptimizer::looksAtArrays));
        optimize(engine::learnBatch);
        return true;
    }

    /** Learns from a batch, and does what comes after it. */
    void optimize(Runnable learning) {
        learning.run();
        int iteration = getIterationCount(network);
        int epoch = getEpochCount(network);
        // Before the listeners, unlike DL4J's own: what they save has learned from this batch.
        incrementIterationCount(network, 1);
        try (MemoryWorkspace outside = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            for (TrainingListener listener : trainingListeners) {
                listener.onBackwardPass(network);
            }
            for (TrainingListener listener : trainingListeners) {
                listener.onGradientCalculation(network);
            }
            for (TrainingListener listener : trainingListeners) {
                listener.iterationDone(network, iteration, epoch);
            }
        }
        applyConstraints(network);
    }

    /** DL4J's own listeners beside its networks read scores and counts only; others may ask for activations and changes. */
    private static boolean looksAtArrays(TrainingListener listener) {
        return !(listener instanceof PassListener)
                && !listener.getClass().getPackageName().equals(ScoreIterationListener.class.getPackageName());
    }

    @Override
    public Updater getUpdater(boolean initializeIfReq) {
        return updater;
    }

    @Override
    @SuppressWarnings("NullAway") // DL4J checks for null where it asks without initialisation.
    public ComputationGraphUpdater getComputationGraphUpdater(boolean initializeIfReq) {
        if (computationGraphUpdater == null && initializeIfReq && network instanceof ComputationGraph graph) {
            computationGraphUpdater = new StatelessUpdater.OfGraph(graph);
        }
        return computationGraphUpdater;
    }

    @Override
    public void preProcessLine() {
        // No line search.
    }

    /** The solver that DL4J's fit calls once per batch; hands every batch to an {@link EpOptimizer}. */
    static final class EachBatch extends Solver {

        private final EpOptimizer optimizer;

        EachBatch(EpOptimizer optimizer) {
            this.optimizer = optimizer;
        }

        @Override
        public void optimize(LayerWorkspaceMgr workspaceMgr) {
            optimizer.optimize(workspaceMgr);
        }

        @Override
        public void initOptimizer() {
            // The optimizer is there from the start.
        }

        @Override
        public ConvexOptimizer getOptimizer() {
            return optimizer;
        }

        @Override
        public void setListeners(Collection<TrainingListener> listeners) {
            optimizer.setListeners(listeners);
        }
    }
}
