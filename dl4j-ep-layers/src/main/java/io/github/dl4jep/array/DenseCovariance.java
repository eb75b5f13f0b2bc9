package io.github.dl4jep.array;

/** A covariance of all pairs of rows. */
public final class DenseCovariance implements RowCovariance {

    private final double[] matrix;
    private final int rows;

    /**
     * A covariance.
     *
     * @param matrix symmetric, [rows, rows]; not copied
     * @param rows number of rows
     */
    public DenseCovariance(double[] matrix, int rows) {
        this.matrix = matrix;
        this.rows = rows;
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public double[] diagonal() {
        return diagonal(matrix, rows);
    }

    private static double[] diagonal(double[] matrix, int rows) {
        double[] diagonal = new double[rows];
        for (int n = 0; n < rows; n++) {
            diagonal[n] = matrix[n * rows + n];
        }
        return diagonal;
    }

    @Override
    public double[] times(double[] columns) {
        return SymmetricMatrix.times(matrix, columns, rows);
    }

    @Override
    public DenseCovariance multipliedBy(double factor) {
        double[] product = matrix.clone();
        for (int i = 0; i < product.length; i++) {
            product[i] *= factor;
        }
        return new DenseCovariance(product, rows);
    }

    @Override
    public DenseCovariance scaled(double[] factors) {
        double[] product = new double[matrix.length];
        for (int n = 0; n < rows; n++) {
            for (int k = 0; k < rows; k++) {
                product[n * rows + k] = factors[n] * matrix[n * rows + k] * factors[k];
            }
        }
        return new DenseCovariance(product, rows);
    }

    @Override
    public DenseCovariance withUnitDiagonal() {
        double[] unit = matrix.clone();
        for (int n = 0; n < rows; n++) {
            unit[n * rows + n] = 1;
        }
        return new DenseCovariance(unit, rows);
    }

    @Override
    public Inverse inverse(double[] noise) {
        double[] sum = matrix.clone();
        for (int n = 0; n < rows; n++) {
            sum[n * rows + n] += noise[n];
        }
        double[] inverse = SymmetricMatrix.inverse(sum, rows);
        return new Inverse() {

            @Override
            public double[] times(double[] columns) {
                return SymmetricMatrix.times(inverse, columns, rows);
            }

            @Override
            public double[] diagonal() {
                return DenseCovariance.diagonal(inverse, rows);
            }
        };
    }
}
