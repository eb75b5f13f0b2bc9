package io.github.dl4jep.solve;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The most probable potentials of a whole batch under sigmoids that vary together, because they share features: the maximum over l of \(
 * \log N(l; w, C + \rho) + \sum_{nc} \omega_{nc} \log p(y_{nc} | l_{nc}) \) over all examples and outputs at once, p of a label that may be
 * any probability: \( y \log \sigma(l) + (1 - y) \log(1 - \sigma(l)) \).
 *
 * <p>Newton's method in z, \( l = w + (C + \rho) z \): with \( b = \omega (y - \sigma(l)) - z \) and curvature W a step is \( d = W^{1/2} (1 + W^{1/2} (C
 * + \rho) W^{1/2})^{-1} W^{-1/2} b \), in which nothing is divided by a curvature that goes to 0. Conjugate gradients find it, of which any number of
 * iterations gives a direction; a step that does not raise the objective is halved. W is \( \omega\,\sigma (1 - \sigma) \), but where a sigmoid is sure of the wrong label,
 * and its own curvature says that there is no end to its step, so much that by itself it would move by {@value #FARTHEST} at most, as long as that is not above the
 * curvature \( \tanh(l/2) / 2l \) of the parabola that touches it from below. At the maximum \( z = \omega (y - \sigma(l)) \).
 *
 * <p>Steps end where one has raised the objective by less than a hundredth of all that was raised, or after {@value #MOST_STEPS}: what is
 * reached then explains less of the labels than the maximum.
 *
 * <p>Shapes: mean w, variance V, labels y, importance omega: [rows, outputs]. Arrays hold one output after the other: column c is [c * rows, (c
 * + 1) * rows).
 *
 * <p>Source: Rasmussen and Williams 2006, algorithm 3.1, for Newton's method; Jaakkola and Jordan 2000 for the parabola; the joint use: own,
 * docs/algorithm.md, section 4.
 */
public final class CoupledMaximum {

    private static final int MOST_STEPS = 8;
    private static final int MOST_HALVINGS = 10;
    private static final int MOST_ITERATIONS = 20;
    /** Of what a step is to explain, in units of the curvature. */
    private static final double TOLERANCE = 0.03;
    /** Of all that was raised. */
    private static final double LEAST_RISE = 0.01;
    /** That a potential moves by itself in one step. */
    private static final double FARTHEST = 4;
    /** Keeps the inverse finite. A probability that is nearer to 0 or 1 is as good as one that is not. */
    private static final double LEAST_CURVATURE = 1e-4;

    private final CoupledCovariance covariance;
    private final double[] start;
    private final double[] labels;
    private final double[] importance;
    private final double tolerance;
    private final int mostIterations;
    private final int mostSteps;

    /** l and z, and z' (C + rho) z. */
    private double[] potentials;

    private final double[] shift;
    private double energy;

    /**
     * Sets up the search.
     *
     * @param mean w, means of the potentials, [rows, outputs]
     * @param variance V, their variances
     * @param covariance how examples and outputs vary together, not none
     * @param earlierShift z of the sweep before on the same batch, whose move w already contains, or null
     * @param labels y, probabilities, [rows, outputs]
     * @param importance omega of every entry, column by column, not negative; an entry of importance 0 is not observed
     */
    public CoupledMaximum(
            INDArray mean,
            INDArray variance,
            BatchCovariance covariance,
            @Nullable INDArray earlierShift,
            INDArray labels,
            double[] importance) {
        this(
                mean,
                new CoupledCovariance(variance, covariance),
                earlierShift,
                labels,
                importance,
                TOLERANCE,
                MOST_ITERATIONS,
                MOST_STEPS);
    }

    CoupledMaximum(
            INDArray mean,
            CoupledCovariance covariance,
            @Nullable INDArray earlierShift,
            INDArray labels,
            double[] importance,
            double tolerance,
            int mostIterations,
            int mostSteps) {
        this.covariance = covariance;
        this.start = Rows.columns(mean);
        this.labels = Rows.columns(labels);
        this.importance = importance;
        this.tolerance = tolerance;
        this.mostIterations = mostIterations;
        this.mostSteps = mostSteps;
        if (earlierShift != null) {
            double[] moved = covariance.times(Rows.columns(earlierShift));
            for (int i = 0; i < start.length; i++) {
                start[i] -= moved[i];
            }
        }
        this.potentials = start.clone();
        this.shift = new double[start.length];
    }

    /**
     * Finds the maximum.
     *
     * @return the maximum, or what was reached
     * @throws ArithmeticException if something is not finite
     */
    public OutputMaximum solve() {
        double first = logLikelihood(potentials);
        double reached = first;
        for (int step = 0; step < mostSteps; step++) {
            double next = step(reached);
            double rise = next - reached;
            reached = next;
            if (rise <= leastRise() * (reached - first)) {
                break;
            }
        }
        return new OutputMaximum(
                potentials,
                shift,
                Arrays.stream(potentials).map(CoupledMaximum::sigmoid).toArray());
    }

    private double leastRise() {
        return tolerance < TOLERANCE ? tolerance : LEAST_RISE;
    }

    /** One step; returns the objective after it, which is that before if no length raises it. */
    private double step(double reached) {
        double[] direction = direction();
        double[] change = covariance.times(direction);
        double square = ConjugateGradients.dot(direction, change);
        double cross = ConjugateGradients.dot(shift, change);
        double length = 1;
        for (int halving = 0; halving <= MOST_HALVINGS; halving++) {
            double[] at = new double[potentials.length];
            for (int i = 0; i < at.length; i++) {
                at[i] = potentials[i] + length * change[i];
            }
            double nextEnergy = energy + 2 * length * cross + length * length * square;
            double value = logLikelihood(at) - nextEnergy / 2;
            if (!Double.isFinite(value)) {
                throw new ArithmeticException("the log likelihood of all sigmoid outputs came to " + value);
            }
            if (value >= reached) {
                potentials = at;
                energy = nextEnergy;
                for (int i = 0; i < shift.length; i++) {
                    shift[i] += length * direction[i];
                }
                return value;
            }
            length /= 2;
        }
        return reached;
    }

    /** d of Newton's method. An entry that is not observed has no curvature, and d = 0 there. */
    private double[] direction() {
        double[] curvature = new double[potentials.length];
        double[] scale = new double[potentials.length];
        double[] goal = new double[potentials.length];
        for (int i = 0; i < goal.length; i++) {
            if (importance[i] > 0) {
                double slope = labels[i] - sigmoid(potentials[i]);
                curvature[i] = importance[i] * curvature(potentials[i], slope);
                scale[i] = Math.sqrt(curvature[i]);
                goal[i] = (importance[i] * slope - shift[i]) / scale[i];
            }
        }
        try (OutputPreconditioner preconditioner = new OutputPreconditioner(covariance, curvature)) {
            double[] direction = new ConjugateGradients(
                            x -> scaledTimes(x, scale), preconditioner::times, tolerance, mostIterations)
                    .solve(goal);
            for (int i = 0; i < direction.length; i++) {
                direction[i] *= scale[i];
            }
            return direction;
        }
    }

    /** (1 + W^1/2 (C + rho) W^1/2) x. */
    private double[] scaledTimes(double[] x, double[] scale) {
        double[] scaled = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            scaled[i] = scale[i] * x[i];
        }
        double[] image = covariance.times(scaled);
        for (int i = 0; i < x.length; i++) {
            image[i] = x[i] + scale[i] * image[i];
        }
        return image;
    }

    /** W of one entry of importance 1. */
    private static double curvature(double potential, double slope) {
        double p = sigmoid(potential);
        double size = Math.abs(potential);
        double parabola = size < 1e-3 ? 0.25 : Math.tanh(size / 2) / (2 * size);
        return Math.max(LEAST_CURVATURE, Math.max(p * (1 - p), Math.min(parabola, Math.abs(slope) / FARTHEST)));
    }

    private double logLikelihood(double[] at) {
        double sum = 0;
        for (int i = 0; i < at.length; i++) {
            if (importance[i] > 0) {
                // log(1 + e^l), which does not overflow.
                double soft = Math.max(0, at[i]) + Math.log1p(Math.exp(-Math.abs(at[i])));
                sum += importance[i] * (labels[i] * at[i] - soft);
            }
        }
        return sum;
    }

    private static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return x >= 0 ? 1 / (1 + e) : e / (1 + e);
    }
}
