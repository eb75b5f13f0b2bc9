package io.github.dl4jep.array;

/**
 * The covariance K between the rows of a batch, as a joint solve uses it: products, and the inverse after noise is added. Immutable. Arrays
 * hold one output after the other: column c is [c * rows, (c + 1) * rows).
 */
public sealed interface RowCovariance permits DenseCovariance, LowRankCovariance {

    /** (K + N)^-1 for a diagonal N. It may hold memory outside of Java's heap until it is closed. */
    interface Inverse extends AutoCloseable {

        /**
         * The inverse times columns.
         *
         * @param columns [rows, outputs]
         * @return the products
         */
        double[] times(double[] columns);

        /**
         * The diagonal of the inverse.
         *
         * @return [rows]
         */
        double[] diagonal();

        @Override
        default void close() {
            // Java's heap needs no call.
        }
    }

    /**
     * Number of rows.
     *
     * @return at least 1
     */
    int rows();

    /**
     * The diagonal of K.
     *
     * @return variances, [rows]
     */
    double[] diagonal();

    /**
     * K times columns.
     *
     * @param columns [rows, outputs]
     * @return the products
     */
    double[] times(double[] columns);

    /**
     * K times a number.
     *
     * @param factor not negative
     * @return the product
     */
    RowCovariance multipliedBy(double factor);

    /**
     * D K D.
     *
     * @param factors diagonal of D, [rows], not negative; a row of factor 0 varies with no other
     * @return the product
     */
    RowCovariance scaled(double[] factors);

    /**
     * K with ones on its diagonal.
     *
     * @return the same covariances of different rows
     */
    RowCovariance withUnitDiagonal();

    /**
     * The inverse of K + N.
     *
     * @param noise diagonal of N, [rows]
     * @return the inverse
     * @throws ArithmeticException if K + N is not positive definite or not finite
     */
    Inverse inverse(double[] noise);
}
