package io.github.dl4jep.density;

import io.github.dl4jep.likelihood.Prediction;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What is predicted for one row: one number for each label column, or for each class. */
public final class RowPrediction {

    private final double[] mean;
    private final double[] epistemic;
    private final double[] aleatoric;
    private final double @Nullable [] probabilities;
    private final double entropy;

    /**
     * A prediction.
     *
     * @param mean predictive mean of each label
     * @param epistemic variance from the weights
     * @param aleatoric variance of the noise
     * @param probabilities of each class, or null for numbers
     * @param entropy of the predictive distribution, in nats
     */
    public RowPrediction(
            double[] mean, double[] epistemic, double[] aleatoric, double @Nullable [] probabilities, double entropy) {
        this.mean = mean.clone();
        this.epistemic = epistemic.clone();
        this.aleatoric = aleatoric.clone();
        this.probabilities = probabilities == null ? null : probabilities.clone();
        this.entropy = entropy;
    }

    /** In other units: label = factor * standardised label + offset. */
    RowPrediction scaled(double[] factor, double[] offset) {
        double[] scaledMean = mean.clone();
        double[] scaledEpistemic = epistemic.clone();
        double[] scaledAleatoric = aleatoric.clone();
        double shifted = entropy;
        for (int c = 0; c < mean.length; c++) {
            double by = factor[c % factor.length];
            scaledMean[c] = mean[c] * by + offset[c % offset.length];
            scaledEpistemic[c] *= by * by;
            scaledAleatoric[c] *= by * by;
        }
        for (double by : factor) {
            shifted += Math.log(by);
        }
        return new RowPrediction(scaledMean, scaledEpistemic, scaledAleatoric, probabilities, shifted);
    }

    /** The predictions of all rows, in double precision. */
    static Prediction all(List<RowPrediction> rows) {
        return new Prediction(
                matrix(rows, row -> row.mean),
                matrix(rows, row -> row.epistemic),
                matrix(rows, row -> row.aleatoric),
                rows.get(0).probabilities == null ? null : matrix(rows, RowPrediction::probabilities),
                matrix(rows, row -> new double[] {row.entropy}));
    }

    private double[] probabilities() {
        return probabilities == null ? new double[0] : probabilities;
    }

    private static INDArray matrix(List<RowPrediction> rows, Function<RowPrediction, double[]> field) {
        return Nd4j.createFromArray(rows.stream().map(field).toArray(double[][]::new));
    }
}
