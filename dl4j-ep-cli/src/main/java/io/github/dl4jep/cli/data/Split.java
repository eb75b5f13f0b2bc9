package io.github.dl4jep.cli.data;

import org.nd4j.linalg.dataset.DataSet;

/**
 * Training and test rows, scaled as the network sees them.
 *
 * <ul>
 *   <li>features: {@code [rows, inputs]}
 *   <li>labels: {@code [rows, classes]} one-hot, or {@code [rows, 1]} standardised for regression
 * </ul>
 *
 * @param index which of the source's splits this is
 * @param task what the labels are
 * @param train the training rows
 * @param test the test rows
 * @param targetDeviation the standard deviation of the training targets in their original units, by which the labels were
 *     divided; 1 for classification
 */
public record Split(int index, Task task, DataSet train, DataSet test, double targetDeviation) {
    /**
     * Returns the shape a network must have to fit these rows.
     *
     * @return inputs, outputs and task
     */
    public DataShape shape() {
        return new DataShape(
                (int) train.getFeatures().size(1), (int) train.getLabels().size(1), task);
    }
}
