package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.InvalidLabelException;
import java.util.List;
import org.apache.commons.numbers.gamma.LogGamma;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Directions: \( \kappa \) times the cosine of the angle between a row of labels and the potentials is the logarithm of von Mises and
 * Fisher's density on the sphere, \( C(\kappa) e^{\kappa\, t^\top \hat u} \), of the label's direction t; the cosine proximity is minus that.
 * \( \kappa \) starts at 1 and is learned after the first pass. The length of the potentials means nothing, and neither does that of labels.
 *
 * <p>For uncertain potentials \( \hat u \) is \( m / \rho \), \( \rho^2 = |m|^2 + \sum v \). The curvature is that of the sphere, \( \kappa
 * \max(0, t^\top m/\rho) (1 - m_i^2/\rho^2) / \rho^2 \). Predictions: the mean \( A(\kappa)\, m/\rho \), A the ratio of Bessel functions, and
 * the moments of the density with that mean.
 *
 * <p>Source: Mardia and Jupp 2000, section 9.3.
 */
public final class DirectionLikelihood extends DensityLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);
    private static final double NOTHING = 1e-12;

    @Override
    public int labelColumns(int outputs) {
        if (outputs < 2) {
            throw new IllegalArgumentException("the layer has " + outputs
                    + " output, allowed are 2 and more: one number has no direction; use the squared error (MSE)");
        }
        return outputs;
    }

    @Override
    protected List<String> scaleNames() {
        return List.of("concentration");
    }

    @Override
    protected int scaleLength(int outputs) {
        return 1;
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] weights = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            if (isObserved(weights[n], 0) && dot(rows[n], rows[n]) == 0) {
                throw new InvalidLabelException("label row " + n
                        + " is 0 everywhere, which has no direction; mask it, or use the squared error (MSE)");
            }
        }
    }

    @Override
    protected boolean isObserved(double[] importance, int output) {
        return importance[0] > 0;
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    /** rho. */
    private static double length(double[] mean, double[] variance) {
        double squares = dot(mean, mean) + NOTHING;
        for (double v : variance) {
            squares += v;
        }
        return Math.sqrt(squares);
    }

    @Override
    protected double expect(
            double[] label,
            double[] importance,
            double[][] scales,
            double[] mean,
            double[] variance,
            double[] slope,
            double[] curvature) {
        double weight = importance[0];
        if (!(weight > 0)) {
            return 0;
        }
        double kappa = weight * scales[0][0];
        double rho = length(mean, variance);
        double size = Math.sqrt(dot(label, label));
        double cosine = dot(label, mean) / (size * rho);
        for (int i = 0; i < mean.length; i++) {
            double u = mean[i] / rho;
            slope[i] = kappa * (label[i] / size - cosine * u) / rho;
            curvature[i] = kappa * Math.max(0, cosine) * (1 - u * u) / (rho * rho);
        }
        return kappa * cosine + weight * logNormaliser(scales[0][0], mean.length);
    }

    /** log C: of kappa and the number of dimensions. */
    private static double logNormaliser(double kappa, int dimensions) {
        double order = dimensions / 2.0 - 1;
        return order * Math.log(kappa) - dimensions / 2.0 * LOG_TWO_PI - logBessel(order, kappa);
    }

    /** log I_order(x): the series, summed from its largest term. */
    private static double logBessel(double order, double x) {
        double half = x * x / 4;
        double largest = Math.floor((Math.sqrt(order * order + x * x) - order) / 2);
        double log = (2 * largest + order) * Math.log(x / 2)
                - LogGamma.value(largest + 1)
                - LogGamma.value(largest + order + 1);
        double sum = 1;
        double term = 1;
        for (double k = largest + 1; term > 1e-17 * sum; k++) {
            term *= half / (k * (k + order));
            sum += term;
        }
        term = 1;
        for (double k = largest; k > 0 && term > 1e-17 * sum; k--) {
            term *= k * (k + order) / half;
            sum += term;
        }
        return log + Math.log(sum);
    }

    /** A(kappa): the mean length of the sum of directions. */
    static double meanLength(double kappa, int dimensions) {
        double order = dimensions / 2.0 - 1;
        return Math.exp(logBessel(order + 1, kappa) - logBessel(order, kappa));
    }

    /** The kappa whose mean length is smaller by a factor: what is left when the potentials are uncertain. */
    private static double smaller(double kappa, double factor, int dimensions) {
        double wanted = meanLength(kappa, dimensions) * factor;
        double low = 0;
        double high = kappa;
        while (high - low > 1e-9 * kappa) {
            double middle = (low + high) / 2;
            if (meanLength(middle, dimensions) < wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    @Override
    protected double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] mean, double[] variance) {
        if (!(importance[0] > 0)) {
            return 0;
        }
        double size = Math.sqrt(dot(mean, mean) + NOTHING);
        double kappa = smaller(scales[0][0], size / length(mean, variance), mean.length);
        double cosine = dot(label, mean) / (Math.sqrt(dot(label, label)) * size);
        return importance[0] * (kappa * cosine + logNormaliser(kappa, mean.length));
    }

    @Override
    protected RowPrediction predict(double[][] scales, double[] mean, double[] variance) {
        int dimensions = mean.length;
        double size = Math.sqrt(dot(mean, mean) + NOTHING);
        double factor = size / length(mean, variance);
        double[] given = moments(scales[0][0], dimensions);
        double[] total = moments(smaller(scales[0][0], factor, dimensions), dimensions);
        double[] means = new double[dimensions];
        double[] epistemic = new double[dimensions];
        double[] aleatoric = new double[dimensions];
        for (int i = 0; i < dimensions; i++) {
            double u = mean[i] / size;
            means[i] = total[0] * u;
            aleatoric[i] = given[1] + (given[2] - given[1]) * u * u;
            epistemic[i] = Math.max(0, total[1] + (total[2] - total[1]) * u * u - aleatoric[i]);
        }
        return new RowPrediction(means, epistemic, aleatoric, null, total[3]);
    }

    /** Mean length, variances across and along the mean direction, entropy. */
    private static double[] moments(double kappa, int dimensions) {
        double length = meanLength(kappa, dimensions);
        double across = length / kappa;
        double along = 1 - length * length - (dimensions - 1) * across;
        return new double[] {length, across, along, -logNormaliser(kappa, dimensions) - kappa * length};
    }
}
