package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.TargetScaling;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.apache.commons.numbers.gamma.InverseErf;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A mixture of K round normal distributions of D labels, as DL4J's {@code LossMixtureDensity}: of K (D + 2) outputs the first K are the
 * logits of the weights \( \alpha \), the next K the log deviations s, then D means \( \mu \) of each component.
 *
 * <p>Potentials of 0 are a mixture that can be told apart: component k lies at the quantile \( (k + \frac12)/K \) of a normal distribution
 * with the labels' mean and deviation, in further label columns with the components in turn, and has 1/K of that deviation. From
 * equal components random weights would have to break the symmetry, and often both then learn the same mean.
 *
 * <p>With \( Q_k = \sum_d (y_d - \bar\mu_{kd})^2 + v_{kd} \) and \( \tau_k = e^{-2\bar s_k + 2 v_{s_k}} \) each component has the expected log
 * density \( L_k = -D (\bar s_k + \frac12 \log 2\pi) - \frac12 Q_k\tau_k \). The batch maximises \( \log\sum_k \alpha_k e^{L_k} \), a lower bound
 * of the expectation up to the variance of the logits; slopes are those of the components times their responsibilities, and so are the
 * curvatures, which are those of the complete data and never negative.
 *
 * <p>Predictions: mean and variances of the mixture; the entropy is the bound \( \sum \alpha_k (H_k - \log \alpha_k) \), exact for components
 * that do not overlap. The predictive density has the variance of a mean added to its component's, and logits divided by \( \sqrt{1 + \pi v/8}
 * \).
 *
 * <p>Source: Bishop 1994 for mixture density networks; Dempster and others 1977 for the complete data's curvature.
 */
public final class MixtureDensityLikelihood extends DensityLikelihood {

