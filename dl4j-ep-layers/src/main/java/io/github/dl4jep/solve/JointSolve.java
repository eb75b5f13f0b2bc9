package io.github.dl4jep.solve;

import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.ExampleCovariance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The joint update of a whole batch at the outputs: \( (K_c + N_c) z_c = e_c \) for every output c, algorithm sections 3
 * and 4.
 *
 * <p>Only the correlation between samples is taken from K, the variance is the output's own:
 * \( K_c = D_c P D_c \), \( D_c = diag(\sqrt{V_{nc}}) \),
 * \( P_{nk} = K_{nk} / \sqrt{\max(\bar V_n, K_{nn}) \max(\bar V_k, K_{kk})} \), \( P_{nn} = 1 \). P is K scaled to a diagonal
 * of at most 1 and then raised to 1, so it is positive semi-definite whenever K is, duplicated rows included.
 *
 * <p>Where covariances are kept with some inducing examples, K is what these know of it, of low rank and a diagonal, and no matrix has more
 * rows and columns than there are of them.
 *
 * <p>Shapes: variance V, residual e, noise N: [minibatch, outputs]; K: [minibatch, minibatch]. Everything is computed in
 * double precision. An entry that is not observed gets z = 0 and moves nothing.
 *
 * <p>Few outputs are solved one by one. Many share one factorisation, of the matrix with the mean variance and mean noise,
 * as the preconditioner of conjugate gradients on all outputs at once. Java arrays, column by column, because ND4J's cost per
 * operation is larger than these operations.
 */
public final class JointSolve implements BatchSolve {

    /** From this many outputs on, the shared factorisation is cheaper. */
    private static final int SHARED_FROM = 4;

    /** The shared matrix stands for every output only while their noise is alike. */
    private static final double LARGEST_SHARED_SPREAD = 5;

    private static final int MAX_ITERATIONS = 60;
    private static final double TOLERANCE = 1e-7;

    private final int rows;
    private final int outputs;
    /** V, sqrt V, N and e: column c is [c * rows, (c + 1) * rows). */
    private final double[] variance;

    private final double[] deviation;
    private final double[] noise;
    private final double[] residual;
    /** 1 where observed, else 0. */
    private final double[] observed;
    /** P, or null if samples are independent. */
    private final @Nullable RowCovariance correlation;

    /**
     * Sets up the equations.
     *
     * @param variance V, [minibatch, outputs]
     * @param covariance K, none if samples are independent
     * @param observation residual e and noise N, [minibatch, outputs]
     */
    public JointSolve(INDArray variance, ExampleCovariance covariance, PseudoObservation observation) {
        this.rows = variance.rows();
        this.outputs = variance.columns();
        this.observed = Rows.columns(observation.observed());
        double[] all = Rows.columns(variance);
        // An entry that is not observed has no variance here: that takes it out of every equation but its own.
        this.variance = product(all, observed);
        this.deviation = Arrays.stream(this.variance).map(Math::sqrt).toArray();
        this.noise = Rows.columns(observation.noise());
        this.residual = product(Rows.columns(observation.residual()), observed);
        this.correlation = covariance.isNone() ? null : correlation(all, covariance.rows());
    }

    /**
     * The solution.
     *
     * @param shift z, [minibatch, outputs], double
     * @param inverseDiagonal diagonal of (K_c + N_c)^-1 for every output, [minibatch, outputs], double
     */
    public record Solution(INDArray shift, INDArray inverseDiagonal) {}

    @Override
    public Solution solve() {
        if (correlation == null) {
            return solveIndependent();
        }
        return outputs < SHARED_FROM || noiseSpread() > LARGEST_SHARED_SPREAD ? solveEach() : solveShared();
    }

    /** Largest ratio between the noise variances of one row. */
    private double noiseSpread() {
        double spread = 1;
        for (int n = 0; n < rows; n++) {
            double least = Double.MAX_VALUE;
            double most = 0;
            for (int i = n; i < noise.length; i += rows) {
                least = Math.min(least, noise[i]);
                most = Math.max(most, noise[i]);
            }
            spread = Math.max(spread, most / least);
        }
        return spread;
    }

    private Solution solveIndependent() {
        double[] diagonal = new double[residual.length];
        for (int i = 0; i < diagonal.length; i++) {
            diagonal[i] = 1 / (variance[i] + noise[i]);
        }
        return solution(product(residual, diagonal), diagonal);
    }

    /** One factorisation per output: exact, the plain version. */
    Solution solveEach() {
        double[] shift = new double[residual.length];
        double[] diagonal = new double[residual.length];
        for (int c = 0; c < outputs; c++) {
            int from = c * rows;
            try (RowCovariance.Inverse inverse = inverse(
                    Arrays.copyOfRange(deviation, from, from + rows), Arrays.copyOfRange(noise, from, from + rows))) {
                double[] z = inverse.times(Arrays.copyOfRange(residual, from, from + rows));
                System.arraycopy(z, 0, shift, from, rows);
                System.arraycopy(inverse.diagonal(), 0, diagonal, from, rows);
            }
        }
        return solution(shift, diagonal);
    }

