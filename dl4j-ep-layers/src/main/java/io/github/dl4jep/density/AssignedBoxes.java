package io.github.dl4jep.density;

import java.util.Arrays;

/**
 * The boxes of one cell, once it is known which of them answers for the object: an independent density for each output, with a label and an
 * importance of its own. {@link ObjectLikelihood} has the formulas, and finds labels and importance.
 *
 * <p>Outputs, for each box one after the other: x, y, width, height, confidence, classes. Labels: x and y in the cell, the roots of width and
 * height in cells, the overlap, and the classes.
 */
final class AssignedBoxes extends DensityLikelihood {

    static final int WIDTH = 2;
    static final int CONFIDENCE = 4;
    static final int CLASSES = 5;

    private static final long serialVersionUID = 1L;
    private static final double LOG_SQRT_TWO_PI = 0.5 * Math.log(2 * Math.PI);
    /** Of positions and of roots of sizes around what is predicted. */
    private static final double DEVIATION = 0.25;

    /** Width and height of each box where potentials are 0, in cells. */
    private final double[][] priors;

    AssignedBoxes(double[][] priors) {
        this.priors = priors;
    }

    @Override
    public int labelColumns(int outputs) {
        return outputs;
    }

    /** What a position or size is compared with: a number in the cell, or the root of a width or height. */
    double value(int box, int part, double potential) {
        return part < WIDTH
                ? Link.SIGMOID.value(potential)
                : Math.sqrt(priors[box][part - WIDTH]) * Math.exp(potential / 2);
    }

    private double logDensity(int box, int part, double label, double potential) {
        if (part == CONFIDENCE) {
            return label * Link.SIGMOID.log(potential) + (1 - label) * Link.SIGMOID.log(-potential);
        }
        double x = (label - value(box, part, potential)) / DEVIATION;
        return -0.5 * x * x - Math.log(DEVIATION) - LOG_SQRT_TWO_PI;
    }

    private int outputsOfBox(double[] potentials) {
        return potentials.length / priors.length;
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
        double[] derivatives = new double[2];
        int each = outputsOfBox(mean);
        for (int box = 0; box < priors.length; box++) {
            for (int part = 0; part <= CONFIDENCE; part++) {
                int i = box * each + part;
                if (importance[i] > 0) {
                    int of = part;
                    int ofBox = box;
                    sum += importance[i]
                            * Quadrature.expectation(
                                    u -> logDensity(ofBox, of, label[i], u), mean[i], variance[i], derivatives);
                    slope[i] = importance[i] * derivatives[0];
                    curvature[i] = importance[i] * derivatives[1];
                }
            }
            int first = box * each + CLASSES;
            if (importance[first] > 0) {
                double[] logs = logProbabilities(mean, first, each - CLASSES, 1);
                for (int c = 0; c < logs.length; c++) {
                    double p = Math.exp(logs[c]);
                    double weight = importance[first + c];
                    sum += weight * label[first + c] * logs[c];
                    slope[first + c] = weight * (label[first + c] - p);
                    curvature[first + c] = weight * p * (1 - p);
                }
            }
        }
        return sum;
    }

    private static double[] logProbabilities(double[] potentials, int from, int classes, double factor) {
        double[] logs = Arrays.copyOfRange(potentials, from, from + classes);
        for (int c = 0; c < classes; c++) {
            logs[c] *= factor;
        }
        double total = Quadrature.logSum(logs);
        for (int c = 0; c < classes; c++) {
            logs[c] -= total;
        }
        return logs;
    }

    /** What uncertain potentials make of class probabilities: MacKay's factor, for the mean variance of the classes. */
    private static double[] predictedLogs(double[] mean, double[] variance, int from, int classes) {
        double average = Arrays.stream(variance, from, from + classes).average().orElse(0);
        return logProbabilities(mean, from, classes, 1 / Math.sqrt(1 + Math.PI * average / 8));
    }

