package io.github.dl4jep.cli.trainer;

import org.nd4j.linalg.learning.config.Adam;

/** DL4J's Adam, with its usual learning rate of 0.001. */
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
    public TrainingSession start(TrainingJob job) {
        return BackPropagationSession.start(job, new Adam(job.rates().of(name(), LEARNING_RATE)));
    }
}
