package io.github.dl4jep.spike;

import java.io.Serializable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How intensities become spikes: a train of T time steps, each an array of 0 and 1 shaped as the intensities.
 *
 * <p>Implementations write {@link #spikes} and draw, if they draw, from ND4J's generator, so that its seed repeats a train.
 *
 * <p>Quality: Preview.
 */
public interface SpikeCode extends Serializable {

    /**
     * The spikes of checked intensities, each row at its own time step.
     *
     * @param intensities in [0, 1], [n, inputs], not changed
     * @param steps time step of each row, whole numbers in [0, T), [n, 1]
     * @param timeSteps T, at least 1
     * @return 0 or 1, [n, inputs], a new array of the intensities' data type
     */
    INDArray spikes(INDArray intensities, INDArray steps, int timeSteps);

    /**
     * One time step of the train.
     *
     * @param features intensities in [0, 1], [n, inputs] or [n, ...], not changed
     * @param step the time step, in [0, T)
     * @param timeSteps T, at least 1
     * @return 0 or 1, shaped as the features
     * @throws IllegalArgumentException if T is less than 1 or the step outside [0, T)
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if an intensity is outside [0, 1]
     */
    default INDArray step(INDArray features, int step, int timeSteps) {
        TimeSteps.require(step, timeSteps);
        INDArray intensities = Intensities.of(features);
        INDArray steps = Nd4j.valueArrayOf(new long[] {intensities.size(0), 1}, step, intensities.dataType());
        return spikes(intensities, steps, timeSteps).reshape(features.shape());
    }

    /**
     * The whole train.
     *
     * @param features intensities in [0, 1], [n, inputs] or [n, ...], not changed
     * @param timeSteps T, at least 1
     * @return 0 or 1, [T, n, inputs] or [T, n, ...]
     * @throws IllegalArgumentException if T is less than 1
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if an intensity is outside [0, 1]
     */
    default INDArray train(INDArray features, int timeSteps) {
        TimeSteps.require(timeSteps);
        INDArray[] train = new INDArray[timeSteps];
        for (int step = 0; step < timeSteps; step++) {
            train[step] = step(features, step, timeSteps);
        }
        return Nd4j.stack(0, train);
    }

    /**
     * One time step, drawn for each row by itself: a sample of what a network sees that learns from single steps.
     *
     * @param features intensities in [0, 1], [n, inputs] or [n, ...], not changed
     * @param timeSteps T, at least 1
     * @return 0 or 1, shaped as the features
     * @throws IllegalArgumentException if T is less than 1
     * @throws org.deeplearning4j.exception.DL4JInvalidInputException if an intensity is outside [0, 1]
     */
    default INDArray randomStep(INDArray features, int timeSteps) {
        TimeSteps.require(timeSteps);
        INDArray intensities = Intensities.of(features);
        long rows = intensities.size(0);
        int[] steps = new int[Math.toIntExact(rows)];
        for (int row = 0; row < rows; row++) {
            steps[row] = Nd4j.getRandom().nextInt(timeSteps);
        }
        DataType type = intensities.dataType();
        INDArray column = Nd4j.createFromArray(steps).castTo(type).reshape(rows, 1);
        return spikes(intensities, column, timeSteps).reshape(features.shape());
    }
}
