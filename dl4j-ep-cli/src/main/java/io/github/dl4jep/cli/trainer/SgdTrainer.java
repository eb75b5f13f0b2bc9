package io.github.dl4jep.cli.trainer;

import org.nd4j.linalg.learning.config.Sgd;

/** DL4J's plain stochastic gradient descent, with a learning rate of 0.1. */
final class SgdTrainer implements Trainer {
    private static final double LEARNING_RATE = 0.1;

    @Override
    public String name() {
        return "sgd";
    }

    @Override
    public boolean hasLearningRate() {
        return true;
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        return BackPropagationSession.start(job, new Sgd(job.rates().of(name(), LEARNING_RATE)));
    }
}
