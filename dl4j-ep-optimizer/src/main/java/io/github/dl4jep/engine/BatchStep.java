package io.github.dl4jep.engine;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.conf.TrainingSchedule;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.vertex.Sites;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One step of learning: what a batch says is multiplied into the posterior, and what comes of it compared with what was expected. In networks with
 * states a step that is lost is taken back, and the batch learned from again with narrower priors: {@link TrustRegion}.
 *
 * @param learning the graph
 * @param parts gives the batch, anew for each attempt, with the posterior as it is then
 * @param schedule how batches are counted
 * @param phase where training stands
 */
record BatchStep(BatchLearning learning, Supplier<BatchParts> parts, TrainingSchedule schedule, LearningPhase phase) {

    private static final Logger log = LoggerFactory.getLogger(BatchStep.class);

    private static final String WORKSPACE_OF_COPIES = "WS_EP_COPIES";

    /** The score before a step, and whether the step was taken back. */
    private record Attempt(double score, boolean lost) {}

    /** Answers the mean negative log predictive likelihood before the step, in nats. */
    double learn() {
        if (!learning.check().takesBack(schedule.getSweepsPerBatch())) {
            return attempt(true, null).score();
        }
        try (MemoryWorkspace copies = ReusedWorkspace.open(WORKSPACE_OF_COPIES)) {
            StepCheck.Before before = learning.check().saved();
            Attempt first = attempt(true, before);
            if (first.lost()) {
                learnAgain(before);
            }
            return first.score();
        }
    }

    private void learnAgain(StepCheck.Before before) {
        for (int earlier = 1; earlier < TrustRegion.ATTEMPTS; earlier++) {
            try {
                if (!attempt(false, before).lost()) {
                    return;
                }
            } catch (RejectedBatchException e) {
                // No better than a lost step: the weights are as they were before the batch.
                log.debug("Attempt {} of {}: {}", earlier + 1, TrustRegion.ATTEMPTS, e.getMessage());
                break;
            }
        }
        log.debug("Every step of batch {} was lost; its weights are those before it", phase.step() - 1);
    }

    private Attempt attempt(boolean first, StepCheck.@Nullable Before before) {
        BatchParts batch = parts.get();
        BatchLearning.Swept swept = committed(batch, first);
        boolean lost = false;
        StepCheck.Goal goal = swept.goal();
        if (goal != null) {
            try (MemoryWorkspace workspace = MessageGraph.openWorkspace()) {
                lost = learning.check().compare(goal, batch.after(), phase, before);
            }
        }
        return new Attempt(swept.evidence().score(), lost);
    }

    /** Statistics of the data hold after any step, so the first attempt learns them. */
    private BatchLearning.Swept committed(BatchParts batch, boolean first) {
        try (MemoryWorkspace workspace = MessageGraph.openWorkspace()) {
            BatchLearning.Swept swept = learning.evidence(batch, schedule, phase);
            Sites sites = swept.evidence().sites();
            learning.putInPlace(
                    first ? sites.plus(learning.ofPull(batch.pullChanges())) : sites.ofWeights(),
                    schedule.at(phase.step(), phase.batchesPerPass()),
                    phase);
            return swept;
        }
    }
}
