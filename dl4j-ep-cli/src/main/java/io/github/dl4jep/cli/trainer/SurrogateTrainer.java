package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.failure.UserException;
import java.util.OptionalDouble;
import org.nd4j.linalg.learning.config.Adam;

/**
 * DL4J's Adam on spiking units with continuous weights: the gradient goes through the units' surrogate derivatives. The learning
 * rate of 0.003 is the best of 0.001, 0.003 and 0.01 for one pass over MNIST.
 */
final class SurrogateTrainer implements Trainer {
    static final String NAME = "surrogate";

    private static final double LEARNING_RATE = 3e-3;

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public OptionalDouble defaultRate(Task task) {
        return OptionalDouble.of(LEARNING_RATE);
    }

    @Override
    public TrainingSession start(TrainingJob job) {
        Definition definition = job.variant().withUnits(job.definition());
        if (!new HiddenLayers(definition).spike()) {
            throw new UserException("The trainer surrogate is for spiking units, but the hidden units are "
                    + new HiddenLayers(definition).names()
                    + ": choose spiking ones, for example --units heaviside, or the trainer adam.");
        }
        Adam adam = new Adam(rate(job));
        BackPropagationSession.replaceUpdaters(definition, adam);
        return BackPropagationSession.start(job, definition, adam, BackPropagationSession.CONTINUOUS);
    }
}