    private static final long serialVersionUID = 1L;
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);

    /** Number of components. */
    private final int mixtures;
    /** Number of label columns. */
    private final int labelWidth;

    /**
     * A mixture.
     *
     * @param mixtures number of components, 1 or more
     * @param labelWidth number of label columns, 1 or more
     * @throws IllegalArgumentException if one is smaller
     */
    @JsonCreator
    public MixtureDensityLikelihood(
            @JsonProperty("mixtures") int mixtures, @JsonProperty("labelWidth") int labelWidth) {
        if (mixtures < 1 || labelWidth < 1) {
            throw new IllegalArgumentException("number of components is " + mixtures + " and of label columns "
                    + labelWidth + ", allowed: 1 and more");
        }
        this.mixtures = mixtures;
        this.labelWidth = labelWidth;
    }

    /**
     * Number of components.
     *
     * @return K
     */
    public int getMixtures() {
        return mixtures;
    }

    /**
     * Number of label columns.
     *
     * @return D
     */
    public int getLabelWidth() {
        return labelWidth;
    }

    @Override
    public int labelColumns(int outputs) {
        int needed = mixtures * (labelWidth + 2);
        if (outputs != needed) {
            throw new IllegalArgumentException("the layer has " + outputs + " outputs, allowed is " + needed
                    + ": for each of " + mixtures + " components a weight, a deviation and " + labelWidth
                    + " mean(s)");
        }
        return labelWidth;
    }

    @Override
    protected Standardised standardised() {
        return Standardised.LOCATION_AND_SCALE;
    }

    @Override
    protected boolean isObserved(double[] importance, int output) {
        return importance[0] > 0;
    }

    private int deviationOf(int component) {
        return mixtures + component;
    }

    private int meanOf(int component, int label) {
        return 2 * mixtures + component * labelWidth + label;
    }

    /** What potentials of 0 stand for: see the class comment. */
    private double start(int output) {
        if (output < mixtures) {
            return 0;
        }
        if (output < 2 * mixtures) {
            return -Math.log(mixtures);
        }
        int component = (output - 2 * mixtures) / labelWidth;
        int label = (output - 2 * mixtures) % labelWidth;
        int place = (component + label) % mixtures;
        return Math.sqrt(2) * InverseErf.value((2 * place + 1.0) / mixtures - 1);
    }

    /** Logits, log deviations and means of the components. */
    private double[] outputs(double[] potentials) {
        double[] outputs = potentials.clone();
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] += start(i);
        }
        return outputs;
    }

    @Override
    protected double expect(
            double[] label,
            double[] importance,
            double[][] scales,
            double[] potentials,
            double[] variance,
            double[] slope,
            double[] curvature) {
        double weight = importance[0];
        if (!(weight > 0)) {
            return 0;
        }
        double[] mean = outputs(potentials);
        double[] logWeights = logWeights(mean, null);
        double[] joint = new double[mixtures];
        double[] precision = new double[mixtures];
        double[] misfit = new double[mixtures];
        for (int k = 0; k < mixtures; k++) {
            double logDeviation = mean[deviationOf(k)];
            precision[k] = Math.exp(-2 * logDeviation + 2 * variance[deviationOf(k)]);
            for (int d = 0; d < labelWidth; d++) {
                double r = label[d] - mean[meanOf(k, d)];
                misfit[k] += (r * r + variance[meanOf(k, d)]) * precision[k];
            }
            joint[k] = logWeights[k] - labelWidth * (logDeviation + LOG_TWO_PI / 2) - misfit[k] / 2;
        }
        double total = Quadrature.logSum(joint);
        for (int k = 0; k < mixtures; k++) {
            double responsibility = weight * Math.exp(joint[k] - total);
            double alpha = Math.exp(logWeights[k]);
            slope[k] = responsibility - weight * alpha;
            curvature[k] = weight * alpha * (1 - alpha);
            slope[deviationOf(k)] = responsibility * (misfit[k] - labelWidth);
            curvature[deviationOf(k)] = responsibility * 2 * misfit[k];
            for (int d = 0; d < labelWidth; d++) {
                slope[meanOf(k, d)] = responsibility * (label[d] - mean[meanOf(k, d)]) * precision[k];
                curvature[meanOf(k, d)] = responsibility * precision[k];
            }
        }
        return weight * total;
    }

    /** log alpha; with variances, that of logits divided by sqrt(1 + pi v / 8). */
    private double[] logWeights(double[] mean, double @Nullable [] variance) {
        double[] logits = Arrays.copyOf(mean, mixtures);
        for (int k = 0; variance != null && k < mixtures; k++) {
            logits[k] /= Math.sqrt(1 + Math.PI * variance[k] / 8);
        }
        double total = Quadrature.logSum(logits);
        for (int k = 0; k < mixtures; k++) {
            logits[k] -= total;
        }
        return logits;
    }

    /** E sigma^2 of a component. */
    private double noise(double[] mean, double[] variance, int component) {
        int of = deviationOf(component);
        return Math.exp(2 * mean[of] + 2 * variance[of]);
    }

    @Override
    protected double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] potentials, double[] variance) {
        if (!(importance[0] > 0)) {
            return 0;
        }
        double[] mean = outputs(potentials);
        double[] joint = logWeights(mean, variance);
        for (int k = 0; k < mixtures; k++) {
            int component = k;
            joint[k] += Quadrature.logIntegral(
                    s -> {
                        double log = 0;
                        for (int d = 0; d < labelWidth; d++) {
                            double total = Math.exp(2 * s) + variance[meanOf(component, d)];
                            double r = label[d] - mean[meanOf(component, d)];
                            log -= 0.5 * (LOG_TWO_PI + Math.log(total) + r * r / total);
                        }
                        return log;
                    },
                    mean[deviationOf(k)],
                    variance[deviationOf(k)]);
        }
        return importance[0] * Quadrature.logSum(joint);
    }

    @Override
    protected RowPrediction predict(double[][] scales, double[] potentials, double[] variance) {
        double[] mean = outputs(potentials);
        double[] means = new double[labelWidth];
        double[] epistemic = new double[labelWidth];
        double[] aleatoric = new double[labelWidth];
        double[] logWeights = logWeights(mean, variance);
        double entropy = 0;
        for (int k = 0; k < mixtures; k++) {
            double alpha = Math.exp(logWeights[k]);
            double noise = noise(mean, variance, k);
            for (int d = 0; d < labelWidth; d++) {
                means[d] += alpha * mean[meanOf(k, d)];
                epistemic[d] += alpha * variance[meanOf(k, d)];
                aleatoric[d] += alpha * noise;
                entropy += alpha * 0.5 * (LOG_TWO_PI + 1 + Math.log(noise + variance[meanOf(k, d)]));
            }
            entropy -= alpha * logWeights[k];
        }
        for (int k = 0; k < mixtures; k++) {
            for (int d = 0; d < labelWidth; d++) {
                double away = mean[meanOf(k, d)] - means[d];
                aleatoric[d] += Math.exp(logWeights[k]) * away * away;
            }
        }
        return new RowPrediction(means, epistemic, aleatoric, null, entropy);
    }

    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        TargetScaling.fix(parameters, null);
        return pointScale(parameters);
    }

    /** In the units of labels means are scaled and shifted, and a log deviation is larger by the logarithm of the scale. */
    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        PointScale ofLabels = super.pointScale(parameters);
        double[] scale = Rows.flat(ofLabels.factor());
        double[] offset = Rows.flat(ofLabels.offset());
        double[] factors = new double[mixtures * (labelWidth + 2)];
        double[] offsets = outputs(new double[factors.length]);
        Arrays.fill(factors, 1);
        for (int k = 0; k < mixtures; k++) {
            // Components are round: with several labels the mean logarithm stands for all.
            offsets[deviationOf(k)] +=
                    Arrays.stream(scale).map(Math::log).average().orElse(0);
            for (int d = 0; d < labelWidth; d++) {
                int of = meanOf(k, d);
                factors[of] = scale[d];
                offsets[of] = offset[d] + scale[d] * offsets[of];
            }
        }
        return new PointScale(Rows.matrix(factors, 1, factors.length), Rows.matrix(offsets, 1, factors.length));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MixtureDensityLikelihood that
                && mixtures == that.mixtures
                && labelWidth == that.labelWidth;
    }

    @Override
    public int hashCode() {
        return Objects.hash(mixtures, labelWidth);
    }

    @Override
    public String toString() {
        return "MixtureDensityLikelihood(mixtures=" + mixtures + ", labelWidth=" + labelWidth + ")";
    }
}
