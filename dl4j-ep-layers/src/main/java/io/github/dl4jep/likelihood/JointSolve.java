package io.github.dl4jep.likelihood;

import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The joint update of a whole batch at the outputs: \( (K_c + N_c) z_c = e_c \) for every output c, algorithm sections 3
 * and 4.
 *
 * <p>Only the correlation between samples is taken from K, the variance is the output's own:
 * \( K_c = D_c P D_c \), \( D_c = diag(\sqrt{V_{nc}}) \),
 * \( P_{nk} = K_{nk} / \sqrt{\max(\bar V_n, K_{nn}) \max(\bar V_k, K_{kk})} \), \( P_{nn} = 1 \). P is K scaled to a diagonal
 * of at most 1 and then raised to 1, so it is positive semi-definite whenever K is, duplicated rows included.
 *
 * <p>Shapes: variance V, residual e, noise N: [minibatch, outputs]; K: [minibatch, minibatch]. Everything is computed in
 * double precision. An entry that is not observed gets z = 0 and moves nothing.
 *
 * <p>Few outputs are solved one by one. Many share one factorisation, of the matrix with the mean variance and mean noise,
 * as the preconditioner of conjugate gradients on all outputs at once.
 */
final class JointSolve {

    /** From this many outputs on, the shared factorisation is cheaper. */
    private static final int SHARED_FROM = 4;

    private static final int MAX_ITERATIONS = 60;
    private static final double TOLERANCE = 1e-7;

    private final INDArray variance;
    private final INDArray deviation;
    private final INDArray noise;
    private final INDArray residual;
    private final INDArray observed;
    private final @Nullable INDArray correlation;

    /**
     * Sets up the equations.
     *
     * @param variance V, [minibatch, outputs], double
     * @param covariance K, [minibatch, minibatch], or null if samples are independent
     * @param observation residual e and noise N, [minibatch, outputs]
     */
    JointSolve(INDArray variance, @Nullable INDArray covariance, PseudoObservation observation) {
        // An entry that is not observed has no variance here: that takes it out of every equation but its own.
        this.observed = observation.observed();
        this.variance = variance.mul(observed);
        this.deviation = Transforms.sqrt(this.variance, true);
        this.noise = observation.noise();
        this.residual = observation.residual().mul(observed);
        this.correlation = covariance == null ? null : correlation(variance, covariance.castTo(DataType.DOUBLE));
    }

    /**
     * The solution.
     *
     * @param shift z, [minibatch, outputs], double
     * @param inverseDiagonal diagonal of (K_c + N_c)^-1 for every output, [minibatch, outputs], double
     */
    record Solution(INDArray shift, INDArray inverseDiagonal) {}

    /** Solves for every output. */
    Solution solve() {
        if (correlation == null) {
            INDArray inverse = variance.add(noise).rdivi(1);
            return new Solution(residual.mul(inverse), inverse);
        }
        return variance.columns() < SHARED_FROM ? solveEach() : solveShared();
    }

    /** One factorisation per output: exact, the plain version. */
    Solution solveEach() {
        INDArray shift = residual.ulike();
        INDArray diagonal = residual.ulike();
        for (int c = 0; c < variance.columns(); c++) {
            INDArray inverse = inverse(deviation.getColumn(c, true), noise.getColumn(c, true));
            shift.getColumn(c).assign(inverse.mmul(residual.getColumn(c, true)).reshape(-1));
            diagonal.getColumn(c).assign(Nd4j.diag(inverse).reshape(-1));
        }
        return new Solution(shift, diagonal);
    }

    /** One shared factorisation and conjugate gradients; the diagonal is that of the shared matrix, rescaled. */
    Solution solveShared() {
        INDArray meanDeviation = Transforms.sqrt(variance.mean(true, 1), false);
        INDArray meanNoise = noise.mean(true, 1);
        INDArray preconditioner = inverse(meanDeviation, meanNoise);
        INDArray shift = conjugateGradients(preconditioner);
        if (shift == null) {
            return solveEach();
        }
        INDArray shared = Nd4j.diag(preconditioner).reshape(variance.rows(), 1);
        INDArray total = variance.mean(true, 1).addi(meanNoise);
        INDArray diagonal = variance.add(noise).rdivi(1).muliColumnVector(shared.mul(total));
        // What is not observed is 0 only to the tolerance of the iteration.
        return new Solution(shift.muli(observed), diagonal);
    }

    private @Nullable INDArray conjugateGradients(INDArray preconditioner) {
        INDArray z = preconditioner.mmul(residual);
        INDArray rest = residual.sub(times(z));
        INDArray goal =
                columnDot(residual, residual).muli(TOLERANCE * TOLERANCE).addi(Double.MIN_NORMAL);
        INDArray step = preconditioner.mmul(rest);
        INDArray direction = step.dup();
        INDArray energy = columnDot(rest, step);
        for (int iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
            if (columnDot(rest, rest).subi(goal).maxNumber().doubleValue() <= 0) {
                return z;
            }
            INDArray image = times(direction);
            INDArray length = energy.div(columnDot(direction, image).addi(Double.MIN_NORMAL));
            z.addi(direction.mulRowVector(length));
            rest.subi(image.muliRowVector(length));
            step = preconditioner.mmul(rest);
            INDArray next = columnDot(rest, step);
            INDArray ratio = next.div(energy.addi(Double.MIN_NORMAL));
            direction.muliRowVector(ratio).addi(step);
            energy = next;
        }
        return null;
    }

    /** (K_c + N_c) x_c for every column. */
    private INDArray times(INDArray x) {
        return timesCovariance(x).addi(noise.mul(x));
    }

    /** K_c x_c for every column. */
    INDArray timesCovariance(INDArray x) {
        if (correlation == null) {
            return variance.mul(x);
        }
        return correlation.mmul(deviation.mul(x)).muli(deviation);
    }

    /** (D P D + N)^-1 for columns D and N, by Cholesky: A = L L^T, A^-1 = L^-T L^-1. */
    private INDArray inverse(INDArray deviationColumn, INDArray noiseColumn) {
        int size = (int) deviationColumn.length();
        INDArray a = correlation()
                .mulColumnVector(deviationColumn)
                .muliRowVector(deviationColumn.reshape(1, size))
                .dup();
        a.addi(Nd4j.diag(noiseColumn.reshape(size)));
        return Cholesky.inverse(a);
    }

    private INDArray correlation() {
        if (correlation == null) {
            throw new IllegalStateException("no covariance between samples");
        }
        return correlation;
    }

    private static INDArray columnDot(INDArray a, INDArray b) {
        return a.mul(b).sum(true, 0);
    }

    /** Scales K to P: see the class comment. */
    static INDArray correlation(INDArray variance, INDArray covariance) {
        int size = variance.rows();
        INDArray diagonal = Nd4j.diag(covariance).reshape(size, 1);
        INDArray scale = Transforms.max(diagonal, variance.mean(true, 1), true);
        INDArray inverse = Transforms.sqrt(scale.addi(Double.MIN_NORMAL), false).rdivi(1);
        INDArray correlation = covariance.mulColumnVector(inverse).muliRowVector(inverse.reshape(1, size));
        for (int n = 0; n < size; n++) {
            correlation.putScalar(n, n, 1);
        }
        return correlation;
    }
}
