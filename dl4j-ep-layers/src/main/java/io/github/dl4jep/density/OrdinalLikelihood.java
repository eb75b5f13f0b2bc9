package io.github.dl4jep.density;

import io.github.dl4jep.likelihood.ClassLabels;
import io.github.dl4jep.normal.StandardNormal;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Classes that are ordered, as grades: one output u, and C - 1 thresholds \( t_1 \lt t_2 \lt \dots \) that divide the line; \( p(c | u) =
 * \Phi(t_{c+1} - u) - \Phi(t_c - u) \). The gaps between the thresholds are learned, their middle stays at 0: where it lies is the bias of the
 * layer. Labels are one-hot, [minibatch, C], and so are predictions, as an evaluation of classes takes them.
 *
 * <p>Source: McCullagh 1980; Chu and Ghahramani 2005.
 */
public final class OrdinalLikelihood extends DensityLikelihood {

    private static final long serialVersionUID = 1L;

    /** Number of classes. */
    private final int classes;

    /**
     * Ordered classes.
     *
     * @param classes number of classes, 3 or more
     * @throws IllegalArgumentException if there are fewer
     */
    @JsonCreator
    public OrdinalLikelihood(@JsonProperty("classes") int classes) {
        if (classes < 3) {
            throw new IllegalArgumentException("number of ordered classes is " + classes
                    + ", allowed: 3 and more; two classes have no order, use the binary cross-entropy loss (XENT)");
        }
        this.classes = classes;
    }

    /**
     * Number of classes.
     *
     * @return C
     */
    public int getClasses() {
        return classes;
    }

    @Override
    public int labelColumns(int outputs) {
        if (outputs != 1) {
            throw new IllegalArgumentException("the layer has " + outputs
                    + " outputs, allowed is 1: ordered classes are parts of one line; set nOut(1)");
        }
        return classes;
    }

    @Override
    protected List<String> scaleNames() {
        return List.of("gap");
    }

    @Override
    protected int scaleLength(int outputs) {
        return classes - 2;
    }

    /** Gaps are no noise, which ignorance would be taken for. */
    @Override
    protected boolean isHeldAtFirst() {
        return false;
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        ClassLabels.requireOneHot(labels, importance);
    }

    @Override
    protected boolean isObserved(double[] importance, int output) {
        for (double weight : importance) {
            if (weight > 0) {
                return true;
            }
        }
        return false;
    }

    /** The threshold below a class; that below the first is -infinity, that below one more than the last infinity. */
    private double threshold(double[] gaps, int of) {
        if (of == 0 || of == classes) {
            return of == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        double before = 0;
        double after = 0;
        for (int i = 0; i < gaps.length; i++) {
            if (i < of - 1) {
                before += gaps[i];
            } else {
                after += gaps[i];
            }
        }
        return (before - after) / 2;
    }

    /** log(Phi(high) - Phi(low)), in the tail where it does not cancel. */
    private static double logBetween(double low, double high) {
        if (low > 0) {
            return logBetween(-high, -low);
        }
        if (low == Double.NEGATIVE_INFINITY) {
            return high == Double.POSITIVE_INFINITY ? 0 : StandardNormal.logCumulative(high);
        }
        double ofHigh = high == Double.POSITIVE_INFINITY ? 0 : StandardNormal.logCumulative(high);
        return ofHigh + Math.log(-Math.expm1(StandardNormal.logCumulative(low) - ofHigh));
    }

    private double log(int of, double[] gaps, double potential, double deviation) {
        return logBetween(
                (threshold(gaps, of) - potential) / deviation, (threshold(gaps, of + 1) - potential) / deviation);
    }

    private static int classOf(double[] label) {
        int largest = 0;
        for (int c = 1; c < label.length; c++) {
            largest = label[c] > label[largest] ? c : largest;
        }
        return largest;
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
        int of = classOf(label);
        double weight = isObserved(importance, 0) ? importance[of] : 0;
        if (!(weight > 0)) {
            return 0;
        }
        double[] derivatives = new double[2];
        double value = Quadrature.expectation(u -> log(of, scales[0], u, 1), mean[0], variance[0], derivatives);
        slope[0] = weight * derivatives[0];
        curvature[0] = weight * derivatives[1];
        return weight * value;
    }

    @Override
    protected double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] mean, double[] variance) {
        int of = classOf(label);
        double weight = isObserved(importance, 0) ? importance[of] : 0;
        return weight > 0 ? weight * log(of, scales[0], mean[0], Math.sqrt(1 + variance[0])) : 0;
    }

    @Override
    protected RowPrediction predict(double[][] scales, double[] mean, double[] variance) {
        double[] probabilities = new double[classes];
        double entropy = 0;
        for (int c = 0; c < classes; c++) {
            double log = log(c, scales[0], mean[0], Math.sqrt(1 + variance[0]));
            probabilities[c] = Math.exp(log);
            entropy -= probabilities[c] > 0 ? probabilities[c] * log : 0;
        }
        return new RowPrediction(mean, variance, new double[] {1}, probabilities, entropy);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OrdinalLikelihood that && classes == that.classes;
    }

    @Override
    public int hashCode() {
        return Objects.hash(OrdinalLikelihood.class, classes);
    }

    @Override
    public String toString() {
        return "OrdinalLikelihood(classes=" + classes + ")";
    }
}
