package io.github.dl4jep.density;

/**
 * A likelihood whose outputs each have their own label: all that has to be written is the log density of a label for a potential.
 *
 * <p>Everything else is quadrature. With nodes \( x_i \) and weights \( \omega_i \) for the standard normal and \( \ell_i = \log p(y | m +
 * \sqrt v x_i) \), Stein's lemma gives the expected log density's slope \( \sum \omega_i x_i \ell_i / \sqrt v \) and curvature \( -\sum
 * \omega_i (x_i^2 - 1) \ell_i / v \) without derivatives of the density, and smoothly where it has a kink. Variances below 1e-6 count as
 * 1e-6 there, which makes a difference quotient of it.
 *
 * <p>A predictive density is integrated around the maximum of density times normal distribution; moments of a label come from sums or
 * integrals over labels ({@link LabelSpace}) at each node. The entropy is that of a label given its potential, and \( \frac12 \log \) of
 * total variance over noise for what is uncertain in the potential: exact for normal distributions.
 */
public abstract class ScalarLikelihood extends DensityLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double STEP = 1e-4;

    /** For subclasses. */
    protected ScalarLikelihood() {}

    /**
     * The log density of a label.
     *
     * @param label the label, standardised
     * @param potential the output's potential
     * @param scales the output's learned numbers, in the order of their names
     * @return nats, normalised over labels
     */
    protected abstract double logDensity(double label, double potential, double[] scales);

    /**
     * Where labels live, for the moments of a label.
     *
     * @return all real numbers, unless overridden
     */
    protected LabelSpace labelSpace() {
        return LabelSpace.REAL;
    }

    /**
     * Mean, variance and entropy of a label for a potential: by summation over {@link #labelSpace}, unless overridden by a closed form.
     *
     * @param potential the output's potential
     * @param scales the output's learned numbers
     * @return mean, variance, entropy in nats
     */
    protected double[] labelMoments(double potential, double[] scales) {
        return labelSpace().moments(label -> logDensity(label, potential, scales), potential);
    }

    /**
     * The column of the labels that an output is about.
     *
     * @param output the output
     * @return the same column, unless overridden
     */
    protected int labelOf(int output) {
        return output;
    }

    /**
     * The expected log density of a label and its derivatives by the mean: quadrature, unless overridden by a closed form.
     *
     * @param label the label, standardised
     * @param mean mean of the potential
     * @param variance its variance
     * @param scales the output's learned numbers
     * @param derivatives written: slope, and minus the second derivative
     * @return nats
     */
    protected double expectation(double label, double mean, double variance, double[] scales, double[] derivatives) {
        return Quadrature.expectation(u -> logDensity(label, u, scales), mean, variance, derivatives);
    }

    /**
     * The log predictive density of a label: quadrature around its maximum, unless overridden by a closed form.
     *
     * @param label the label, standardised
     * @param mean mean of the potential
     * @param variance its variance
     * @param scales the output's learned numbers
     * @return nats
     */
    protected double logPredictive(double label, double mean, double variance, double[] scales) {
        return Quadrature.logIntegral(u -> logDensity(label, u, scales), mean, variance);
    }

    /**
     * What the density of an output is given.
     *
     * @param scales learned numbers, one array for each name
     * @param output the output
     * @return one number of each name, unless overridden
     */
    protected double[] scalesOf(double[][] scales, int output) {
        double[] values = new double[scales.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = scales[i][output % scales[i].length];
        }
        return values;
    }

    @Override
    protected final boolean isObserved(double[] importance, int output) {
        return importance[labelOf(output)] > 0;
    }

    @Override
    protected final double expect(
            double[] label,
            double[] importance,
            double[][] scales,
            double[] mean,
            double[] variance,
            double[] slope,
            double[] curvature) {
        double sum = 0;
        double[] derivatives = new double[2];
        for (int c = 0; c < mean.length; c++) {
            double weight = importance[labelOf(c)];
            if (weight > 0) {
                sum += weight * expectation(label[labelOf(c)], mean[c], variance[c], scalesOf(scales, c), derivatives);
                slope[c] = weight * derivatives[0];
                curvature[c] = weight * derivatives[1];
            }
        }
        return sum;
    }

    @Override
    protected final void scaleSlopes(
            int which,
            double[] label,
            double[] importance,
            double[][] scales,
            double[] mean,
            double[] variance,
            double[] slopes) {
        double[] unused = new double[2];
        for (int c = 0; c < mean.length; c++) {
            double weight = importance[labelOf(c)];
            if (weight > 0) {
                double[] values = scalesOf(scales, c);
                double current = values[which];
                values[which] = current * Math.exp(STEP);
                double above = expectation(label[labelOf(c)], mean[c], variance[c], values, unused);
                values[which] = current * Math.exp(-STEP);
                double below = expectation(label[labelOf(c)], mean[c], variance[c], values, unused);
                slopes[c % slopes.length] += weight * (above - below) / (2 * STEP);
            }
        }
    }

    @Override
    protected final double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] mean, double[] variance) {
        double sum = 0;
        for (int c = 0; c < mean.length; c++) {
            double weight = importance[labelOf(c)];
            if (weight > 0) {
                sum += weight * logPredictive(label[labelOf(c)], mean[c], variance[c], scalesOf(scales, c));
            }
        }
        return sum;
    }

    @Override
    protected RowPrediction predict(double[][] scales, double[] mean, double[] variance) {
        double[] means = new double[mean.length];
        double[] epistemic = new double[mean.length];
        double[] aleatoric = new double[mean.length];
        double entropy = 0;
        for (int c = 0; c < mean.length; c++) {
            double[] values = scalesOf(scales, c);
            double deviation = Math.sqrt(variance[c]);
            double[][] moments = new double[Quadrature.nodes()][];
            double conditional = 0;
            for (int i = 0; i < moments.length; i++) {
                // Without variance all nodes are the mean.
                double u = mean[c] + deviation * Quadrature.node(i);
                moments[i] = i > 0 && deviation == 0 ? moments[0] : labelMoments(u, values);
                means[c] += Quadrature.weight(i) * moments[i][0];
                aleatoric[c] += Quadrature.weight(i) * moments[i][1];
                conditional += Quadrature.weight(i) * moments[i][2];
            }
            for (int i = 0; i < moments.length; i++) {
                double away = moments[i][0] - means[c];
                epistemic[c] += Quadrature.weight(i) * away * away;
            }
            entropy += conditional + 0.5 * Math.log1p(epistemic[c] / aleatoric[c]);
        }
        return new RowPrediction(means, epistemic, aleatoric, null, entropy);
    }
}
