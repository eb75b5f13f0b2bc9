package io.github.dl4jep.message;

import io.github.dl4jep.array.FusedLoop;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * What the outputs say to a layer: algorithm, section 5.
 *
 * <p>Shapes: both shaped as the activation the message is about, [minibatch, units].
 *
 * @param shift z: by how much the mean moves per unit of its variance, already consistent over the batch
 * @param curvature G = -d&#178; log Z / dm&#178; of each sample; 0 says nothing, negative would be improper
 */
public record BackwardMessage(INDArray shift, INDArray curvature) {

    /**
     * Checks that both arrays have one shape.
     *
     * @param shift z
     * @param curvature G
     * @throws IllegalArgumentException if the shapes differ
     */
    public BackwardMessage {
        if (!Arrays.equals(shift.shape(), curvature.shape())) {
            throw new IllegalArgumentException("curvature has shape " + Arrays.toString(curvature.shape())
                    + ", but the shift has " + Arrays.toString(shift.shape()));
        }
    }

    /**
     * The message that says nothing.
     *
     * @param like an array of the shape and type of the activation
     * @return zeros
     */
    public static BackwardMessage nothing(INDArray like) {
        return new BackwardMessage(like.ulike().assign(0), like.ulike().assign(0));
    }

    /**
     * What two consumers of one activation say together.
     *
     * @param other another message about the same activation
     * @return the product of both: shifts and curvatures add up; new arrays
     */
    public BackwardMessage and(BackwardMessage other) {
        return new BackwardMessage(FusedLoop.sum(shift, other.shift), FusedLoop.sum(curvature, other.curvature));
    }

    /**
     * The message on the other side of an elementwise map.
     *
     * @param gain D, the slope of each element
     * @return z' = D z, G' = D^2 G; new arrays
     */
    public BackwardMessage through(INDArray gain) {
        return new BackwardMessage(shift.mul(gain), curvature.mul(gain).muli(gain));
    }

    /**
     * The message on the other side of y = c x.
     *
     * @param factor c
     * @return z' = c z, G' = c^2 G; this message for a factor of 1
     */
    public BackwardMessage times(double factor) {
        return factor == 1
                ? this
                : new BackwardMessage(FusedLoop.times(shift, factor), FusedLoop.times(curvature, factor * factor));
    }
}
