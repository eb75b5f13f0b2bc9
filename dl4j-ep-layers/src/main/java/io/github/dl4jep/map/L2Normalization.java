package io.github.dl4jep.map;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Each example divided by its Euclidean length, y = x / |x|.
 *
 * <p>Approximate: linearised at the means, with \( J_{ij} = (\delta_{ij} - y_i y_j) / |m| \). Mean \( y = m / |m| \), variance
 * \( \sum_j J_{ij}^2 v_j \), which is \( (v_i (1 - 2 y_i^2) + y_i^2 \sum_j y_j^2 v_j) / |m|^2 \); back \( J^T z \) and
 * \( \sum_i J_{ij}^2 G_i \). The batch covariance goes on with the diagonal of J as gain. Good where the deviations are small
 * against the length; exact for observed inputs.
 */
public final class L2Normalization implements FixedMap {

    private final double smallestLength;

    /**
     * A normalization.
     *
     * @param smallestLength shorter examples are divided by this, positive
     * @throws IllegalArgumentException if it is not positive
     */
    public L2Normalization(double smallestLength) {
        if (!(smallestLength > 0)) {
            throw new IllegalArgumentException(
                    "eps of an L2 normalization is " + smallestLength + ", allowed are positive numbers");
        }
        this.smallestLength = smallestLength;
    }

    @Override
    public Pass forward(ForwardMessage input) {
        Moments moments = input.moments();
        INDArray length = Transforms.max(moments.mean().norm2(true, 1), smallestLength, true);
        INDArray y = moments.mean().divColumnVector(length);
        INDArray variance = moments.variance();
        INDArray squares = y.mul(y);
        return new Pass(
                new ForwardMessage(
                        Branches.moments(
                                y,
                                variance == null ? null : squaredJacobian(variance, squares, length),
                                moments.shape()),
                        input.covariance().through(squares.rsub(1).diviColumnVector(length))),
                message -> back(message, y, squares, length));
    }

    private static BackwardMessage back(BackwardMessage message, INDArray y, INDArray squares, INDArray length) {
        INDArray along = message.shift().mul(y).sum(true, 1);
        INDArray shift = message.shift().sub(y.mulColumnVector(along)).diviColumnVector(length);
        return new BackwardMessage(shift, squaredJacobian(message.curvature(), squares, length));
    }

    /** The squares of J times a vector, row by row; J is symmetric. */
    private static INDArray squaredJacobian(INDArray vector, INDArray squares, INDArray length) {
        INDArray along = vector.mul(squares).sum(true, 1);
        INDArray own = squares.mul(-2).addi(1).muli(vector);
        return own.addi(squares.mulColumnVector(along)).diviColumnVector(length.mul(length));
    }
}
