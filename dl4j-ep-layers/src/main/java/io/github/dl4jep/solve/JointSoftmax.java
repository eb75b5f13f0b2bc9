package io.github.dl4jep.solve;

import io.github.dl4jep.array.RowCovariance;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The most probable potentials of a whole batch under a softmax: the maximum over l of \( \sum_c \log N(l_c; w_c, K) + \sum_n \omega_n
 * \log softmax(l_n)_{y_n} \), with one covariance K between examples for all outputs. A single output is one of two classes, whose
 * potentials are l and 0.
 *
 * <p>The softmax's curvature of row n is replaced by \( \lambda_n \) times the identity, the same for all classes, so that one inverse \(
 * A = (K + N)^{-1} \), \( N = diag(1 / (\omega \lambda)) \), serves all iterations: with \( r = l - w + (y - p) / \lambda \) they are \(
 * z = A r \) and \( l = w + K z = w + r - N z \). Each raises the objective as long as \( \lambda_n \) is at least the curvature, which is at
 * most \( 2 \max_c p_c (1 - p_c) \) (Gershgorin), so 1/2 (Boehning); of a single output \( p (1 - p) \). They are accelerated by
 * Nesterov's extrapolation, which starts anew where it overshoots. At the maximum \( z = \omega (y - p) \).
 *
 * <p>With the largest \( \lambda \) what all examples of a frequent class say in common comes out far too small, because little moves in an
 * iteration. So where potentials no longer move, the sums over examples of z and of \( \omega (y - p) \) are compared. If they differ, every
 * row gets four times the curvature that it has by then, and iterations go on. A row whose curvature outgrows that gets the largest.
 *
 * <p>Labels y may be any distribution over the outputs. Arrays hold one output after the other: column c is [c * rows, (c + 1) * rows).
 *
 * <p>Source: Boehning 1992 for the bound; O'Donoghue and Candes 2015 for the restart; the joint use and the bound of a row: own,
 * docs/algorithm.md, section 4.
 */
public final class JointSoftmax {

    private static final int MOST_ITERATIONS = 300;
    /** Of the sums, relative: above it small bounds are worth another inverse. */
    private static final double COARSE = 0.25;
    /** Of the sums, relative, with small bounds. */
    private static final double FINE = 0.05;
    /** How often bounds are raised row by row; then all are the largest. */
    private static final int MOST_RAISES = 2;
    /** Room for the curvature to grow while potentials move. */
    private static final double ROOM = 4;
    /** Of the largest curvature: keeps N finite. */
    private static final double SMALLEST_SHARE = 1e-4;

    private final double[] start;
    /** K, without the rows that are not observed. */
    private final RowCovariance covariance;

    private final double[] labels;
    private final double[] importance;
    private final int rows;
    private final int outputs;
    /** lambda of each row. */
    private final double[] bound;

    private double[] noise = {};
    private RowCovariance.@Nullable Inverse inverse;

    /**
     * Sets up the equations.
     *
     * @param start w, means of the potentials, [rows, outputs]
     * @param covariance K
     * @param labels y, [rows, outputs]
     * @param importance omega of each row, [rows], not negative; a row of importance 0 is not observed
     */
    public JointSoftmax(double[] start, RowCovariance covariance, double[] labels, double[] importance) {
        this.rows = importance.length;
        this.outputs = start.length / rows;
        this.start = start;
        this.covariance = ofObserved(covariance, importance);
        this.labels = labels;
        this.importance = importance;
        this.bound = new double[rows];
    }

    /** What is at the maximum. */
    public static final class Maximum {

        private final double[] shift;
        private final double[] potentials;
        private final double[] probabilities;
        private final int iterations;
        private final double change;

        private Maximum(double[] shift, double[] potentials, double[] probabilities, int iterations, double change) {
            this.shift = shift;
            this.potentials = potentials;
            this.probabilities = probabilities;
            this.iterations = iterations;
            this.change = change;
        }

