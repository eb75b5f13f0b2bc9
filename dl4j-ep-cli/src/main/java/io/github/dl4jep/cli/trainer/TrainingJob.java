package io.github.dl4jep.cli.trainer;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.FloatRows;
import io.github.dl4jep.cli.data.split.PassBatches;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What a trainer gets to work with.
 *
 * @param definition the network's definition
 * @param task what its outputs mean
 * @param train all training rows, for what is fitted outside the passes
 * @param rates the learning rates asked for
 * @param variant the units, weights and time steps asked for, which are up to each trainer
 * @param batch the number of rows in a batch
 * @param passes the number of passes that are planned
 */
public record TrainingJob(
        Definition definition,
        Task task,
        Rows train,
        LearningRates rates,
        NetworkVariant variant,
        int batch,
        int passes) {
    /**
     * A job of one pass on rows that are in memory as numbers.
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
        this(definition, task, new FloatRows(train), rates, variant, batch, 1);
    }

    /**
     * The same job on other rows, with other rates.
     *
     * @param rows the training rows
     * @param otherRates the learning rates
     * @return the job
     */
    public TrainingJob with(Rows rows, LearningRates otherRates) {
        return new TrainingJob(definition, task, rows, otherRates, variant, batch, passes);
    }

    /**
     * Counts the batches of all passes.
     *
     * @return how many steps a trainer makes
     */
    int steps() {
        return passes * PassBatches.count(train, batch);
    }

    /**
     * The predictive distribution of a network without uncertainty: for classes the probabilities it puts out, for a number a Gaussian
     * around its output, with the mean squared residual of the training rows as variance, which is the variance of largest likelihood
     * there.
     *
     * @param rows features and, of sequences, masks
     * @param network computes outputs, {@code [rows, outputs]} or at every step
     * @return the distribution of each label
     */
    Predictive predict(DataSet rows, Function<DataSet, INDArray> network) {
        INDArray output = SequenceSteps.rows(network.apply(rows), rows.getLabelsMaskArray());
        return task == Task.CLASSIFICATION
                ? new Predictive.Classes(output)
                : new Predictive.Gaussian(
                        output, Nd4j.valueArrayOf(output.shape(), meanSquaredResidual(network), DataType.DOUBLE));
    }

    /**
     * The mean squared residual of the training rows.
     *
     * @param network computes outputs
     * @return the mean over labels and outputs
     */
    double meanSquaredResidual(Function<DataSet, INDArray> network) {
        DataSet rows = train.all();
        INDArray labelled = rows.getLabelsMaskArray();
        INDArray residuals = SequenceSteps.rows(network.apply(rows), labelled)
                .castTo(DataType.DOUBLE)
                .sub(SequenceSteps.rows(rows.getLabels(), labelled).castTo(DataType.DOUBLE));
        return residuals.muli(residuals).meanNumber().doubleValue();
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
