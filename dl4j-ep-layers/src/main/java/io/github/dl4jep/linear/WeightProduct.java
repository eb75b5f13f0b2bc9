package io.github.dl4jep.linear;

import io.github.dl4jep.array.FloatProducts;
import io.github.dl4jep.array.HostMemory;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The three products that a linear map and its messages are made of, for one way in which units see columns of the input.
 *
 * <p>Shapes: x [rows, columns], w [fan-in, units], z [rows, units]; all results f-ordered.
 */
interface WeightProduct {

    /** So many rows are multiplied one by one: 784 x 500 weights with one take 50 microseconds in place of 500. */
    int FEW = 4;

    /** Every unit sees all columns: three matrix products. */
    WeightProduct FULL = new WeightProduct() {
        @Override
        public void times(INDArray x, INDArray w, INDArray sum, boolean added) {
            if (x.rows() > FEW || !FloatProducts.timesFewRows(x, w, sum, added)) {
                FloatProducts.multiply(x, false, w, false, sum, 1, added ? 1 : 0);
            }
        }

        @Override
        public INDArray timesTransposed(INDArray z, INDArray w) {
            INDArray result = HostMemory.uninitialized(z.dataType(), new long[] {z.rows(), w.rows()}, 'f');
            return FloatProducts.multiply(z, false, w, true, result, 1, 0);
        }

        @Override
        public void transposedTimes(INDArray x, INDArray z, INDArray sum, boolean added) {
            FloatProducts.multiply(x, true, z, false, sum, 1, added ? 1 : 0);
        }
    };

    /**
     * x w.
     *
     * @param x [rows, columns]
     * @param w [fan-in, units]
     * @param sum [rows, units]; where the product is not added, what it held does not count
     * @param added whether the product is added to the sum
     */
    void times(INDArray x, INDArray w, INDArray sum, boolean added);

    /**
     * z w^T.
     *
     * @param z [rows, units]
     * @param w [fan-in, units]
     * @return a new array [rows, columns]
     */
    INDArray timesTransposed(INDArray z, INDArray w);

    /**
     * x^T z, as far as units see columns.
     *
     * @param x [rows, columns]
     * @param z [rows, units]
     * @param sum [fan-in, units]; where the product is not added, what it held does not count
     * @param added whether the product is added to the sum
     */
    void transposedTimes(INDArray x, INDArray z, INDArray sum, boolean added);
}
