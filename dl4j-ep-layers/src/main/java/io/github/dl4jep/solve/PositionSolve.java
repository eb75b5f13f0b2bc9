package io.github.dl4jep.solve;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.array.SymmetricMatrix;
import io.github.dl4jep.message.PositionCorrelation;
import io.github.dl4jep.solve.JointSolve.Solution;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * The joint update of a batch whose examples are observed at many positions with the same weights, such as the pixels of images: own.
 *
 * <p>Solved position by position, every weight would move once for each of them. The equations are therefore joint over all positions
 * of all examples.
 *
 * <p>The last layer's weights are treated exactly: with features \( f_r = (x_{rj} \sqrt{\bar s_j})_j \) of row r = (n, p), normalised
 * to \( \varphi_r \), they give rows r and q at one output the covariance \( u_r u_q \varphi_r^T \varphi_q \), where, of these
 * weights alone, \( u_r^2 = \kappa_r V_r \) and \( \kappa_r = \min(1, |f_r|^2/\bar V_r) \) is their share of the variance.
 *
 * <p>Of the earlier layers only the effective rank \( \eta \) is known, that is the mean square of correlations between rows, \( c^2 =
 * (\rho/\eta - 1)/(\rho - 1) \) for \( \rho \) rows. Covariances through several layers are products, so these layers' is taken as \( c\,\varphi_r^T
 * \varphi_q \) between rows: \( u_r^2 = (\kappa_r + c\,(1 - \kappa_r)) V_r \), and the rest \( (1-c)(1-\kappa_r) V_r \) is each row's own. Where
 * nothing is known of them, as of recurrent layers, \( \eta \) is 1, and \( \rho\,(1-\kappa_r) V_r \) is each row's own. Without
 * features it has \( \rho/\sqrt\eta\,V_r \) by itself: no direction of \( \rho \) rows of variance v has more than the Frobenius norm.
 *
 * <p>With \( d_r \) the sum of that and the noise, \( (I + \sum_r u_r^2/d_r\, \varphi_r \varphi_r^T) S = \sum_r u_r
 * e_r/d_r\, \varphi_r \) and \( z_r = (e_r - u_r \varphi_r^T S)/d_r \). Exact for a single linear layer.
 *
 * <p>Shapes: variance V, residual e, noise N: [positions x minibatch, outputs], the minibatch fastest; features: [positions x
 * minibatch, n]. Double precision. An entry that is not observed gets z = 0 and moves nothing.
 */
final class PositionSolve implements BatchSolve {

    private final INDArray residual;
    /** phi, [rows, n], or null. */
    private final @Nullable INDArray directions;
    /** u, [rows, outputs]. */
    private final INDArray loading;
    /** What a row has by itself, and that with the noise. */
    private final INDArray ownVariance;

    private final INDArray rest;

    /**
     * Sets up the equations.
     *
     * @param variance V, [positions x minibatch, outputs]
     * @param correlation how rows are correlated, or null if that is not known
     * @param observation residual e and noise N, [positions x minibatch, outputs]
     */
    PositionSolve(INDArray variance, @Nullable PositionCorrelation correlation, PseudoObservation observation) {
        INDArray observed = observation.observed().castTo(DataType.DOUBLE);
        INDArray v = variance.castTo(DataType.DOUBLE).mul(observed);
        this.residual = observation.residual().castTo(DataType.DOUBLE).mul(observed);
        INDArray noise = observation.noise().castTo(DataType.DOUBLE);
        INDArray features = correlation == null ? null : correlation.features();
        double rank = correlation == null ? 1 : correlation.makeEarlierRank().getAsDouble();
        double count = v.rows();
        if (features == null) {
            this.directions = null;
            this.loading = v.mul(0);
            this.ownVariance = v.mul(Math.max(1, count / Math.sqrt(rank)));
        } else {
            this.directions = PositionCorrelation.normalised(features);
            boolean known = rank > 1;
            double common = known ? Math.sqrt(Math.max(0, count / rank - 1) / Math.max(1, count - 1)) : 0;
            INDArray shares = shares(variance, features);
            shares.addi(shares.rsub(1).muli(common));
            this.loading = Transforms.sqrt(v.mulColumnVector(shares), false);
            this.ownVariance = v.sub(loading.mul(loading)).muli(known ? 1 : Math.max(1, count));
        }
        this.rest = ownVariance.add(noise);
    }

    /** kappa of every row, [rows, 1]. */
    private static INDArray shares(INDArray variance, INDArray features) {
        double[] all = Rows.columns(variance);
        double[] shares = Rows.columns(features.mul(features).sum(true, 1));
        double[] mean = new double[shares.length];
        for (int i = 0; i < all.length; i++) {
            mean[i % mean.length] += all[i] * mean.length / all.length;
        }
        for (int row = 0; row < mean.length; row++) {
            // A row without any uncertainty correlates with nothing.
            shares[row] = mean[row] == 0 ? 0 : Math.min(1, shares[row] / mean[row]);
        }
        return Rows.matrix(shares, shares.length, 1);
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
        putColumn(shift, output, residual.getColumn(output, true).sub(explained).divi(d));
        INDArray known = scaled.mmul(inverse).muli(scaled).sum(true, 1);
        putColumn(diagonal, output, diagonal.getColumn(output, true).sub(known));
    }

    private static void putColumn(INDArray matrix, int column, INDArray values) {
        matrix.putColumn(column, values.reshape(values.length()));
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
