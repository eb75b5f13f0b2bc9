package io.github.dl4jep.network;

import java.util.Collection;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.Solver;
import org.deeplearning4j.optimize.api.ConvexOptimizer;
import org.deeplearning4j.optimize.api.TrainingListener;

/** The solver that DL4J's fit calls once per batch; hands every batch to {@link EpOptimizer}. */
final class EpSolver extends Solver {

    private final EpOptimizer optimizer;

    EpSolver(EpOptimizer optimizer) {
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
