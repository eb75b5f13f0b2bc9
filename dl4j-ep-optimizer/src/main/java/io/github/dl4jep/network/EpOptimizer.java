package io.github.dl4jep.network;

import java.util.List;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.deeplearning4j.optimize.solvers.BaseOptimizer;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/** Learns from one batch per call, and does for DL4J what its own optimizers do around that: score, listeners, counters. */
final class EpOptimizer extends BaseOptimizer {

    private static final long serialVersionUID = 1L;

    private final EpMultiLayerNetwork network;

    EpOptimizer(EpMultiLayerNetwork network) {
        super(network.conf(), null, List.copyOf(network.getListeners()), network);
        this.network = network;
        setUpdater(new StatelessUpdater());
    }

    @Override
    public boolean optimize(LayerWorkspaceMgr workspaceMgr) {
        network.setScore(network.learnCurrentBatch());
        int iteration = getIterationCount(network);
        int epoch = getEpochCount(network);
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
        incrementIterationCount(network, 1);
        applyConstraints(network);
        return true;
    }

    @Override
    public Updater getUpdater(boolean initializeIfReq) {
        return updater;
    }

    @Override
    public void preProcessLine() {
        // No line search.
    }
}
