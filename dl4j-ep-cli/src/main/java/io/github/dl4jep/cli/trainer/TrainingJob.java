package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.FloatRows;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What a trainer gets to work with.
 *
 * @param definition the network's definition
 * @param task what its outputs mean
 * @param train all training rows, for what is fitted outside the passes
 * @param rates the learning rates asked for
 * @param variant the units, weights and time steps asked for, which are up to each trainer
 * @param batch the number of rows in a batch
 */
public record TrainingJob(
        Definition definition, Task task, Rows train, LearningRates rates, NetworkVariant variant, int batch) {
    /**
     * A job on rows that are in memory as numbers.
     *
     * @param definition the network's definition
     * @param task what its outputs mean
     * @param train all training rows, for what is fitted outside the passes
     * @param rates the learning rates asked for
     * @param variant the units, weights and time steps asked for, which are up to each trainer
     * @param batch the number of rows in a batch
     */
    public TrainingJob(
            Definition definition, Task task, DataSet train, LearningRates rates, NetworkVariant variant, int batch) {
        this(definition, task, new FloatRows(train), rates, variant, batch);
    }

    /**
     * Returns a copy, so that no trainer sees what another one changed.
     *
     * @return a fresh copy of the definition
     */
    @Override
    public Definition definition() {
        return definition.copy();
    }
}
