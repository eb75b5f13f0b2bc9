package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.definition.WeightKinds;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.straightthrough.DiscreteWeights;
import java.util.Map;
import java.util.OptionalDouble;
import org.nd4j.linalg.learning.config.Adam;

/**
 * DL4J's Adam on discrete weights, by the straight-through estimator, with the units' surrogate derivatives if they spike. The
 * learning rate is in units of the layer's discrete value, for what is continuous, too; 0.03 is the best of 0.001, 0.003, 0.01, 0.03 and 0.1 for one pass over MNIST.
 */
final class SteTrainer implements Trainer {
    static final String NAME = "ste";

    private static final double LEARNING_RATE = 3e-2;

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
        WeightKinds kinds = job.variant().weights();
        Definition definition = job.variant().withUnits(job.definition());
        if (!kinds.anyDiscrete() || !isTrainable(kinds.hidden()) || !isTrainable(kinds.output())) {
            boolean spiking = new HiddenLayers(definition).spike();
            throw new UserException("The trainer ste is for discrete weights, but --weights is " + kinds
                    + ": choose --weights binary or --weights ternary, or for continuous weights the trainer "
                    + (spiking ? SurrogateTrainer.NAME : "adam") + ".");
        }
        Adam adam = new Adam(rate(job));
        BackPropagationSession.replaceUpdaters(definition, adam);
        DiscreteWeights.apply(definition, kinds, adam);
        return BackPropagationSession.start(
                job, definition, adam, Map.of(BackPropagationSession.WEIGHTS, kinds.toString()));
    }

    /** Gaussian means continuous here, so those next to discrete ones train as usual; a spike and slab has no gradient. */
    private static boolean isTrainable(String kind) {
        return WeightKinds.isDiscrete(kind) || kind.equals(WeightKinds.GAUSSIAN);
    }
}