    @Override
    protected double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] mean, double[] variance) {
        double sum = 0;
        int each = outputsOfBox(mean);
        for (int box = 0; box < priors.length; box++) {
            for (int part = 0; part <= CONFIDENCE; part++) {
                int i = box * each + part;
                if (importance[i] > 0) {
                    int of = part;
                    int ofBox = box;
                    sum += importance[i]
                            * Quadrature.logIntegral(u -> logDensity(ofBox, of, label[i], u), mean[i], variance[i]);
                }
            }
            int first = box * each + CLASSES;
            double[] logs = predictedLogs(mean, variance, first, each - CLASSES);
            for (int c = 0; c < logs.length; c++) {
                if (importance[first + c] > 0) {
                    sum += importance[first + c] * label[first + c] * logs[c];
                }
            }
        }
        return sum;
    }

    @Override
    protected RowPrediction predict(double[][] scales, double[] mean, double[] variance) {
        double[] expected = new double[mean.length];
        double[] epistemic = new double[mean.length];
        double[] aleatoric = new double[mean.length];
        double entropy = 0;
        int each = outputsOfBox(mean);
        for (int box = 0; box < priors.length; box++) {
            int at = box * each;
            double ofBox = 0;
            for (int part = 0; part <= CONFIDENCE; part++) {
                double[] moments = moments(box, part, mean[at + part], variance[at + part]);
                double noise =
                        part == CONFIDENCE ? moments[0] - moments[0] * moments[0] - moments[1] : DEVIATION * DEVIATION;
                boolean root = part >= WIDTH && part < CONFIDENCE;
                double slope = root ? 2 * moments[0] : 1;
                expected[at + part] = root ? moments[0] * moments[0] : moments[0];
                epistemic[at + part] = slope * slope * moments[1];
                aleatoric[at + part] = slope * slope * noise;
                ofBox += part == CONFIDENCE
                        ? 0
                        : 0.5 * Math.log(2 * Math.PI * Math.E * (epistemic[at + part] + aleatoric[at + part]));
            }
            int first = at + CLASSES;
            double[] logs = predictedLogs(mean, variance, first, each - CLASSES);
            double spread = 0;
            for (int c = 0; c < logs.length; c++) {
                expected[first + c] = Math.exp(logs[c]);
                spread += expected[first + c] * expected[first + c] * variance[first + c];
                ofBox -= expected[first + c] * logs[c];
            }
            for (int c = 0; c < logs.length; c++) {
                double p = expected[first + c];
                // J diag(v) J' of the softmax, with J = diag(p) - p p'.
                epistemic[first + c] = p * p * (spread + (1 - 2 * p) * variance[first + c]);
                aleatoric[first + c] = p * (1 - p);
            }
            double confidence = expected[at + CONFIDENCE];
            entropy += confidence * ofBox - xLogX(confidence) - xLogX(1 - confidence);
        }
        return new RowPrediction(expected, epistemic, aleatoric, null, entropy);
    }

    private static double xLogX(double x) {
        return x > 0 ? x * Math.log(x) : 0;
    }

    /** Mean and variance of a value. */
    private double[] moments(int box, int part, double mean, double variance) {
        if (part >= WIDTH && part < CONFIDENCE) {
            double expected = value(box, part, mean) * Math.exp(variance / 8);
            return new double[] {expected, expected * expected * Math.expm1(variance / 4)};
        }
        double deviation = Math.sqrt(variance);
        double centre = Link.SIGMOID.value(mean);
        double first = 0;
        double second = 0;
        for (int i = 0; deviation > 0 && i < Quadrature.nodes(); i++) {
            double rise = Link.SIGMOID.value(mean + deviation * Quadrature.node(i)) - centre;
            first += Quadrature.weight(i) * rise;
            second += Quadrature.weight(i) * rise * rise;
        }
        // Not negative but for rounding: the weights of the nodes add up to 1.
        return new double[] {centre + first, Math.max(0, second - first * first)};
    }
}
