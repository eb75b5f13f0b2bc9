package io.github.dl4jep.array;

import java.util.Arrays;
import org.bytedeco.openblas.global.openblas;
import org.jspecify.annotations.Nullable;

/**
 * A covariance of low rank and a diagonal, \( \Phi \Phi^T + diag(\rho) \): what is known of that of all rows from their covariances with
 * some, the inducing rows I, and their variances. \( \Phi \Phi^T = K_{BI} K_{II}^{-1} K_{IB} \), and \( \rho \) is what that lacks of the
 * variances. Exact between an inducing row and any other; two others vary together by what inducing rows say of both.
 *
 * <p>\( K_{II} = L L^T \) by Cholesky's method with the largest pivot first, on correlations, which ends where no row has more than
 * {@value #TOLERANCE} of its variance left: rows that say the same, and what rounding makes of them, add nothing. So \( \Phi = K_{BI}
 * L^{-T} \).
 *
 * <p>The inverse by Woodbury's identity: with \( \Lambda = diag(\rho) + N \), \( A = \Lambda^{-1/2} \Phi \) and \( I + A^T A = L_A L_A^T
 * \) it is \( \Lambda^{-1/2} (I - W W^T) \Lambda^{-1/2} \), \( W = A L_A^{-T} \). A product costs O(rows x rank) for each column, an
 * inverse O(rows x rank^2).
 *
 * <p>Source: Snelson and Ghahramani 2006, fully independent training conditional; docs/algorithm.md, section 4.
 */
public final class LowRankCovariance implements RowCovariance {

    private static final double TOLERANCE = 1e-6;
    private static final byte LOWER = 'L';

    /** Phi of correlations, [rows, rank]; null if the rank is 0. */
    private final @Nullable DoubleMatrix factor;
    /** What its rows are to be multiplied by. */
    private final double[] scale;

    private final double[] rest;
    /** How often the rest counts, because it is that of so many rows that move as one. */
    private final double together;

    private LowRankCovariance(@Nullable DoubleMatrix factor, double[] scale, double[] rest, double together) {
        this.factor = factor;
        this.scale = scale;
        this.rest = rest;
        this.together = together;
    }

    private LowRankCovariance(@Nullable DoubleMatrix factor, double[] scale, double[] rest) {
        this(factor, scale, rest, 1);
    }

    /**
     * The same where what a row has by itself counts for all rows that move with it: products and inverses have it more often, and the
     * diagonal has it once.
     *
     * @param times how often, at least 1
     * @return this covariance with that
     */
    public LowRankCovariance withRestsTogether(double times) {
        return new LowRankCovariance(factor, scale, rest, times);
    }

    /**
     * How many rows move as one in what is not known. With \( E = K - \Phi \Phi^T \) that is \( tr\,E^2 / \sum_n E_{nn}^2 \), the mean
     * eigenvalue of E weighted by the eigenvalues, in times of its diagonal; from some rows for all.
     *
     * @param some numbers of at least two rows
     * @param covariance K of these, [some, some]
     * @return 1 or more
     */
    public double restsTogether(int[] some, float[] covariance) {
        double[] block = knownOf(some);
        double squares = 0;
        double ofDiagonal = 0;
        for (int i = 0; i < block.length; i++) {
            double left = covariance[i] - block[i];
            boolean diagonal = i % (some.length + 1) == 0;
            ofDiagonal += diagonal ? left * left : 0;
            squares += diagonal ? 0 : left * left;
        }
        return ofDiagonal > 0 ? 1 + (rest.length - 1.0) * squares / (some.length - 1.0) / ofDiagonal : 1;
    }

    private double[] knownOf(int[] some) {
        double[] known = factor == null ? new double[some.length * some.length] : factor.productsOfRows(some);
        for (int i = 0; i < known.length; i++) {
            known[i] *= scale[some[i % some.length]] * scale[some[i / some.length]];
        }
        return known;
    }

    /**
     * Of rows that do not vary together.
     *
     * @param variances [rows]; not copied
     * @return their covariance
     */
    public static LowRankCovariance ofIndependentRows(double[] variances) {
        return new LowRankCovariance(null, variances, variances);
    }

