package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.learned.TrustRegion;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.JointMaximum;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A likelihood that is given by the expected log density of a row of labels, for independent normal potentials of that row.
 *
 * <p>The message of a batch is taken at the joint maximum ({@link JointMaximum}): z is the slope there, and \( G = W / (1 + W V) \) with
 * the curvature W, 0 where that is negative. Positive numbers of its own, such as a noise, are learned on the scale of their logarithm from
 * the slope of the expected log density there.
 *
 * <p>Source: own, docs/algorithm.md, section 4.
 */
public abstract class DensityLikelihood implements Likelihood {

    private static final long serialVersionUID = 1L;
    /** Step of a difference quotient by the logarithm of a scale. */
    private static final double STEP = 1e-4;

    private static final double LONGEST_STEP = 1;

    /** What becomes of labels before a potential is compared with them. */
    protected enum Standardised {
        /** They are taken as they are. */
        NOT,
        /** They are divided by their root mean square. */
        SCALE,
        /** Their mean is subtracted and they are divided by their deviation. */
        LOCATION_AND_SCALE
    }

    /** For subclasses. */
    protected DensityLikelihood() {}

    /**
     * Names of the positive numbers that are learned beside the weights.
     *
     * @return names without underscores
     */
    protected List<String> scaleNames() {
        return List.of();
    }

    /**
     * How many numbers each of these names has.
     *
     * @param outputs number of outputs
     * @return one for each label column, unless overridden
     */
    protected int scaleLength(int outputs) {
        return labelColumns(outputs);
    }

    /**
     * Where the learned numbers start.
     *
     * @return a positive number
     */
    protected double firstScale() {
        return 1;
    }

    /**
     * Whether the learned numbers stay during the first pass, when residuals are mostly ignorance.
     *
     * @return true, unless overridden
     */
    protected boolean isHeldAtFirst() {
        return true;
    }

    /**
     * What becomes of labels before a potential is compared with them.
     *
     * @return not standardised, unless overridden
     */
    protected Standardised standardised() {
        return Standardised.NOT;
    }

    /**
     * What is wrong with a label.
     *
     * @param label a finite number
     * @return what is allowed and what to do, or null if the label is right
     */
    protected @Nullable String problem(double label) {
        return null;
    }

    /**
     * The expected log density of one row of labels, and its derivatives.
     *
     * @param label the row of labels, standardised
     * @param importance weight of each label; one of weight 0 is not observed, and may be any number
     * @param scales learned numbers: one array for each name
     * @param mean means of the row's potentials
     * @param variance their variances
     * @param slope written: derivative by each mean
     * @param curvature written: minus the second derivative by each mean, or what stands for it
     * @return nats
     */
    protected abstract double expect(
            double[] label,
            double[] importance,
            double[][] scales,
            double[] mean,
            double[] variance,
            double[] slope,
            double[] curvature);

    /**
     * The log predictive density of one row of labels.
     *
     * @param label the row of labels, standardised
     * @param importance weight of each label
     * @param scales learned numbers
     * @param mean means of the row's potentials
     * @param variance their variances
     * @return nats
     */
    protected abstract double logPredictive(
            double[] label, double[] importance, double[][] scales, double[] mean, double[] variance);

    /**
     * What is predicted for one row, in units of standardised labels.
     *
     * @param scales learned numbers
     * @param mean means of the row's potentials
     * @param variance their variances
     * @return the prediction of the row
     */
    protected abstract RowPrediction predict(double[][] scales, double[] mean, double[] variance);

    /**
     * Whether a label says something to an output.
     *
     * @param importance weights of the row's labels
     * @param output the output
     * @return whether the label of that column has a weight, unless overridden
     */
    protected boolean isObserved(double[] importance, int output) {
        return importance[output % importance.length] > 0;
    }

    @Override
    public Map<String, Integer> parameterLengths(int outputs) {
        Map<String, Integer> lengths = new LinkedHashMap<>();
        scaleNames().forEach(name -> lengths.put(name, scaleLength(outputs)));
        if (standardised() != Standardised.NOT) {
            lengths.put(TargetScaling.NAME, TargetScaling.LENGTH * labelColumns(outputs));
        }
        return lengths;
    }

    /** Predictions are in the units of the labels already. */
    @Override
    public PointScale startFromStock(@Nullable INDArray size, Map<String, INDArray> parameters) {
        if (standardised() != Standardised.NOT) {
            TargetScaling.fix(parameters, null);
        }
        return PointScale.of(1, 0);
    }

    @Override
    public void initialise(Map<String, INDArray> parameters) {
        scaleNames().forEach(name -> Parameters.get(parameters, name).assign(firstScale()));
        if (standardised() != Standardised.NOT) {
            Parameters.get(parameters, TargetScaling.NAME).assign(0);
        }
    }

    @Override
    public void validate(INDArray labels, INDArray importance) {
        double[][] rows = Rows.of(labels);
        double[][] omega = Rows.of(importance);
        for (int n = 0; n < rows.length; n++) {
            for (int c = 0; c < rows[n].length; c++) {
                String problem = omega[n][c] > 0 ? problem(rows[n][c]) : null;
                if (problem != null) {
                    throw new InvalidLabelException(
                            "label at row " + n + ", column " + c + " is " + rows[n][c] + "; " + problem);
                }
            }
        }
    }

