package io.github.dl4jep.solve;

import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.UnitCovariance;
import java.util.Arrays;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The joint update of a whole batch where outputs vary together, because they share features: \( (C + \rho + N)\,z = e \) over all
 * examples and outputs at once. Algorithm, section 4.
 *
 * <p>C is {@link UnitCovariance}, of which only products are needed, \( \rho \) what of a variance does not vary together with others. In units of the noise, \( (N^{-1/2} (C + \rho) N^{-1/2} + 1)\, N^{1/2} z = N^{-1/2} e \),
 * conjugate gradients find z, preconditioned by the matrix that all outputs would have alone.
 *
 * <p>Where that takes more than {@value #MAX_ITERATIONS} products, or the noise is below what single precision can tell, what was reached is the
 * solution: it explains less of the residual than the exact one.
 *
 * <p>Shapes: variance V, residual e, noise N: [minibatch, outputs]. Vectors are double; C is applied in the network's data type. An entry
 * that is not observed gets z = 0 and moves nothing.
 */
public final class CoupledSolve implements BatchSolve {

    private static final int MAX_ITERATIONS = 100;
    /** Of the residual, in units of the noise: what batches say differs by more than a hundredth of it. */
    private static final double TOLERANCE = 1e-2;

    private final double tolerance;
    private final CoupledCovariance covariance;
    /** Column c is [c * rows, (c + 1) * rows), as in all arrays here. */
    private final double[] noise;

    private final double[] residual;
    /** Diagonal of N^-1/2, 0 where nothing is observed. */
    private final double[] scale;

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
        this.covariance = new CoupledCovariance(variance, covariance);
        this.noise = Rows.columns(observation.noise());
        this.residual = Rows.columns(observation.residual());
        this.scale = Rows.columns(observation.observed());
        for (int i = 0; i < scale.length; i++) {
            scale[i] /= Math.sqrt(noise[i]);
        }
    }

    @Override
    public JointSolve.Solution solve() {
        double[] variance = covariance.variance();
        double[] whitened = product(residual, scale);
        double[] meanVariance = covariance.meanOverOutputs(product(variance, product(scale, scale)));
        double[] deviation = Arrays.stream(meanVariance).map(Math::sqrt).toArray();
        double[] ones = new double[deviation.length];
        Arrays.fill(ones, 1);
        try (RowCovariance.Inverse preconditioner =
                covariance.correlation().scaled(deviation).inverse(ones)) {
            double[] solved = new ConjugateGradients(
                            this::whitenedTimes, preconditioner::times, tolerance, MAX_ITERATIONS)
                    .solve(whitened);
            double[] ofShared = preconditioner.diagonal();
            double[] diagonal = new double[solved.length];
            for (int i = 0; i < diagonal.length; i++) {
                int n = i % ofShared.length;
                diagonal[i] = ofShared[n] * (meanVariance[n] + 1) / (variance[i] * scale[i] * scale[i] + 1) / noise[i];
            }
            return new JointSolve.Solution(covariance.matrix(product(solved, scale)), covariance.matrix(diagonal));
        }
    }

    /** (N^-1/2 (C + rho) N^-1/2 + 1) x. */
    private double[] whitenedTimes(double[] x) {
        double[] image = product(covariance.times(product(x, scale)), scale);
        for (int i = 0; i < image.length; i++) {
            image[i] += x[i];
        }
        return image;
    }

    @Override
    public INDArray timesCovariance(INDArray x) {
        double[] observed = Rows.columns(x);
        for (int i = 0; i < observed.length; i++) {
            observed[i] = scale[i] > 0 ? observed[i] : 0;
        }
        double[] image = covariance.times(observed);
        for (int i = 0; i < observed.length; i++) {
            image[i] = scale[i] > 0 ? image[i] : 0;
        }
        return covariance.matrix(image);
    }

    private static double[] product(double[] a, double[] b) {
        double[] product = new double[a.length];
        for (int i = 0; i < a.length; i++) {
            product[i] = a[i] * b[i];
        }
        return product;
    }
}