    /**
     * From its factor alone: rows n and k vary together by \( \varphi_n^T \varphi_k \).
     *
     * @param factor phi, column by column, [rows, rank]
     * @param rows number of rows
     * @return the covariance
     */
    public static LowRankCovariance ofFactor(double[] factor, int rows) {
        double[] ones = new double[rows];
        Arrays.fill(ones, 1);
        return new LowRankCovariance(DoubleMatrix.of(factor, rows), ones, new double[rows]);
    }

    /**
     * The same factor with other rows: n and k vary together by \( s_n s_k \varphi_n^T \varphi_k \), and n by \( \rho_n \) more by itself.
     *
     * @param otherScale s, [rows]; not copied
     * @param otherRest rho, [rows], not negative; not copied
     * @return the covariance
     */
    public LowRankCovariance withRows(double[] otherScale, double[] otherRest) {
        return new LowRankCovariance(factor, otherScale, otherRest);
    }

    /**
     * From the covariances with some rows.
     *
     * @param columns K_BI, column by column, [rows, inducing]
     * @param variances diagonal of K, [rows], not negative
     * @param inducing numbers of the inducing rows, in the order of the columns
     * @return what is known of K
     * @throws ArithmeticException if something is not finite
     */
    public static LowRankCovariance of(double[] columns, double[] variances, int[] inducing) {
        int rows = variances.length;
        double[] inverseDeviations = new double[rows];
        for (int n = 0; n < rows; n++) {
            if (!Double.isFinite(variances[n])) {
                throw new ArithmeticException("the variance of row " + n + " in the joint solve is " + variances[n]);
            }
            // A row without any uncertainty correlates with nothing.
            inverseDeviations[n] = variances[n] > 0 ? 1 / Math.sqrt(variances[n]) : 0;
        }
        double[] correlation = correlation(columns, inverseDeviations, inducing);
        int[] pivots = factorise(correlation, inducing.length);
        if (pivots.length == 0) {
            return new LowRankCovariance(null, variances, variances);
        }
        double[] ofPivots = Arrays.stream(pivots)
                .mapToDouble(pivot -> inverseDeviations[inducing[pivot]])
                .toArray();
        DoubleMatrix factor = DoubleMatrix.ofColumns(columns, inverseDeviations, pivots, ofPivots);
        factor.multiplyByTransposed(Cholesky.inverseOfTriangle(correlation, pivots.length, inducing.length));
        double[] known = factor.squaredLengths();
        double[] rest = new double[rows];
        double[] deviations = new double[rows];
        for (int n = 0; n < rows; n++) {
            if (!Double.isFinite(known[n])) {
                throw new ArithmeticException("a covariance of row " + n + " in the joint solve is not finite");
            }
            // More than the whole is rounding.
            rest[n] = variances[n] * Math.max(0, 1 - known[n]);
            deviations[n] = Math.sqrt(variances[n]);
        }
        return new LowRankCovariance(factor, deviations, rest);
    }

    /** Of the inducing rows. */
    private static double[] correlation(double[] columns, double[] inverseDeviations, int[] inducing) {
        int size = inducing.length;
        int rows = inverseDeviations.length;
        double[] correlation = new double[size * size];
        for (int i = 0; i < size; i++) {
            for (int k = 0; k < size; k++) {
                int row = inducing[k];
                double value = columns[i * rows + row] * inverseDeviations[row] * inverseDeviations[inducing[i]];
                if (!Double.isFinite(value)) {
                    throw new ArithmeticException("the covariance of rows " + row + " and " + inducing[i]
                            + " in the joint solve is not finite");
                }
                correlation[i * size + k] = i == k && inverseDeviations[row] > 0 ? 1 : value;
            }
        }
        return correlation;
    }

    /** Replaces the lower triangle by L, whose rows are the pivots in the order that is returned. */
    private static int[] factorise(double[] matrix, int size) {
        int[] pivots = new int[size];
        int[] rank = new int[1];
        openblas.LAPACKE_dpstrf(openblas.LAPACK_COL_MAJOR, LOWER, size, matrix, size, pivots, rank, TOLERANCE);
        // LAPACK counts from 1.
        return Arrays.stream(pivots, 0, rank[0]).map(pivot -> pivot - 1).toArray();
    }