    @Override
    public Update update(OutputBatch batch, Map<String, INDArray> parameters) {
        TargetScaling scaling = LabelUnits.learned(standardised(), batch, parameters);
        double[][] scales = scales(parameters);
        DensityBatch rows = new DensityBatch(
                this,
                Rows.of(LabelUnits.standardise(batch.doubleLabels(), scaling)),
                Rows.of(batch.learnedImportance()),
                scales);
        JointMaximum.Maximum maximum = rows.maximum(batch);
        Map<String, Statistic> statistics = new LinkedHashMap<>();
        if (scaling != null && !TargetScaling.isFixed(parameters)) {
            statistics.put(TargetScaling.NAME, LabelUnits.statistic(batch, parameters));
        }
        for (int i = 0; i < scaleNames().size(); i++) {
            statistics.put(scaleNames().get(i), rows.scaleStatistic(i, maximum));
        }
        return new Update(
                DensityBatch.message(batch, maximum),
                statistics,
                TrustRegion.isLearned(parameters) ? maximum.expected() : null);
    }

    /**
     * Derivatives of the expected log density of one row by the logarithms of a learned number: difference quotients, unless overridden.
     *
     * @param which index of its name
     * @param label the row of labels, standardised
     * @param importance weight of each label
     * @param scales learned numbers
     * @param mean means of the row's potentials
     * @param variance their variances
     * @param slopes written: the derivative by each number of that name
     */
    protected void scaleSlopes(
            int which,
            double[] label,
            double[] importance,
            double[][] scales,
            double[] mean,
            double[] variance,
            double[] slopes) {
        double[] unused = new double[mean.length];
        for (int c = 0; c < slopes.length; c++) {
            double[][] above = changed(scales, which, c, STEP);
            double[][] below = changed(scales, which, c, -STEP);
            slopes[c] = (expect(label, importance, above, mean, variance, unused, unused)
                            - expect(label, importance, below, mean, variance, unused, unused))
                    / (2 * STEP);
        }
    }

    private static double[][] changed(double[][] scales, int which, int column, double step) {
        double[][] changed = scales.clone();
        changed[which] = scales[which].clone();
        changed[which][column] *= Math.exp(step);
        return changed;
    }

    @Override
    public double[] learn(String parameter, double[] current, Statistic statistic, LearningPhase phase) {
        if (parameter.equals(TargetScaling.NAME)) {
            return TargetScaling.learn(current, statistic, phase.firstPass());
        }
        double[] next = current.clone();
        double[] slopes = statistic.sum();
        double[] information = statistic.count();
        for (int c = 0; c < next.length; c++) {
            if (information[c] > 0 && !(phase.firstPass() && isHeldAtFirst())) {
                double step = Math.max(-LONGEST_STEP, Math.min(LONGEST_STEP, slopes[c] / information[c]));
                next[c] *= Math.exp(phase.rate() * step);
            }
        }
        return next;
    }

    @Override
    public final INDArray negativeLogLikelihood(OutputBatch batch, Map<String, INDArray> parameters) {
        TargetScaling scaling = LabelUnits.of(standardised(), batch, parameters);
        double[][] labels = Rows.of(LabelUnits.standardise(batch.doubleLabels(), scaling));
        double[][] importance = Rows.of(batch.importanceOrOnes());
        double[][] mean = Rows.of(batch.mean());
        double[][] variance = counted(batch.variance(), parameters);
        double[][] scales = scales(parameters);
        double[] logScale = scaling == null ? new double[labels[0].length] : Rows.flat(scaling.scale());
        double[] nats = new double[labels.length];
        for (int n = 0; n < nats.length; n++) {
            nats[n] = -logPredictive(labels[n], importance[n], scales, mean[n], variance[n]);
            for (int c = 0; scaling != null && c < logScale.length; c++) {
                nats[n] += importance[n][c] * Math.log(logScale[c]);
            }
        }
        return Rows.matrix(nats, nats.length, 1);
    }

    @Override
    public final Prediction predict(Moments potentials, Map<String, INDArray> parameters) {
        DataType type = potentials.mean().dataType();
        double[][] mean = Rows.of(potentials.mean());
        INDArray given = potentials.variance();
        double[][] variance = given == null ? new double[mean.length][mean[0].length] : counted(given, parameters);
        double[][] scales = scales(parameters);
        PointScale unit = LabelUnits.scale(standardised(), parameters, labelColumns(mean[0].length));
        double[] factor = Rows.flat(unit.factor());
        double[] offset = Rows.flat(unit.offset());
        List<RowPrediction> rows = new ArrayList<>();
        for (int n = 0; n < mean.length; n++) {
            rows.add(predict(scales, mean[n], variance[n]).scaled(factor, offset));
        }
        return RowPrediction.all(rows).map(array -> array.castTo(type));
    }

    @Override
    public PointScale pointScale(Map<String, INDArray> parameters) {
        return LabelUnits.scale(standardised(), parameters, 1);
    }

    /** The variances of potentials that predictions count, row by row: all of them, unless overridden. */
    double[][] counted(INDArray variance, Map<String, INDArray> parameters) {
        return Rows.of(variance);
    }

    /** The learned numbers that densities are given: those of each name, unless overridden. */
    double[][] scales(Map<String, INDArray> parameters) {
        return scaleNames().stream()
                .map(name -> Parameters.values(parameters, name))
                .toArray(double[][]::new);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other != null && getClass() == other.getClass();
    }

    @Override
    public int hashCode() {
        return getClass().hashCode();
    }

    @Override
    public String toString() {
        return getClass().getSimpleName();
    }
}
