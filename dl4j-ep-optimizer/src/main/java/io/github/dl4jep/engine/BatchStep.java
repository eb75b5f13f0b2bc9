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
 * One step of learning: what a batch says is multiplied into the posterior, in a large batch by {@linkplain Turn turns}, and what comes of it compared
 * with what was expected. In networks with states a step that is lost is taken back, and the batch learned from again with narrower priors: {@link TrustRegion}.
 *
 * @param learning the graph
 * @param parts gives the batch, anew for each attempt and turn, with the posterior as it is then
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
        BatchParts batch = parts.get();
        boolean takesTurns = learning.takesTurns(batch.examples(), schedule.getSweepsPerBatch());
        boolean takesBack = learning.check().takesBack(schedule.getSweepsPerBatch());
        if (!takesTurns && !takesBack) {
            return attempt(batch, true, null).score();
        }
        try (MemoryWorkspace copies = ReusedWorkspace.open(WORKSPACE_OF_COPIES)) {
            StepCheck.Before before = learning.check().saved();
            if (takesTurns) {
                return inTurns(batch, before);
            }
            Attempt first = attempt(batch, true, before);
            if (first.lost()) {
                learnAgain(before);
            }
            return first.score();
        }
    }

    private void learnAgain(StepCheck.Before before) {
        for (int earlier = 1; earlier < TrustRegion.ATTEMPTS; earlier++) {
            try {
                if (!attempt(parts.get(), false, before).lost()) {
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

    private Attempt attempt(BatchParts batch, boolean first, StepCheck.@Nullable Before before) {
        BatchLearning.Swept swept = committed(batch, first);
        return new Attempt(swept.evidence().score(), compared(swept, batch, before));
    }

    private boolean compared(BatchLearning.Swept swept, BatchParts batch, StepCheck.@Nullable Before before) {
        StepCheck.Goal goal = swept.goal();
        if (goal == null) {
            return false;
        }
        try (MemoryWorkspace workspace = MessageGraph.openWorkspace()) {
            return learning.check().compare(goal, batch.after(), phase, before);
        }
    }

    /** Statistics of the data hold after any step, so the first attempt learns them. */
    private BatchLearning.Swept committed(BatchParts batch, boolean first) {
        try (MemoryWorkspace workspace = MessageGraph.openWorkspace()) {
            BatchLearning.Swept swept = learning.evidence(batch, schedule, phase, Turn.ALL);
            Sites sites = swept.evidence().sites();
            put(first ? withPull(sites, batch) : sites.ofWeights(), Turn.ALL);
            return swept;
        }
    }

    /**
     * Statistics are those of the batch before anything is learned, and are put in place in the end. A turn of teachers after which the loss is larger
     * is taken back: likelihoods then learn alone.
     */
    private double inTurns(BatchParts batch, StepCheck.Before before) {
        BatchLearning.Swept taught;
        Sites ofData;
        try (MemoryWorkspace workspace = MessageGraph.openWorkspace()) {
            taught = learning.evidence(batch, schedule, phase, Turn.TEACHERS);
            Sites sites = taught.evidence().sites();
            ofData = withPull(sites, batch).ofData();
            put(sites.ofWeights(), Turn.TEACHERS);
        }
        try {
            if (!ofLikelihoods(ofData, taught.goal(), Turn.LIKELIHOODS)) {
                before.back().run();
                ofLikelihoods(ofData, null, Turn.ALL);
            }
        } catch (RuntimeException e) {
            before.back().run();
            throw e;
        }
        return taught.evidence().score();
    }

    /**
     * Likelihoods learn, from where weights are now. Before: the loss before the turn of teachers; null where that does not matter. Answers false if
     * it was smaller, and nothing was learned.
     */
    private boolean ofLikelihoods(Sites ofData, StepCheck.@Nullable Goal before, Turn turn) {
        BatchParts batch = parts.get();
        BatchLearning.Swept swept;
        try (MemoryWorkspace workspace = MessageGraph.openWorkspace()) {
            swept = learning.evidence(batch, schedule, phase, Turn.LIKELIHOODS);
            StepCheck.Goal now = swept.goal();
            if (before != null && now != null && !(now.before() <= before.before())) {
                return false;
            }
            put(swept.evidence().sites().ofWeights().plus(ofData), turn);
        }
        if (learning.check().checks(schedule.getSweepsPerBatch(), phase)) {
            compared(swept, batch, null);
        }
        return true;
    }

    private Sites withPull(Sites sites, BatchParts batch) {
        return sites.plus(learning.ofPull(batch.pullChanges()));
    }

    private void put(Sites sites, Turn turn) {
        learning.putInPlace(sites, schedule.at(phase.step(), phase.batchesPerPass()), phase, turn);
    }
}
