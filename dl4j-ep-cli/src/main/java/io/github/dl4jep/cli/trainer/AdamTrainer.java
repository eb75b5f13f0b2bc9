package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.definition.SameDiffGraph;
import org.nd4j.linalg.learning.config.Adam;

/** DL4J's Adam, of a SameDiff graph SameDiff's own, with its usual learning rate of 0.001. */
final class AdamTrainer implements Trainer {
    private static final double LEARNING_RATE = 1e-3;

    @Override
    public String name() {
        return "adam";
    }

    @Override
    public boolean hasLearningRate() {
        return true;
    }

    @Override
    public boolean trainsSameDiff() {
        return true;
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(job.rates().of(name(), LEARNING_RATE));
        return job.definition() instanceof SameDiffGraph graph
                ? SameDiffSession.gradients(graph, job, updater)
                : BackPropagationSession.start(job, updater);
    }
}
