package io.github.dl4jep.cli.trainer;

/** A way of training a DL4J definition. */
public interface Trainer {
    /**
     * Returns the name on the command line and in reports.
     *
     * @return a lower-case word
     */
    String name();

    /**
     * Says whether {@code --lr} means anything to this trainer.
     *
     * @return true if it takes a learning rate
     */
    default boolean hasLearningRate() {
        return false;
    }

    /**
     * Says whether this trainer trains SameDiff graphs.
     *
     * @return true if it takes a {@link io.github.dl4jep.cli.definition.SameDiffGraph}
     */
    default boolean trainsSameDiff() {
        return false;
    }

    /**
     * Creates a network from the definition, ready for its first pass.
     *
     * @param job the definition, the training rows and the settings
     * @return the network in training
     * @throws io.github.dl4jep.cli.failure.UserException if this trainer cannot train the definition
     */
    TrainingSession start(TrainingJob job);
}
