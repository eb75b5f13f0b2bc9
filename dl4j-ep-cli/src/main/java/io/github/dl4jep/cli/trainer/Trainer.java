package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.failure.UserException;
import java.util.OptionalDouble;

/** A way of training a DL4J definition. */
public interface Trainer {
    /**
     * Returns the name on the command line and in reports.
     *
     * @return a lower-case word; with a value other than the default, a colon and the value after it
     */
    String name();

    /**
     * Returns this trainer with what stands after its name and a colon, such as the 5 of {@code ensemble:5}.
     *
     * @param value the text after the colon
     * @return the trainer with this value
     * @throws io.github.dl4jep.cli.failure.UserException if it takes no value, or not this one
     */
    default Trainer with(String value) {
        throw new UserException(
                "The trainer " + name() + " takes no value, but --trainers names " + name() + ":" + value + ".");
    }

    /**
     * Returns the learning rate when {@code --lr} says nothing.
     *
     * @param task what the labels are
     * @return the rate; empty if {@code --lr} means nothing to this trainer
     */
    default OptionalDouble defaultRate(Task task) {
        return OptionalDouble.empty();
    }

    /**
     * Returns the learning rate for some rows when {@code --lr} says nothing.
     *
     * @param task what the labels are
     * @param rows the training rows
     * @return the rate; empty if {@code --lr} means nothing to this trainer
     */
    default OptionalDouble defaultRate(Task task, Rows rows) {
        return defaultRate(task);
    }

    /**
     * Returns the learning rate in effect, for a trainer that has one.
     *
     * @param job what is asked for
     * @return the rate
     */
    default double rate(TrainingJob job) {
        return job.rates().of(name(), defaultRate(job.task(), job.train()).orElseThrow());
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
