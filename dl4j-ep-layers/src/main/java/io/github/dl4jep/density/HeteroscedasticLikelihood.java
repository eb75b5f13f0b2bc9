package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Regression whose noise depends on the features: of 2D outputs the first D are means m, the others log variances s of the noise, for D label
 * columns. \( E \log N(y; m, e^s) = -\frac12 (\log 2\pi + \bar s + Q\tau) \) with \( Q = (y - \bar m)^2 + v_m \), \( \tau = e^{-\bar s + v_s/2}
 * \): slopes \( (y - \bar m)\tau \) and \( (Q\tau - 1)/2 \), curvatures \( \tau \) and \( Q\tau/2 \), all in closed form. A predictive density
 * is quadrature over s. Labels of quite another size are standardised by the first batch.
 */
public final class HeteroscedasticLikelihood extends DensityLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    @Override
    public int labelColumns(int outputs) {
        if (outputs % 2 != 0 || outputs == 0) {
            throw new IllegalArgumentException(
                    "the layer has " + outputs
                            + " outputs, allowed is an even number: a mean for each label column, then a log variance for each");
        }
        return outputs / 2;
    }

    @Override
    protected Standardised standardised() {
        return Standardised.LOCATION_AND_SCALE;
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
        double sum = 0;
        int labels = label.length;
        for (int d = 0; d < labels; d++) {
            double weight = importance[d];
            if (weight > 0) {
                int ofNoise = labels + d;
                double r = label[d] - mean[d];
                double precision = Math.exp(-mean[ofNoise] + variance[ofNoise] / 2);
                double misfit = (r * r + variance[d]) * precision;
                slope[d] = weight * r * precision;
                curvature[d] = weight * precision;
                slope[ofNoise] = weight * (misfit - 1) / 2;
                curvature[ofNoise] = weight * misfit / 2;
                sum -= weight * (LOG_TWO_PI + mean[ofNoise] + misfit) / 2;
            }
        }
        return sum;
    }

    @Override
    protected double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] mean, double[] variance) {
        double sum = 0;
        int labels = label.length;
        for (int d = 0; d < labels; d++) {
            if (importance[d] > 0) {
                double r = label[d] - mean[d];
                double ofMean = variance[d];
                sum += importance[d]
                        * Quadrature.logIntegral(
                                s -> {
                                    double total = ofMean + Math.exp(s);
                                    return -0.5 * (LOG_TWO_PI + Math.log(total) + r * r / total);
                                },
                                mean[labels + d],
                                variance[labels + d]);
            }
        }
        return sum;
    }

    @Override
    protected RowPrediction predict(double[][] scales, double[] mean, double[] variance) {
        int labels = mean.length / 2;
        double[] means = new double[labels];
        double[] epistemic = new double[labels];
        double[] aleatoric = new double[labels];
        double entropy = 0;
        for (int d = 0; d < labels; d++) {
            means[d] = mean[d];
            epistemic[d] = variance[d];
            aleatoric[d] = Math.exp(mean[labels + d] + variance[labels + d] / 2);
            entropy += 0.5 * (LOG_TWO_PI + 1 + mean[labels + d] + Math.log1p(variance[d] / aleatoric[d]));
        }
        return new RowPrediction(means, epistemic, aleatoric, null, entropy);
    }

    /** In the units of labels a log variance is larger by twice the logarithm of the scale. */
    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        PointScale ofLabels = super.pointScale(parameters);
        double[] scale = Rows.flat(ofLabels.factor());
        double[] offset = Rows.flat(ofLabels.offset());
        int labels = scale.length;
        double[] factors = new double[2 * labels];
        double[] offsets = new double[2 * labels];
        for (int d = 0; d < labels; d++) {
            factors[d] = scale[d];
            offsets[d] = offset[d];
            factors[labels + d] = 1;
            offsets[labels + d] = 2 * Math.log(scale[d]);
        }
        return new PointScale(Rows.matrix(factors, 1, 2 * labels), Rows.matrix(offsets, 1, 2 * labels));
    }
}