    @Override
    public int rows() {
        return rest.length;
    }

    /** Diagonal of \( \Phi \Phi^T \). */
    private double[] known() {
        double[] known = factor == null ? new double[rest.length] : factor.squaredLengths();
        for (int n = 0; n < known.length; n++) {
            known[n] *= scale[n] * scale[n];
        }
        return known;
    }

    @Override
    public double[] diagonal() {
        double[] diagonal = known();
        for (int n = 0; n < diagonal.length; n++) {
            diagonal[n] += rest[n];
        }
        return diagonal;
    }

    @Override
    public double[] times(double[] columns) {
        double[] product = timesRows(columns, rest);
        for (int i = 0; together != 1 && i < product.length; i++) {
            product[i] *= together;
        }
        if (factor != null) {
            double[] ofFactor = timesRows(factor.timesTransposedTimes(timesRows(columns, scale)), scale);
            for (int i = 0; i < product.length; i++) {
                product[i] += ofFactor[i];
            }
        }
        return product;
    }

    private static double[] timesRows(double[] columns, double[] factors) {
        double[] product = new double[columns.length];
        for (int i = 0; i < product.length; i++) {
            product[i] = columns[i] * factors[i % factors.length];
        }
        return product;
    }

    @Override
    public LowRankCovariance multipliedBy(double factor) {
        double[] factors = new double[rest.length];
        Arrays.fill(factors, Math.sqrt(factor));
        return scaled(factors);
    }

    @Override
    public LowRankCovariance scaled(double[] factors) {
        return new LowRankCovariance(
                factor, timesRows(scale, factors), timesRows(timesRows(rest, factors), factors), together);
    }

    @Override
    public LowRankCovariance withUnitDiagonal() {
        double[] lacking = known();
        for (int n = 0; n < lacking.length; n++) {
            // More than the whole is rounding.
            lacking[n] = Math.max(0, 1 - lacking[n]);
        }
        return new LowRankCovariance(factor, scale, lacking, together);
    }

    @Override
    public Inverse inverse(double[] noise) {
        double[] root = new double[rest.length];
        for (int n = 0; n < root.length; n++) {
            double variance = together * rest[n] + noise[n];
            if (!(variance > 0) || Double.isInfinite(variance)) {
                throw new ArithmeticException("row " + n + " of the joint solve has variance " + variance
                        + " by itself; the matrix is not positive definite or not finite");
            }
            root[n] = 1 / Math.sqrt(variance);
        }
        if (factor == null) {
            return new WoodburyInverse(null, root);
        }
        DoubleMatrix explained = factor.scaled(timesRows(scale, root));
        explained.multiplyByTransposed(Cholesky.inverseFactor(explained.gramPlusIdentity(), explained.columns()));
        return new WoodburyInverse(explained, root);
    }

    /** \( \Lambda^{-1/2} (I - W W^T) \Lambda^{-1/2} \). */
    private static final class WoodburyInverse implements Inverse {

        /** W, [rows, rank], or null. */
        private final @Nullable DoubleMatrix explained;
        /** Diagonal of Lambda^-1/2. */
        private final double[] root;

        WoodburyInverse(@Nullable DoubleMatrix explained, double[] root) {
            this.explained = explained;
            this.root = root;
        }

        @Override
        public double[] times(double[] columns) {
            double[] scaled = timesRows(columns, root);
            double[] product = explained == null ? new double[columns.length] : explained.timesTransposedTimes(scaled);
            for (int i = 0; i < product.length; i++) {
                product[i] = (scaled[i] - product[i]) * root[i % root.length];
            }
            return product;
        }

        @Override
        public double[] diagonal() {
            double[] diagonal = explained == null ? new double[root.length] : explained.squaredLengths();
            for (int n = 0; n < diagonal.length; n++) {
                diagonal[n] = (1 - diagonal[n]) * root[n] * root[n];
            }
            return diagonal;
        }

        @Override
        public void close() {
            if (explained != null) {
                explained.close();
            }
        }
    }
}
