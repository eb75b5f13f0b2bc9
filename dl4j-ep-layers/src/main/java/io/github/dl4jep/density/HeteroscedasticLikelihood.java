package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.likelihood.Checks;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.OutputBatch;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Regression whose noise depends on the features: of 2D outputs the first D are means m, the others log variances s of the noise, for D label
 * columns. \( E \log N(y; m, e^s) = -\frac12 (\log 2\pi + \bar s + Q\tau) \) with \( Q = (y - \bar m)^2 + v_m \), \( \tau = e^{-\bar s + v_s/2}
 * \): slopes \( (y - \bar m)\tau \) and \( (Q\tau - 1)/2 \), curvatures \( \tau \) and \( Q\tau/2 \), all in closed form. A predictive density
 * is quadrature over s. Labels of quite another size are standardised by the first batch.
 *
 * <p>During the first pass (for 100 batches where passes are not counted) the noise is held at the variance of the labels: while residuals are mostly ignorance, potentials
 * that are more uncertain than labels are noisy explain every residual, and the noise would fall to nothing. Predictions count a share of the potentials' variances, which withheld
 * examples say: {@link VarianceShare}.
 */
public final class HeteroscedasticLikelihood extends DensityLikelihood {

    /** Default share of the examples that weights never learn from. */
    public static final double DEFAULT_WITHHELD_SHARE = 1.0 / 64;

    private static final long serialVersionUID = 1L;
    private static final double LOG_TWO_PI = Math.log(2 * Math.PI);
    /** Parameter: 0 while the noise is held at 1, then 1. */
    private static final String LEARNED = "noiseIsLearned";

    /** Share of the examples that weights never learn from. */
    private final double withheldShare;

    /** A likelihood that withholds one example of 64, of few data more. */
    public HeteroscedasticLikelihood() {
        this(DEFAULT_WITHHELD_SHARE);
    }

    /**
     * A likelihood.
     *
     * @param withheldShare share of the examples, in [0, 1), that weights never learn from, of few data more: they say which share of the
     *     potentials' variances predictions count; 0 for none, then all of it
     * @throws IllegalArgumentException if the share is outside
     */
    @JsonCreator
    public HeteroscedasticLikelihood(@JsonProperty("withheldShare") double withheldShare) {
        this.withheldShare = Checks.share("withheldShare", withheldShare);
    }

    /**
     * Share of the examples that weights never learn from.
     *
     * @return in [0, 1)
     */
    public double getWithheldShare() {
        return withheldShare;
    }

    @Override
    public double withheldShare() {
        return withheldShare;
    }

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

    private static boolean isHeld(double[][] scales) {
        return scales[0][0] == 0;
    }

    private boolean learnsShare() {
        return withheldShare > 0;
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = new LinkedHashMap<>(super.parameterLengths(outputs));
        lengths.put(LEARNED, 1);
        if (learnsShare()) {
            VarianceShare.LOGARITHM.parameterNames().forEach(name -> lengths.put(name, labelColumns(outputs)));
        }
        return lengths;
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        super.initialise(parameters);
        Parameters.get(parameters, LEARNED).assign(0);
        if (learnsShare()) {
            VarianceShare.LOGARITHM.initialise(parameters);
        }
    }

    /** A network that was trained knows its noise. */
    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        Parameters.get(parameters, LEARNED).assign(1);
        return super.startFromStock(size, parameters);
    }

    @Override
    double[][] scales(Map<String, INDArray> parameters) {
        return new double[][] {Parameters.values(parameters, LEARNED)};
    }

    @Override
    double[][] counted(INDArray variance, Map<String, INDArray> parameters) {
        return learnsShare() ? VarianceShare.counted(variance, parameters) : super.counted(variance, parameters);
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        Update update = super.update(batch, parameters);
        Map<String, Statistic> statistics = new LinkedHashMap<>(update.statistics());
        statistics.put(LEARNED, Statistic.of(new double[] {1}, new double[] {1}));
        return new Update(update.message(), statistics, update.expected());
    }

    @Override
    public Map<String, Statistic> observeWithheld(OutputBatch batch, Map<String, INDArray> parameters) {
        if (!learnsShare()) {
            return Map.of();
        }
        TargetScaling scaling = LabelUnits.of(standardised(), batch, parameters);
        return VarianceShare.statistics(
                this,
                Rows.of(LabelUnits.standardise(batch.doubleLabels(), scaling)),
                Rows.of(batch.importanceOrOnes()),
                scales(parameters),
                Rows.of(batch.mean()),
                counted(batch.variance(), parameters),
                parameters);
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        if (parameter.equals(LEARNED)) {
            return phase.firstPass() ? current : new double[] {1};
        }
        return VarianceShare.LOGARITHM.has(parameter)
                ? VarianceShare.learn(parameter, current, statistic, phase)
                : super.learn(parameter, current, statistic, phase);
    }

    /**
     * Of a normal distribution with the predictive variance \( T = \gamma v_m + e^{\bar s + \gamma v_s / 2} \) and \( T' = \partial T /
     * \partial \log\gamma \): adds the slope \( \frac{T'}{2T} (1 - r^2 / T) \) of its negative logarithm, and the mean curvature \( \frac12
     * (T'/T)^2 \).
     */
    void shareSlopes(
            double[] label,
            double[] importance,
            double[][] scales,
            double[] mean,
            double[] counted,
            double[] slope,
            double[] curvature) {
        int labels = label.length;
        for (int d = 0; d < labels; d++) {
            if (importance[d] > 0) {
                double r = label[d] - mean[d];
                double ofNoise = isHeld(scales) ? 0 : counted[labels + d];
                double noise = isHeld(scales) ? 1 : Math.exp(mean[labels + d] + ofNoise / 2);
                double total = counted[d] + noise;
                double part = (counted[d] + noise * ofNoise / 2) / total;
                slope[d] += importance[d] * part / 2 * (1 - r * r / total);
                curvature[d] += importance[d] * part * part / 2;
            }
        }
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
                if (isHeld(scales)) {
                    slope[d] = weight * r;
                    curvature[d] = weight;
                    sum -= weight * (LOG_TWO_PI + r * r + variance[d]) / 2;
                    continue;
                }
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
                                isHeld(scales) ? 0 : mean[labels + d],
                                isHeld(scales) ? 0 : variance[labels + d]);
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
            aleatoric[d] = isHeld(scales) ? 1 : Math.exp(mean[labels + d] + variance[labels + d] / 2);
            double logNoise = isHeld(scales) ? 0 : mean[labels + d];
            entropy += 0.5 * (LOG_TWO_PI + 1 + logNoise + Math.log1p(variance[d] / aleatoric[d]));
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

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof HeteroscedasticLikelihood that
                && Double.compare(withheldShare, that.withheldShare) == 0;
    }

    @Override
    public int hashCode() {
        return Double.hashCode(withheldShare);
    }

    @Override
    public String toString() {
        return "HeteroscedasticLikelihood(withheldShare=" + withheldShare + ")";
    }
}
