package io.github.dl4jep.message;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.array.Rows;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The covariance of all activations of a batch, those of different units too, as a linear map: what is common to different examples and to
 * different units because they depend on the same weights. Algorithm, section 3.
 *
 * <p>Nothing is larger than the activations. It needs the moments of the batch's forward pass, and is of no use once the backward pass has
 * written over them.
 */
@FunctionalInterface
public interface UnitCovariance {

    /**
     * The covariance times a matrix.
     *
     * @param x one number for each activation, [minibatch, units]
     * @return the products, a new array of the same shape and type
     */
    INDArray times(INDArray x);

    /**
     * The covariance of activations, \( D \circ (C\,(D \circ x)) \) of the covariance C of the pre-activations before them.
     *
     * @param covariance K, the gain D, and C if it is known
     * @return the map; where C is not known, each unit varies by itself: C x = K x
     */
    static UnitCovariance ofActivations(BatchCovariance covariance) {
        UnitCovariance known = covariance.preActivations();
        UnitCovariance before = known == null ? ofIndependentUnits(covariance.examples()) : known;
        INDArray gain = covariance.gain();
        return gain == null ? before : x -> before.times(x.mul(gain)).muli(gain);
    }

    /**
     * The covariance times a number.
     *
     * @param covariance the map, or null where it is not known
     * @param factor the number; the square of the activations' factor
     * @return the product, or null
     */
    static @Nullable UnitCovariance multiplied(@Nullable UnitCovariance covariance, double factor) {
        return covariance == null ? null : x -> covariance.times(x).muli(factor);
    }

    /**
     * Whether a likelihood behind dense weights will know how their units vary together. It does not where units see no uncertain weights
     * before, at steps of sequences, and where the equations of a batch are solved in another process, to which no map can be sent.
     *
     * @param input the covariance at the input of the weights
     * @return true if it will
     */
    static boolean isKnownAfter(BatchCovariance input) {
        BatchPart part = input.inducing().part();
        return !input.examples().isNone() && input.steps() == null && (part == null || !part.elsewhere());
    }

    /**
     * The covariance of units that do not vary together.
     *
     * @param examples K, the covariance between examples of each unit, not none
     * @return K x for each unit
     */
    static UnitCovariance ofIndependentUnits(ExampleCovariance examples) {
        INDArray k = examples.present();
        return examples.inducing().areAll()
                ? x -> FloatProducts.multiply(
                        k, false, x, false, HostMemory.uninitialized(x.dataType(), x.shape(), 'f'), 1, 0)
                : x -> Rows.matrix(examples.rows().times(Rows.columns(x)), x.rows(), x.columns(), x.dataType());
    }
}
