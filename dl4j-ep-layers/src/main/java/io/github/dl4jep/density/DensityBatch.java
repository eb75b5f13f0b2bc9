package io.github.dl4jep.density;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.solve.JointMaximum;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The labels of a batch under a likelihood, row by row. Arrays of potentials hold one output after the other. */
final class DensityBatch {

    private final DensityLikelihood likelihood;
    private final double[][] labels;
    private final double[][] importance;
    private final double[][] scales;

    DensityBatch(DensityLikelihood likelihood, double[][] labels, double[][] importance, double[][] scales) {
        this.likelihood = likelihood;
        this.labels = labels;
        this.importance = importance;
        this.scales = scales;
    }

    JointMaximum.Maximum maximum(OutputBatch batch) {
        return new JointMaximum(
                        batch.mean(),
                        batch.variance(),
                        batch.forward().covariance(),
                        batch.earlierShift(),
                        observed(batch.mean().columns()),
                        this::expect)
                .solve();
    }

    /** z of the maximum, and G = W / (1 + W V). */
    static BackwardMessage message(OutputBatch batch, JointMaximum.Maximum maximum) {
        double[] variance = Rows.columns(batch.variance());
        double[] curvature = maximum.curvature().clone();
        for (int i = 0; i < curvature.length; i++) {
            double positive = Math.max(0, curvature[i]);
            curvature[i] = positive / (1 + positive * variance[i]);
        }
        DataType type = batch.forward().moments().mean().dataType();
        int rows = batch.mean().rows();
        int outputs = batch.mean().columns();
        return new BackwardMessage(
                Rows.matrix(maximum.shift(), rows, outputs, type), Rows.matrix(curvature, rows, outputs, type));
    }

    private INDArray observed(int outputs) {
        double[] observed = new double[labels.length * outputs];
        for (int i = 0; i < observed.length; i++) {
            observed[i] = likelihood.isObserved(importance[i % labels.length], i / labels.length) ? 1 : 0;
        }
        return Rows.matrix(observed, labels.length, outputs);
    }

    private double expect(double[] mean, double[] variance, double[] slope, double[] curvature) {
        double sum = 0;
        int rows = labels.length;
        int outputs = mean.length / rows;
        for (int n = 0; n < rows; n++) {
            double[] ofSlope = new double[outputs];
            double[] ofCurvature = new double[outputs];
            sum += likelihood.expect(
                    labels[n], importance[n], scales, row(mean, n), row(variance, n), ofSlope, ofCurvature);
            for (int c = 0; c < outputs; c++) {
                slope[c * rows + n] = ofSlope[c];
                curvature[c * rows + n] = ofCurvature[c];
            }
        }
        return sum;
    }

    private double[] row(double[] columns, int row) {
        double[] values = new double[columns.length / labels.length];
        for (int c = 0; c < values.length; c++) {
            values[c] = columns[c * labels.length + row];
        }
        return values;
    }

    /**
     * Slope of the expected log density by the logarithm of a scale, and the sum of its squares over rows, which at the maximum is the
     * information in them. One factor of a square is at most 1, so that outliers do not stop the scale.
     */
    Statistic scaleStatistic(int which, JointMaximum.Maximum maximum) {
        int length = scales[which].length;
        double[] slopes = new double[length];
        double[] information = new double[length];
        for (int n = 0; n < labels.length; n++) {
            double[] ofRow = new double[length];
            likelihood.scaleSlopes(
                    which,
                    labels[n],
                    importance[n],
                    scales,
                    row(maximum.potentials(), n),
                    row(maximum.variance(), n),
                    ofRow);
            for (int c = 0; c < length; c++) {
                slopes[c] += ofRow[c];
                information[c] += Math.abs(ofRow[c]) * Math.min(1, Math.abs(ofRow[c]));
            }
        }
        return Statistic.of(slopes, information);
    }
}
