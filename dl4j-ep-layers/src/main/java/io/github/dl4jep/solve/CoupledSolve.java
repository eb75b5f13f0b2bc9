package io.github.dl4jep.solve;

import io.github.dl4jep.array.ReusedWorkspace;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.UnitCovariance;
import java.util.Objects;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The joint update of a whole batch where outputs vary together, because they share features: \( (C + \rho + N)\,z = e \) over all
 * examples and outputs at once. Algorithm, section 4.
 *
 * <p>C is {@link UnitCovariance}, of which only products are needed. \( \rho_{nc} = V_{nc} \max(0, 1 - K_{nn} / \bar V_n) \) is what of a
 * variance does not vary together with others. In units of the noise, \( (N^{-1/2} (C + \rho) N^{-1/2} + 1)\, N^{1/2} z = N^{-1/2} e \),
 * conjugate gradients find z, preconditioned by the matrix that all outputs would have alone.
 *
 * <p>Where that takes more than {@value #MAX_ITERATIONS} products, or the noise is below what single precision can tell, what was reached is the
 * solution: it explains less of the residual than the exact one.
 *
 * <p>Shapes: variance V, residual e, noise N: [minibatch, outputs]. Vectors are double; C is applied in the network's data type. An entry
 * that is not observed gets z = 0 and moves nothing.
 */
public final class CoupledSolve implements BatchSolve {

    private static final String WORKSPACE = "WS_EP_COUPLED";
    private static final int MAX_ITERATIONS = 100;
    /** Of the residual, in units of the noise: what batches say differs by more than a hundredth of it. */
    private static final double TOLERANCE = 1e-2;

    private final double tolerance;
    private final int rows;
    private final int outputs;
    private final DataType type;
    private final UnitCovariance covariance;
    private final ExampleCovariance examples;
    private final double[] variance;
    /** Column c is [c * rows, (c + 1) * rows), as in all arrays here. */
    private final double[] noise;

    private final double[] residual;
    /** Diagonal of N^-1/2, 0 where nothing is observed. */
    private final double[] scale;
    /** The diagonal that is added to C. */
    private final double[] rest;

    /**
     * Sets up the equations.
     *
     * @param variance V, [minibatch, outputs]
     * @param covariance of examples and outputs, not none
     * @param observation residual e and noise N, [minibatch, outputs]
     */
    public CoupledSolve(INDArray variance, BatchCovariance covariance, PseudoObservation observation) {
        this(variance, covariance, observation, TOLERANCE);
    }

    CoupledSolve(INDArray variance, BatchCovariance covariance, PseudoObservation observation, double tolerance) {
        this.tolerance = tolerance;
        this.rows = variance.rows();
        this.outputs = variance.columns();
        this.examples = covariance.examples();
        this.type = Objects.requireNonNull(examples.columns(), "there is no covariance")
                .dataType();
        this.covariance = UnitCovariance.ofActivations(covariance);
        this.variance = Rows.columns(variance);
        this.noise = Rows.columns(observation.noise());
        this.residual = Rows.columns(observation.residual());
        this.scale = Rows.columns(observation.observed());
        for (int i = 0; i < scale.length; i++) {
            scale[i] /= Math.sqrt(noise[i]);
        }
        this.rest = rest();
    }

    private double[] rest() {
        double[] known = Rows.columns(examples.variances());
        double[] mean = meanOverOutputs(variance);
        double[] diagonal = new double[variance.length];
        for (int i = 0; i < diagonal.length; i++) {
            int n = i % rows;
            diagonal[i] = mean[n] > 0 ? variance[i] * Math.max(0, 1 - known[n] / mean[n]) : 0;
        }
        return diagonal;
    }

    @Override
    public JointSolve.Solution solve() {
        double[] whitened = product(residual, scale);
        double[] meanVariance = meanOverOutputs(product(variance, product(scale, scale)));
        RowCovariance correlation = JointSolve.correlation(variance, examples.rows());
        double[] deviation = new double[rows];
        double[] ones = new double[rows];
        for (int n = 0; n < rows; n++) {
            deviation[n] = Math.sqrt(meanVariance[n]);
            ones[n] = 1;
        }
        try (RowCovariance.Inverse preconditioner =
                correlation.scaled(deviation).inverse(ones)) {
            double[] shift = product(conjugateGradients(whitened, preconditioner), scale);
            double[] ofShared = preconditioner.diagonal();
            double[] diagonal = new double[shift.length];
            for (int i = 0; i < diagonal.length; i++) {
                int n = i % rows;
                diagonal[i] = ofShared[n] * (meanVariance[n] + 1) / (variance[i] * scale[i] * scale[i] + 1) / noise[i];
            }
            return new JointSolve.Solution(Rows.matrix(shift, rows, outputs), Rows.matrix(diagonal, rows, outputs));
        }
    }

    private double[] conjugateGradients(double[] goal, RowCovariance.Inverse preconditioner) {
        double[] z = new double[goal.length];
        double[] left = goal.clone();
        double[] step = preconditioner.times(left);
        double[] direction = step.clone();
        double energy = dot(left, step);
        double most = tolerance * tolerance * dot(goal, goal);
        requireFinite(most);
        for (int iteration = 0; iteration < MAX_ITERATIONS && dot(left, left) > most; iteration++) {
            double[] image = whitenedTimes(direction);
            double slope = dot(direction, image);
            requireFinite(slope);
            if (slope <= 0) {
                // Less than single precision can tell is left.
                break;
            }
            double length = energy / slope;
            for (int i = 0; i < z.length; i++) {
                z[i] += length * direction[i];
                left[i] -= length * image[i];
            }
            step = preconditioner.times(left);
            double next = dot(left, step);
            for (int i = 0; i < direction.length; i++) {
                direction[i] = step[i] + next / energy * direction[i];
            }
            energy = next;
        }
        return z;
    }

    /** A NaN would end the iterations, and the batch would seem to say nothing. */
    private static void requireFinite(double number) {
        if (!Double.isFinite(number)) {
            throw new ArithmeticException("the joint update of all outputs came to " + number
                    + ": residual, noise or covariance are not finite numbers");
        }
    }

    /** (N^-1/2 (C + rho) N^-1/2 + 1) x. */
    private double[] whitenedTimes(double[] x) {
        double[] image = product(covarianceTimes(product(x, scale)), scale);
        for (int i = 0; i < image.length; i++) {
            image[i] += x[i];
        }
        return image;
    }

    /** (C + rho) x. */
    private double[] covarianceTimes(double[] x) {
        double[] image;
        try (MemoryWorkspace workspace = ReusedWorkspace.open(WORKSPACE)) {
            image = Rows.columns(covariance.times(Rows.matrix(x, rows, outputs, type)));
        }
        for (int i = 0; i < image.length; i++) {
            image[i] += rest[i] * x[i];
        }
        return image;
    }

    @Override
    public INDArray timesCovariance(INDArray x) {
        double[] observed = Rows.columns(x);
        for (int i = 0; i < observed.length; i++) {
            observed[i] = scale[i] > 0 ? observed[i] : 0;
        }
        double[] image = covarianceTimes(observed);
        for (int i = 0; i < observed.length; i++) {
            image[i] = scale[i] > 0 ? image[i] : 0;
        }
        return Rows.matrix(image, rows, outputs);
    }

    private double[] meanOverOutputs(double[] columns) {
        double[] mean = new double[rows];
        for (int i = 0; i < columns.length; i++) {
            mean[i % rows] += columns[i] / outputs;
        }
        return mean;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] product(double[] a, double[] b) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }
}