        /**
         * How far the potentials move, per unit of their covariance.
         *
         * @return z, [rows, outputs]; the array itself
         */
        public double[] shift() {
            return shift;
        }

        /**
         * The potentials there.
         *
         * @return l, [rows, outputs]; the array itself
         */
        public double[] potentials() {
            return potentials;
        }

        /**
         * Softmax of the potentials.
         *
         * @return p, [rows, outputs]; the array itself
         */
        public double[] probabilities() {
            return probabilities;
        }

        /**
         * How many iterations were made.
         *
         * @return at most 300
         */
        public int iterations() {
            return iterations;
        }

        /**
         * The largest change of a potential in the last iteration.
         *
         * @return below the tolerance, or the iterations ended before
         */
        public double change() {
            return change;
        }
    }

    /**
     * Finds the maximum. After {@value #MOST_ITERATIONS} iterations it takes what was reached, which {@link Maximum#change} says: as z is
     * that of the last iteration, the potentials are never further than a maximum of the bound.
     *
     * @param tolerance largest change of a potential in the last iteration
     * @return the maximum
     * @throws ArithmeticException if K is not a covariance, or something is not finite
     */
    public Maximum solve(double tolerance) {
        try {
            return iterated(tolerance);
        } finally {
            closeInverse();
        }
    }

    private Maximum iterated(double tolerance) {
        double[] potentials = start.clone();
        double[] point = start.clone();
        double[] z = new double[start.length];
        double[] p = new double[start.length];
        Arrays.fill(bound, largestBound());
        factorise();
        boolean refined = false;
        int raises = 0;
        double momentum = 1;
        double largest = Double.POSITIVE_INFINITY;
        int iterations = 0;
        while (iterations < MOST_ITERATIONS) {
            iterations++;
            probabilities(point, p);
            if (raised(p, raises)) {
                raises++;
                momentum = 1;
            }
            double[] next = next(point, p, z);
            double against = 0;
            largest = 0;
            for (int i = 0; i < next.length; i++) {
                double change = next[i] - potentials[i];
                largest = Math.max(largest, Math.abs(change));
                against += (point[i] - next[i]) * change;
            }
            double following = against > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
            double extrapolation = against > 0 ? 0 : (momentum - 1) / following;
            for (int i = 0; i < next.length; i++) {
                point[i] = next[i] + extrapolation * (next[i] - potentials[i]);
            }
            momentum = following;
            potentials = next;
            if (largest < tolerance) {
                probabilities(potentials, p);
                if (mismatch(z, p) <= (refined ? FINE : COARSE)) {
                    break;
                }
                if (!refined) {
                    refined = true;
                    refine(p);
                    point = potentials.clone();
                    momentum = 1;
                }
            }
        }
        for (double value : z) {
            if (!Double.isFinite(value)) {
                throw new ArithmeticException("the potentials of the batch are not finite");
            }
        }
        probabilities(potentials, p);
        return new Maximum(z, potentials, p, iterations, largest);
    }

    /** Largest difference between the sums of z and of omega (y - p) over the rows, relative to the largest sum without signs. */
    private double mismatch(double[] z, double[] p) {
        double difference = 0;
        double size = 0;
        for (int c = 0; c < outputs; c++) {
            double sum = 0;
            double absolute = 0;
            for (int n = 0; n < rows; n++) {
                int i = c * rows + n;
                double atMaximum = importance[n] * (labels[i] - p[i]);
                sum += z[i] - atMaximum;
                absolute += Math.abs(atMaximum);
            }
            difference = Math.max(difference, Math.abs(sum));
            size = Math.max(size, absolute);
        }
        return size > 0 ? difference / size : 0;
    }

    /** The largest curvature that a row can have. */
    private double largestBound() {
        return outputs == 1 ? 0.25 : 0.5;
    }