    /** One shared factorisation and conjugate gradients; the diagonal is that of the shared matrix, rescaled. */
    Solution solveShared() {
        double[] meanVariance = meanOverOutputs(variance, rows);
        double[] meanNoise = meanOverOutputs(noise, rows);
        double[] meanDeviation = Arrays.stream(meanVariance).map(Math::sqrt).toArray();
        double[] shift;
        double[] ofShared;
        try (RowCovariance.Inverse preconditioner = inverse(meanDeviation, meanNoise)) {
            shift = conjugateGradients(preconditioner);
            ofShared = preconditioner.diagonal();
        }
        if (shift == null) {
            return solveEach();
        }
        double[] diagonal = new double[residual.length];
        for (int i = 0; i < diagonal.length; i++) {
            int n = i % rows;
            double shared = ofShared[n] * (meanVariance[n] + meanNoise[n]);
            diagonal[i] = shared / (variance[i] + noise[i]);
        }
        // What is not observed is 0 only to the tolerance of the iteration.
        return solution(product(shift, observed), diagonal);
    }

    /** Preconditioned conjugate gradients on all outputs at once; null if they did not converge. */
    private double @Nullable [] conjugateGradients(RowCovariance.Inverse preconditioner) {
        double[] z = preconditioner.times(residual);
        double[] rest = residual.clone();
        addScaled(rest, times(z), ones(-1));
        double[] goal = columnDots(residual, residual);
        double[] step = preconditioner.times(rest);
        double[] direction = step.clone();
        double[] energy = columnDots(rest, step);
        for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
            if (isBelow(columnDots(rest, rest), goal)) {
                return z;
            }
            double[] image = times(direction);
            double[] length = ratio(energy, columnDots(direction, image));
            addScaled(z, direction, length);
            addScaled(rest, image, negated(length));
            step = preconditioner.times(rest);
            double[] next = columnDots(rest, step);
            double[] ratio = ratio(next, energy);
            for (int c = 0; c < outputs; c++) {
                for (int i = c * rows; i < (c + 1) * rows; i++) {
                    direction[i] = step[i] + ratio[c] * direction[i];
                }
            }
            energy = next;
        }
        return null;
    }

    /** K_c x_c for every output; x is [minibatch, outputs]. */
    @Override
    public INDArray timesCovariance(INDArray x) {
        return Rows.matrix(timesCovariance(Rows.columns(x)), rows, outputs);
    }

    private double[] timesCovariance(double[] x) {
        if (correlation == null) {
            return product(variance, x);
        }
        return product(correlation.times(product(deviation, x)), deviation);
    }

    /** (K_c + N_c) x_c for every output. */
    private double[] times(double[] x) {
        double[] image = timesCovariance(x);
        for (int i = 0; i < image.length; i++) {
            image[i] += noise[i] * x[i];
        }
        return image;
    }

    /** (D P D + N)^-1 for diagonals D and N. */
    private RowCovariance.Inverse inverse(double[] diagonalDeviation, double[] diagonalNoise) {
        if (correlation == null) {
            throw new IllegalStateException("no covariance between samples");
        }
        return correlation.scaled(diagonalDeviation).inverse(diagonalNoise);
    }

    private double[] columnDots(double[] a, double[] b) {
        double[] dots = new double[outputs];
        for (int c = 0; c < outputs; c++) {
            double dot = 0;
            for (int i = c * rows; i < (c + 1) * rows; i++) {
                dot += a[i] * b[i];
            }
            dots[c] = dot;
        }
        return dots;
    }

    /** sum += factor_c x, column by column. */
    private void addScaled(double[] sum, double[] x, double[] factors) {
        for (int c = 0; c < outputs; c++) {
            double factor = factors[c];
            for (int i = c * rows; i < (c + 1) * rows; i++) {
                sum[i] += factor * x[i];
            }
        }
    }

    private double[] ones(double value) {
        double[] values = new double[outputs];
        Arrays.fill(values, value);
        return values;
    }

    private Solution solution(double[] shift, double[] diagonal) {
        return new Solution(Rows.matrix(shift, rows, outputs), Rows.matrix(diagonal, rows, outputs));
    }

    private static double[] negated(double[] values) {
        double[] negated = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            negated[i] = -values[i];
        }
        return negated;
    }

    private static double[] product(double[] a, double[] b) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }

    /** a / b, and 0 where both are: a column that is already solved. */
    private static double[] ratio(double[] a, double[] b) {
        double[] ratio = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            ratio[i] = a[i] == 0 ? 0 : a[i] / b[i];
        }
        return ratio;
    }

    private static boolean isBelow(double[] squares, double[] goal) {
        for (int c = 0; c < squares.length; c++) {
            if (!(squares[c] <= TOLERANCE * TOLERANCE * goal[c])) {
                return false;
            }
        }
        return true;
    }

    private static double[] meanOverOutputs(double[] columns, int rows) {
        double[] mean = new double[rows];
        int outputs = columns.length / rows;
        for (int first = 0; first < columns.length; first += rows) {
            for (int n = 0; n < rows; n++) {
                mean[n] += columns[first + n] / outputs;
            }
        }
        return mean;
    }

    /** Scales K to P: see the class comment. */
    static RowCovariance correlation(double[] variance, RowCovariance covariance) {
        double[] scale = meanOverOutputs(variance, covariance.rows());
        double[] ofExamples = covariance.diagonal();
        for (int n = 0; n < scale.length; n++) {
            double largest = Math.max(scale[n], ofExamples[n]);
            // A row without any uncertainty correlates with nothing.
            scale[n] = largest == 0 ? 0 : 1 / Math.sqrt(largest);
        }
        return covariance.scaled(scale).withUnitDiagonal();
    }
}
