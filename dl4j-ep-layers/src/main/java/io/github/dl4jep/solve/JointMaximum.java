package io.github.dl4jep.solve;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The most probable potentials of a whole batch under any likelihood: the maximum over l of \( \sum_c \log N(l_c; w_c, K_c) + \sum_n E
 * \log p(y_n | l_n + e_n) \), \( e \sim N(0, v) \), v what the labels of the batch leave of a potential's variance, the diagonal of \( (K^{-1} + W)^{-1} \).
 *
 * <p>Newton's method: at l with slope g and curvature W the labels are observations of residual \( l - w + g / W \) and noise \( 1 / W \),
 * which are solved jointly. A step that does not raise the objective is halved; as \( z' - z = (K + N)^{-1} N (g - z) \), a small enough
 * one always does, whether the density is log-concave or not. Where W is 0 or less, a label pulls with g alone. At the maximum \( z = g \).
 *
 * <p>Arrays hold one output after the other: column c is [c * rows, (c + 1) * rows).
 *
 * <p>Source: Rasmussen and Williams 2006, algorithm 3.1, for Newton's method; own: the expectation and the joint use, docs/algorithm.md,
 * section 4.
 */
public final class JointMaximum {

    private static final int MOST_ITERATIONS = 20;
    private static final int MOST_HALVINGS = 8;
    /** A curvature smaller than this share of the potential's precision is as good as none. */
    private static final double LEAST_CURVATURE = 1e-6;
    /** A row's curvatures differ by at most this factor where many outputs share a factorisation. */
    private static final double LARGEST_SPREAD = 4;

    private static final int SHARED_FROM = 32;
    /** The search ends where no potential moves by more than this share of its deviation, or by more than the least move. */
    private static final double TOLERANCE = 0.01;

    private static final double LEAST_MOVE = 1e-5;

    private final INDArray variance;
    private final BatchCovariance covariance;
    private final Objective objective;
    private final INDArray observed;
    private final int rows;
    private final int outputs;
    /** w, V and 1 where observed. */
    private final double[] start;

    private final double[] given;
    private final double[] isObserved;

    private double[] potentials;
    private double[] shift;
    private double[] slope;
    private double[] curvature;
    private double[] left;

    /** What the labels say, summed over the batch. */
    @FunctionalInterface
    public interface Objective {

        /**
         * The expected log density for potentials N(mean, variance).
         *
         * @param mean l
         * @param variance v
         * @param slope written: g, the derivative by each mean; 0 where nothing is observed
         * @param curvature written: W, minus the second derivative
         * @return nats
         */
        double at(double[] mean, double[] variance, double[] slope, double[] curvature);
    }

    /**
     * Sets up the search.
     *
     * @param mean w, means of the potentials, [rows, outputs]
     * @param variance V, their variances
     * @param covariance how rows vary together
     * @param earlierShift z of the sweep before on the same batch, whose move w already contains, or null
     * @param observed 1 where a label says something, else 0, [rows, outputs]
     * @param objective what the labels say
     */
    public JointMaximum(
            INDArray mean,
            INDArray variance,
            BatchCovariance covariance,
            @Nullable INDArray earlierShift,
            INDArray observed,
            Objective objective) {
        this.rows = mean.rows();
        this.outputs = mean.columns();
        this.variance = variance;
        this.covariance = BatchSolve.ofRows(covariance, mean.rows());
        this.objective = objective;
        this.observed = observed;
        this.given = Rows.columns(variance);
        this.isObserved = Rows.columns(observed);
        this.start = Rows.columns(mean);
        this.slope = new double[start.length];
        this.curvature = new double[start.length];
        if (earlierShift != null) {
            double[] moved = moved(Rows.columns(earlierShift));
            for (int i = 0; i < start.length; i++) {
                start[i] -= moved[i];
            }
        }
        this.potentials = start.clone();
        this.shift = new double[start.length];
        this.left = given.clone();
    }

    /** What is at the maximum. */
    public static final class Maximum {

        private final double[] potentials;
        private final double[] left;
        private final double[] shift;
        private final double[] curvature;
        private final JointMaximum search;

        private Maximum(JointMaximum search) {
            this.potentials = search.potentials;
            this.left = search.left;
            this.shift = search.shift;
            this.curvature = search.curvature;
            this.search = search;
        }

        /**
         * Means of the potentials that are expected after the step: the most probable ones, and of positions what is sure of them.
         *
         * @return w + K z, [rows, outputs]
         */
        public INDArray expected() {
            return search.expected();
        }

        /**
         * The potentials.
         *
         * @return l, [rows, outputs]; the array itself
         */
        public double[] potentials() {
            return potentials;
        }

        /**
         * What is left of their variance.
         *
         * @return v, [rows, outputs]; the array itself
         */
        public double[] variance() {
            return left;
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
         * Minus the second derivative of the expected log density.
         *
         * @return W, [rows, outputs]; the array itself
         */
        public double[] curvature() {
            return curvature;
        }
    }

    /**
     * Finds the maximum; after {@value #MOST_ITERATIONS} iterations, each of which raised the objective, it takes what was reached.
     *
     * @return the maximum
     * @throws ArithmeticException if the objective is not finite
     */
    public Maximum solve() {
        evaluate(potentials);
        narrow(given);
        for (int iteration = 0; iteration < MOST_ITERATIONS; iteration++) {
            double reached = objectiveAt(potentials, shift, evaluate(potentials));
            if (!Double.isFinite(reached)) {
                throw new ArithmeticException("the expected log density of the batch is " + reached);
            }
            boolean far = step(reached);
            if (!far) {
                break;
            }
        }
        return new Maximum(this);
    }

    private double evaluate(double[] at) {
        slope = new double[at.length];
        curvature = new double[at.length];
        return objective.at(at, left, slope, curvature);
    }

    /** F = E log p - z' K z / 2. */
    private double objectiveAt(double[] at, double[] z, double expected) {
        double energy = 0;
        for (int i = 0; i < z.length; i++) {
            energy += z[i] * (at[i] - start[i]);
        }
        return expected - energy / 2;
    }

    /** What is left of each variance: by its own label, or by all where the solve knows better. */
    private void narrow(double[] byAll) {
        double[] narrower = new double[left.length];
        for (int i = 0; i < left.length; i++) {
            double byItself = given[i] / (1 + given[i] * Math.max(0, curvature[i]));
            boolean known = isObserved[i] > 0 && byAll[i] > 0;
            narrower[i] = known ? Math.min(byItself, byAll[i]) : byItself;
        }
        left = narrower;
    }

    /** The diagonal of K - K (K + N)^-1 K. */
    private static double[] remaining(double[] inverseDiagonal, double[] noise) {
        double[] remaining = new double[noise.length];
        for (int i = 0; i < noise.length; i++) {
            remaining[i] = noise[i] - noise[i] * noise[i] * inverseDiagonal[i];
        }
        return remaining;
    }

    /** One step; returns whether a further one is worth while. */
    private boolean step(double reached) {
        double[] noise = noise();
        BatchSolve equations = equations(noise);
        JointSolve.Solution solution = equations.solve();
        double[] target = Rows.columns(solution.shift());
        double[] end = Rows.columns(equations.timesCovariance(solution.shift()));
        double[] byAll = remaining(Rows.columns(solution.inverseDiagonal()), noise);
        double[] from = potentials;
        double[] before = shift;
        for (double length = 1; length > Math.pow(0.5, MOST_HALVINGS); length /= 2) {
            double[] at = new double[from.length];
            double[] z = new double[from.length];
            double farthest = 0;
            for (int i = 0; i < at.length; i++) {
                double change = length * (start[i] + end[i] - from[i]);
                at[i] = from[i] + change;
                z[i] = before[i] + length * (target[i] - before[i]);
                farthest = Math.max(farthest, Math.abs(change) / (TOLERANCE * Math.sqrt(left[i]) + LEAST_MOVE));
            }
            double value = objectiveAt(at, z, evaluate(at));
            if (value >= reached || farthest <= 1) {
                potentials = at;
                shift = z;
                narrow(byAll);
                return farthest > 1;
            }
        }
        evaluate(from);
        narrow(byAll);
        return false;
    }

    /** Whose solution is z' of Newton's method. */
    private BatchSolve equations(double[] noise) {
        double[] residual = new double[potentials.length];
        for (int i = 0; i < residual.length; i++) {
            residual[i] = isObserved[i] > 0 ? potentials[i] - start[i] + slope[i] * noise[i] : 0;
        }
        return BatchSolve.of(variance, covariance, observation(residual, noise));
    }

    private double[] noise() {
        double[] noise = bounded();
        for (int i = 0; i < noise.length; i++) {
            noise[i] = isObserved[i] > 0 ? 1 / noise[i] : 1;
        }
        return noise;
    }

    /** W, positive; where outputs share one factorisation, of about one size in a row, which only makes steps shorter. */
    private double[] bounded() {
        double[] bounded = new double[curvature.length];
        double[] largest = new double[rows];
        for (int i = 0; i < bounded.length; i++) {
            bounded[i] = Math.max(curvature[i], LEAST_CURVATURE / (given[i] + LEAST_CURVATURE));
            largest[i % rows] = Math.max(largest[i % rows], bounded[i]);
        }
        for (int i = 0; outputs >= SHARED_FROM && i < bounded.length; i++) {
            bounded[i] = Math.max(bounded[i], largest[i % rows] / LARGEST_SPREAD);
        }
        return bounded;
    }

    /** K z. */
    private double[] moved(double[] z) {
        double[] ones = new double[z.length];
        Arrays.fill(ones, 1);
        return Rows.columns(BatchSolve.of(variance, covariance, observation(z, ones))
                .timesCovariance(Rows.matrix(z, rows, outputs)));
    }

    private INDArray expected() {
        double[] noise = noise();
        double[] residual = new double[noise.length];
        for (int i = 0; i < residual.length; i++) {
            residual[i] = isObserved[i] > 0 ? potentials[i] - start[i] + shift[i] * noise[i] : 0;
        }
        PseudoObservation observation = observation(residual, noise);
        return BatchSolve.of(variance, covariance, observation)
                .expectedMove(observation, Rows.matrix(shift, rows, outputs))
                .addi(Rows.matrix(start, rows, outputs));
    }

    private PseudoObservation observation(double[] residual, double[] noise) {
        return new PseudoObservation(
                Rows.matrix(residual, rows, outputs), Rows.matrix(noise, rows, outputs), observed, observed);
    }
}
