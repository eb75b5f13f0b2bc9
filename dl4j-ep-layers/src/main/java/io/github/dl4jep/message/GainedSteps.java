package io.github.dl4jep.message;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A covariance of steps after a further unit.
 *
 * @param before the covariance before the unit
 * @param unitGain gain of the unit, [steps x minibatch, units]
 */
record GainedSteps(StepCovariance before, INDArray unitGain) implements StepCovariance {

    @Override
    public float[][] passedOn(@Nullable INDArray gain, float[] q, Pairs pairs) {
        return before.passedOn(gain == null ? unitGain : gain.mul(unitGain), q, pairs);
    }

    @Override
    public BatchCovariance last() {
        long rows = unitGain.rows();
        INDArray ofLast = unitGain.get(NDArrayIndex.interval(rows - minibatch(), rows), NDArrayIndex.all());
        return before.last().through(ofLast.dup('f'));
    }

    @Override
    public int units() {
        return before.units();
    }

    @Override
    public int minibatch() {
        return before.minibatch();
    }

    @Override
    public DataType type() {
        return before.type();
    }
}
