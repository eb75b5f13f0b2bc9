package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.SameDiffGraph;
import java.util.OptionalDouble;
import org.nd4j.linalg.learning.config.Adam;

/** DL4J's Adam, of a SameDiff graph SameDiff's own, with its usual learning rate of 0.001. */
final class AdamTrainer implements Trainer {
    /** Of all trainers that learn by Adam from gradients of smooth units. */
    static final double LEARNING_RATE = 1e-3;

    @Override
    public String name() {
        return "adam";
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(LEARNING_RATE);
    }

    @Override
    public boolean trainsSameDiff() {
        return true;
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Adam updater = new Adam(rate(job));
        return job.definition() instanceof SameDiffGraph graph
                ? SameDiffSession.gradients(graph, job, updater)
                : BackPropagationSession.start(job, updater);
    }
}
