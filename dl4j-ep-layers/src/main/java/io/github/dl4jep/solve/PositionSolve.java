package io.github.dl4jep.solve;

import io.github.dl4jep.array.LowRankCovariance;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.PositionCorrelation;
import io.github.dl4jep.solve.JointSolve.Solution;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

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
 * \varphi_q \) between rows: \( u_r^2 = (\kappa_r + c\,(1 - \kappa_r)) V_r \), and the rest \( (1-c)(1-\kappa_r) V_r \) is each row's own, times \( m - 8 \) where that is above 1: of n
 * rows with labels whose correlations have the mean square \( c_m^2 \), that of rank \( \eta \) times the features', \( m = 1 + (n - 1) c_m^2 \) is the mean
 * eigenvalue, weighted by eigenvalues. What is expected of a step has it once. Where
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

    /** A step that goes so much too far in some direction is left to the check of steps, which sees what becomes of it. */
    private static final double LEFT_TO_CHECK = 8;

    private final int rows;
    private final int outputs;
    private final double[] residual;
    private final double[] noise;
    /** u^2 and the rest of the variance. */
    private final double[] common;

    private final double[] own;
    /** How many times its variance a row by itself has in the equations, for each output: so many rows move as one. */
    private final double[] together;
    /** The rows phi, or null. */
    private final @Nullable LowRankCovariance directions;

    /**
     * Sets up the equations.
     *
     * @param variance V, [positions x minibatch, outputs]
     * @param correlation how rows are correlated, or null if that is not known
     * @param observation residual e and noise N, [positions x minibatch, outputs]
     */
    PositionSolve(INDArray variance, @Nullable PositionCorrelation correlation, PseudoObservation observation) {
        this(
                Rows.columns(variance),
                variance.rows(),
                correlation,
                Rows.columns(observation.observed()),
                Rows.columns(observation.residual()),
                Rows.columns(observation.noise()));
    }

    private PositionSolve(
            double[] variance,
            int rows,
            @Nullable PositionCorrelation correlation,
            double[] observed,
            double[] residual,
            double[] noise) {
        this.rows = rows;
        this.outputs = variance.length / rows;
        this.noise = noise;
        this.residual = new double[variance.length];
        this.common = new double[variance.length];
        this.own = new double[variance.length];
        INDArray features = correlation == null ? null : correlation.features();
        double rank = correlation == null ? 1 : correlation.makeEarlierRank().getAsDouble();
        double[] share = features == null ? new double[rows] : commonShares(variance, features, rank);
        this.together = new double[outputs];
        for (int i = 0; i < variance.length; i++) {
            double v = variance[i] * observed[i];
            this.residual[i] = residual[i] * observed[i];
            common[i] = v * share[i % rows];
            own[i] = v - common[i];
            together[i / rows] += observed[i];
        }
        INDArray phi = features == null ? null : PositionCorrelation.normalised(features);
        double square = phi == null ? 0 : meanSquare(rows, rank * PositionCorrelation.rankOf(phi));
        for (int c = 0; c < outputs; c++) {
            double ofPairs = 1 + Math.max(0, together[c] - 1) * square;
            together[c] = phi == null
                    ? Math.max(1, rows / Math.sqrt(rank))
                    : rank > 1 ? Math.max(1, ofPairs - LEFT_TO_CHECK) : rows;
        }
        this.directions = phi == null ? null : LowRankCovariance.ofFactor(Rows.columns(phi), rows);
    }

    /**
     * The covariance of the rows of one output.
     *
     * @param variance V, [positions x minibatch]
     * @param correlation how rows are correlated, or null if that is not known
     * @return as the equations of that output have it
     */
    static RowCovariance covariance(double[] variance, @Nullable PositionCorrelation correlation) {
        double[] ones = new double[variance.length];
        Arrays.fill(ones, 1);
        return new PositionSolve(variance, variance.length, correlation, ones, ones, ones).covariance(0);
    }

    /** u^2 / V of every row: kappa + c (1 - kappa). */
    private static double[] commonShares(double[] variance, INDArray features, double rank) {
        double[] shares = Rows.columns(features.mul(features).sum(true, 1));
        int rows = shares.length;
        double known = rank > 1 ? Math.sqrt(meanSquare(rows, rank)) : 0;
        double[] mean = new double[rows];
        for (int i = 0; i < variance.length; i++) {
            mean[i % rows] += variance[i] * rows / variance.length;
        }
        for (int row = 0; row < rows; row++) {
            // A row without any uncertainty correlates with nothing.
            double ofLast = mean[row] == 0 ? 0 : Math.min(1, shares[row] / mean[row]);
            shares[row] = ofLast + known * (1 - ofLast);
        }
        return shares;
    }

    /** Mean square of the correlation of two rows, for its effective rank. */
    private static double meanSquare(int rows, double rank) {
        return Math.max(0, rows / rank - 1) / Math.max(1, rows - 1);
    }

    private LowRankCovariance covariance(int output) {
        return covariance(output, together[output]);
    }

    private LowRankCovariance covariance(int output, double times) {
        double[] rest = part(own, output);
        LowRankCovariance once = directions == null
                ? LowRankCovariance.ofIndependentRows(rest)
                : directions.withRows(
                        Arrays.stream(part(common, output)).map(Math::sqrt).toArray(), rest);
        return once.withRestsTogether(times);
    }

    private double[] part(double[] all, int output) {
        return Arrays.copyOfRange(all, output * rows, (output + 1) * rows);
    }

    @Override
    public Solution solve() {
        double[] shift = new double[residual.length];
        double[] diagonal = new double[residual.length];
        for (int c = 0; c < outputs; c++) {
            try (RowCovariance.Inverse inverse = covariance(c).inverse(part(noise, c))) {
                System.arraycopy(inverse.times(part(residual, c)), 0, shift, c * rows, rows);
                System.arraycopy(inverse.diagonal(), 0, diagonal, c * rows, rows);
            }
        }
        return new Solution(Rows.matrix(shift, rows, outputs), Rows.matrix(diagonal, rows, outputs));
    }

    @Override
    public INDArray timesCovariance(INDArray x) {
        return times(x, together);
    }

    /** What is sure: rows' own variance as it is. */
    @Override
    public INDArray expectedMove(PseudoObservation observation, INDArray shift) {
        double[] once = new double[outputs];
        Arrays.fill(once, 1);
        return times(shift, once);
    }

    private INDArray times(INDArray x, double[] ofOwn) {
        double[] values = Rows.columns(x);
        double[] image = new double[values.length];
        for (int c = 0; c < outputs; c++) {
            System.arraycopy(covariance(c, ofOwn[c]).times(part(values, c)), 0, image, c * rows, rows);
        }
        return Rows.matrix(image, rows, outputs);
    }
}