    /** At least the softmax's curvature of each row. */
    private double[] curvatures(double[] p) {
        double[] largest = new double[rows];
        for (int first = 0; first < p.length; first += rows) {
            for (int n = 0; n < rows; n++) {
                largest[n] = Math.max(largest[n], p[first + n] * (1 - p[first + n]));
            }
        }
        for (int n = 0; outputs > 1 && n < rows; n++) {
            largest[n] *= 2;
        }
        return largest;
    }

    private void refine(double[] p) {
        double[] curvatures = curvatures(p);
        for (int n = 0; n < rows; n++) {
            double room = Math.max(ROOM * curvatures[n], SMALLEST_SHARE * largestBound());
            bound[n] = Math.min(room, largestBound());
        }
        factorise();
    }

    /** Raises the bounds that are below the curvature, if there are any. */
    private boolean raised(double[] p, int raises) {
        boolean raised = false;
        double[] curvatures = curvatures(p);
        for (int n = 0; n < rows; n++) {
            if (importance[n] > 0 && bound[n] < curvatures[n]) {
                bound[n] = largestBound();
                raised = true;
            }
        }
        if (raised) {
            for (int n = 0; raises >= MOST_RAISES && n < rows; n++) {
                bound[n] = largestBound();
            }
            factorise();
        }
        return raised;
    }

    /** Without its covariances a row that is not observed moves nothing. */
    private static RowCovariance ofObserved(RowCovariance covariance, double[] importance) {
        double[] observed = new double[importance.length];
        boolean all = true;
        for (int n = 0; n < observed.length; n++) {
            observed[n] = importance[n] > 0 ? 1 : 0;
            all &= importance[n] > 0;
        }
        return all ? covariance : covariance.scaled(observed);
    }

    private void factorise() {
        noise = new double[rows];
        for (int n = 0; n < rows; n++) {
            noise[n] = importance[n] > 0 ? 1 / (importance[n] * bound[n]) : 1;
        }
        closeInverse();
        inverse = covariance.inverse(noise);
    }

    private void closeInverse() {
        if (inverse != null) {
            inverse.close();
        }
    }

    /** One iteration from a point: w + r - N z; keeps z. */
    private double[] next(double[] point, double[] p, double[] z) {
        double[] r = new double[point.length];
        for (int first = 0; first < r.length; first += rows) {
            for (int n = 0; n < rows; n++) {
                int i = first + n;
                r[i] = importance[n] > 0 ? point[i] - start[i] + (labels[i] - p[i]) / bound[n] : 0;
            }
        }
        System.arraycopy(Objects.requireNonNull(inverse).times(r), 0, z, 0, z.length);
        for (int first = 0; first < r.length; first += rows) {
            for (int n = 0; n < rows; n++) {
                r[first + n] += start[first + n] - noise[n] * z[first + n];
            }
        }
        return r;
    }

    /** Softmax of every row. */
    private void probabilities(double[] potentials, double[] p) {
        double[] largest = new double[rows];
        double[] sum = new double[rows];
        // A single output has a second potential, 0.
        Arrays.fill(largest, outputs == 1 ? 0 : Double.NEGATIVE_INFINITY);
        for (int c = 0; c < outputs; c++) {
            for (int n = 0; n < rows; n++) {
                largest[n] = Math.max(largest[n], potentials[c * rows + n]);
            }
        }
        for (int n = 0; outputs == 1 && n < rows; n++) {
            sum[n] = Math.exp(-largest[n]);
        }
        for (int c = 0; c < outputs; c++) {
            for (int n = 0; n < rows; n++) {
                double value = Math.exp(potentials[c * rows + n] - largest[n]);
                p[c * rows + n] = value;
                sum[n] += value;
            }
        }
        for (int c = 0; c < outputs; c++) {
            for (int n = 0; n < rows; n++) {
                p[c * rows + n] /= sum[n];
            }
        }
    }
}
