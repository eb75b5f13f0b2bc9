package io.github.dl4jep.likelihood;

import io.github.dl4jep.likelihood.JointSolve.Solution;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The joint update of a batch whose examples are observed at many positions with the same weights, such as the pixels of images: own.
 *
 * <p>Solved position by position, every weight would move once for each of them. The equations are therefore joint over all positions
 * of all examples. Their correlation is taken from what the last layer's weights see: with features \( f_r = (x_{rj} \sqrt{\bar
 * s_j})_j \) of row r = (n, p), normalised to \( \varphi_r \), the covariance of rows r and q at one output is \( u_r u_q
 * \varphi_r^T \varphi_q \) and on the diagonal V, where \( u_r^2 = \kappa_n V_r \) and \( \kappa_n = \min(1, K_{nn}/\bar V_n) \) is the
 * share of the variance that is due to weights to first order. Exact for a single linear layer.
 *
 * <p>It has the rank of the features: with \( d_r = (1-\kappa_n) V_r + N_r \), \( (I + \sum_r u_r^2/d_r\, \varphi_r \varphi_r^T) S =
 * \sum_r u_r e_r/d_r\, \varphi_r \) and \( z_r = (e_r - u_r \varphi_r^T S)/d_r \).
 *
 * <p>Without features (a pooling or the like stands between) rows count as aligned with their residuals, \( z_r = e_r / (N_r + \rho
 * V_r) \) for \( \rho \) rows: slow, but no batch moves a prediction beyond its label.
 *
 * <p>Shapes: variance V, residual e, noise N: [positions x minibatch, outputs], the minibatch fastest; K: [minibatch, minibatch];
 * features: [positions x minibatch, n]. Double precision. An entry that is not observed gets z = 0 and moves nothing.
 */
final class PositionSolve implements BatchSolve {

    private final INDArray residual;
    /** phi, [rows, n], or null. */
    private final @Nullable INDArray directions;
    /** u, [rows, outputs]. */
    private final INDArray loading;
    /** The part of the variance that is the row's own, and that with the noise. */
    private final INDArray ownVariance;

    private final INDArray rest;

    /**
     * Sets up the equations.
     *
     * @param variance V, [positions x minibatch, outputs]
     * @param covariance K, [minibatch, minibatch]
     * @param features what the last layer's weights see, [positions x minibatch, n], or null
     * @param observation residual e and noise N, [positions x minibatch, outputs]
     */
    PositionSolve(INDArray variance, INDArray covariance, @Nullable INDArray features, PseudoObservation observation) {
        INDArray observed = observation.observed().castTo(DataType.DOUBLE);
        INDArray v = variance.castTo(DataType.DOUBLE).mul(observed);
        this.residual = observation.residual().castTo(DataType.DOUBLE).mul(observed);
        INDArray noise = observation.noise().castTo(DataType.DOUBLE);
        if (features == null) {
            this.directions = null;
            this.loading = v.mul(0);
            this.ownVariance = v.mul(v.rows());
        } else {
            this.directions = normalised(features.castTo(DataType.DOUBLE));
            INDArray correlated = v.mulColumnVector(shares(variance, covariance));
            this.loading = Transforms.sqrt(correlated, true);
            this.ownVariance = v.sub(correlated);
        }
        this.rest = ownVariance.add(noise);
    }

    /** Rows of length 1; a row of zeros stays. */
    private static INDArray normalised(INDArray features) {
        INDArray norms = features.norm2(true, 1);
        norms.addi(norms.eq(0).castTo(DataType.DOUBLE));
        return features.divColumnVector(norms);
    }

    /** kappa of every row, [rows, 1]. */
    private static INDArray shares(INDArray variance, INDArray covariance) {
        int batch = covariance.rows();
        double[] mean = new double[batch];
        double[] all = Rows.columns(variance);
        int rows = variance.rows();
        for (int i = 0; i < all.length; i++) {
            mean[i % rows % batch] += all[i] * batch / all.length;
        }
        double[] k = Rows.columns(covariance);
        double[] shares = new double[rows];
        for (int row = 0; row < rows; row++) {
            int n = row % batch;
            // A row without any uncertainty correlates with nothing.
            shares[row] = mean[n] == 0 ? 0 : Math.min(1, k[n * batch + n] / mean[n]);
        }
        return Rows.matrix(shares, rows, 1);
    }

    @Override
    public Solution solve() {
        INDArray shift = residual.div(rest);
        INDArray diagonal = rest.rdiv(1);
        if (directions != null) {
            for (int c = 0; c < residual.columns(); c++) {
                solve(directions, c, shift, diagonal);
            }
        }
        return new Solution(shift, diagonal);
    }

    /** One output. */
    private void solve(INDArray phi, int output, INDArray shift, INDArray diagonal) {
        INDArray u = loading.getColumn(output, true);
        INDArray d = rest.getColumn(output, true);
        INDArray scaled = phi.mulColumnVector(u.div(d));
        int size = phi.columns();
        INDArray matrix = Nd4j.gemm(scaled, phi.mulColumnVector(u), true, false);
        double[] plusOne = Rows.columns(matrix);
        for (int i = 0; i < size; i++) {
            plusOne[i * size + i] += 1;
        }
        INDArray inverse = Rows.matrix(SymmetricMatrix.inverse(plusOne, size), size, size);
        INDArray right = Nd4j.gemm(scaled, residual.getColumn(output, true), true, false);
        INDArray explained = phi.mmul(inverse.mmul(right)).muli(u);
        shift.putColumn(
                output, residual.getColumn(output, true).sub(explained).divi(d).reshape(u.rows()));
        INDArray known = scaled.mmul(inverse).muli(scaled).sum(1);
        diagonal.putColumn(output, diagonal.getColumn(output).sub(known.reshape(u.rows())));
    }

    @Override
    public INDArray timesCovariance(INDArray x) {
        INDArray values = x.castTo(DataType.DOUBLE);
        INDArray image = ownVariance.mul(values);
        if (directions == null) {
            return image;
        }
        INDArray sums = Nd4j.gemm(directions, loading.mul(values), true, false);
        return image.addi(directions.mmul(sums).muli(loading));
    }
}
