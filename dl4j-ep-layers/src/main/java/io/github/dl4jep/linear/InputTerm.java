package io.github.dl4jep.linear;

import io.github.dl4jep.array.HostMemory;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * One product of a sum of products of an input's moments with weights. The terms of a sum can be computed one after the other, so
 * that what the weights see of an array, such as its patches, needs to be there for one array at a time only.
 *
 * @param input the array of the input, [minibatch, n]
 * @param product what is done with what the weights see of it
 */
record InputTerm(INDArray input, Product product) {

    /** A product with weights. */
    @FunctionalInterface
    interface Product {

        /**
         * Writes the product or adds it.
         *
         * @param seen what the weights see of the input, [rows, fan-in]
         * @param sum [rows, units], f-ordered; where the product is written, what it held does not count
         * @param added whether the product is added to the sum
         */
        void into(INDArray seen, INDArray sum, boolean added);
    }

    /** The product with a matrix, [fan-in, units]. */
    static InputTerm times(INDArray input, INDArray weights, WeightProduct product) {
        return new InputTerm(input, (seen, sum, added) -> product.times(seen, weights, sum, added));
    }

    /** The sum of all terms of an input that the weights see as it is, a new f-ordered array [minibatch, units]. */
    static INDArray sum(List<InputTerm> terms, long units) {
        INDArray first = terms.get(0).input;
        INDArray sum = HostMemory.uninitialized(first.dataType(), new long[] {first.rows(), units}, 'f');
        for (int i = 0; i < terms.size(); i++) {
            terms.get(i).product.into(terms.get(i).input, sum, i > 0);
        }
        return sum;
    }
}
