package io.github.dl4jep.spark;

import io.github.dl4jep.likelihood.LearningPhase;
import java.io.Serializable;
import org.apache.spark.broadcast.Broadcast;

/**
 * What a worker needs for its part of one step, and nothing of the step before: so any executor can take it up.
 *
 * @param run the training
 * @param definition of the network
 * @param posterior parameters before the step
 * @param number of the batch in the pass
 * @param inducing number of inducing examples
 * @param step number of the batch, from 1
 * @param firstPass true until the first pass has ended
 * @param batchesPerPass batches in a pass
 */
record StepTask(
        String run,
        Broadcast<Definition> definition,
        Broadcast<byte[]> posterior,
        int number,
        int inducing,
        long step,
        boolean firstPass,
        double batchesPerPass)
        implements Serializable {

    LearningPhase phase() {
        return new LearningPhase(step, firstPass, batchesPerPass);
    }
}
