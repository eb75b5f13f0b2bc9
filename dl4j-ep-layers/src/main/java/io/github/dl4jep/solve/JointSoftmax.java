package io.github.dl4jep.solve;

import io.github.dl4jep.array.SymmetricMatrix;

/**
 * The most probable potentials of a whole batch under a softmax: the maximum over l of \( \sum_c \log N(l_c; w_c, K) + \sum_n \omega_n
 * \log softmax(l_n)_{y_n} \), with one covariance K between examples for all outputs.
 *
 * <p>Boehning's bound replaces the softmax's curvature by 1/2 times the identity, the same for all classes, so that one inverse \( A = (K
 * + N)^{-1} \), \( N = diag(2/\omega) \), serves all iterations: with \( r = l - w + 2 (y - p) \) they are \( z = A r \) and \( l
 * = w + K z = w + r - N z \). Each raises the objective. They are accelerated by Nesterov's extrapolation, which starts anew where it
 * overshoots. At the maximum \( z = \omega (y - p) \).
 *
 * <p>Labels y may be any distribution over the outputs. Arrays hold one output after the other: column c is [c * rows, (c + 1) * rows).
 *
 * <p>Source: Boehning 1992 for the bound; O'Donoghue and Candes 2015 for the restart; the joint use: own, docs/algorithm.md, section 4.
 */
public final class JointSoftmax {

    private static final int MOST_ITERATIONS = 200;

    private final double[] start;
    private final double[] labels;
    private final double[] importance;
    private final double[] noise;
    private final double[] inverse;
    private final int rows;
    private final int outputs;

    /**
     * Sets up the equations.
     *
     * @param start w, means of the potentials, [rows, outputs]
     * @param covariance K, [rows, rows]; changed
     * @param labels y, [rows, outputs]
     * @param importance omega of each row, [rows], not negative; a row of importance 0 is not observed
     * @throws ArithmeticException if K is not a covariance or not finite
     */
    public JointSoftmax(double[] start, double[] covariance, double[] labels, double[] importance) {
        this.rows = importance.length;
        this.outputs = start.length / rows;
        this.start = start;
        this.labels = labels;
        this.importance = importance;
        this.noise = new double[rows];
        for (int n = 0; n < rows; n++) {
            boolean observed = importance[n] > 0;
            // Without its covariances a row that is not observed moves nothing.
            for (int k = 0; !observed && k < rows; k++) {
                covariance[n * rows + k] = 0;
                covariance[k * rows + n] = 0;
            }
            noise[n] = observed ? 2 / importance[n] : 1;
            covariance[n * rows + n] += noise[n];
        }
        this.inverse = SymmetricMatrix.inverse(covariance, rows);
    }

    /** What is at the maximum. */
    public static final class Maximum {

        private final double[] shift;
        private final double[] probabilities;

        private Maximum(double[] shift, double[] probabilities) {
            this.shift = shift;
            this.probabilities = probabilities;
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
         * Softmax of the potentials.
         *
         * @return p, [rows, outputs]; the array itself
         */
        public double[] probabilities() {
            return probabilities;
        }
    }

    /**
     * Finds the maximum. After {@value #MOST_ITERATIONS} iterations it takes what was reached: as z is that of the last iteration, the
     * potentials are never further than a maximum of the bound.
     *
     * @param tolerance largest change of a potential in the last iteration
     * @return the maximum
     * @throws ArithmeticException if it is not finite
     */
    public Maximum solve(double tolerance) {
        double[] potentials = start.clone();
        double[] point = start.clone();
        double[] z = new double[start.length];
        double[] p = new double[start.length];
        double momentum = 1;
        double largest = Double.POSITIVE_INFINITY;
        for (int iteration = 0; iteration < MOST_ITERATIONS && largest >= tolerance; iteration++) {
            double[] next = raised(point, p, z);
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
        }
        for (double value : z) {
            if (!Double.isFinite(value)) {
                throw new ArithmeticException("the potentials of the batch are not finite");
            }
        }
        probabilities(potentials, p);
        return new Maximum(z, p);
    }

    /** One iteration: w + r - N z; keeps z. */
    private double[] raised(double[] point, double[] p, double[] z) {
        probabilities(point, p);
        double[] r = new double[point.length];
        for (int i = 0; i < r.length; i++) {
            int n = i % rows;
            r[i] = importance[n] > 0 ? point[i] - start[i] + 2 * (labels[i] - p[i]) : 0;
        }
        System.arraycopy(SymmetricMatrix.times(inverse, r, rows), 0, z, 0, z.length);
        for (int i = 0; i < r.length; i++) {
            r[i] += start[i] - noise[i % rows] * z[i];
        }
        return r;
    }

    /** Softmax of every row. */
    private void probabilities(double[] potentials, double[] p) {
        double[] largest = new double[rows];
        System.arraycopy(potentials, 0, largest, 0, rows);
        for (int i = rows; i < potentials.length; i++) {
            largest[i % rows] = Math.max(largest[i % rows], potentials[i]);
        }
        double[] sum = new double[rows];
        for (int c = 0; c < outputs; c++) {
            for (int n = 0; n < rows; n++) {
                double value = Math.exp(potentials[c * rows + n] - largest[n]);
                p[c * rows + n] = value;
                sum[n] += value;
            }
        }
        for (int i = 0; i < p.length; i++) {
            p[i] /= sum[i % rows];
        }
    }
}
