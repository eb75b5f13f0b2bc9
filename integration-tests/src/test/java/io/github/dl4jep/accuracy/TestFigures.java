package io.github.dl4jep.accuracy;

import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Figures of a network on the test rows of a split, computed here from predictions alone. */
final class TestFigures {

    private static final int BINS = 15;

    private TestFigures() {}

    /** Share of wrong classes, mean negative log probability of the right one (nats), expected calibration error. */
    record Classes(double error, double nll, double calibrationError) {}

    /** Root mean squared error and mean log density (nats), both in the original units of the target. */
    record Numbers(double rmse, double logLikelihood) {}

    static Classes ofClasses(EpMultiLayerNetwork network, Split split) {
        double[][] p = network.predictor()
                .predict(split.test().getFeatures())
                .probabilities()
                .toDoubleMatrix();
        int[] label = split.test().getLabels().argMax(1).toIntVector();
        double wrong = 0;
        double nll = 0;
        double[] surplus = new double[BINS];
        for (int n = 0; n < p.length; n++) {
            int best = 0;
            for (int c = 1; c < p[n].length; c++) {
                best = p[n][c] > p[n][best] ? c : best;
            }
            double correct = best == label[n] ? 1 : 0;
            wrong += 1 - correct;
            nll -= Math.log(p[n][label[n]]);
            surplus[Math.min((int) (p[n][best] * BINS), BINS - 1)] += correct - p[n][best];
        }
        double calibrationError = 0;
        for (double s : surplus) {
            calibrationError += Math.abs(s);
        }
        return new Classes(wrong / p.length, nll / p.length, calibrationError / p.length);
    }

    static Numbers ofNumbers(EpMultiLayerNetwork network, Split split) {
        Prediction prediction = network.predictor().predict(split.test().getFeatures());
        INDArray labels = split.test().getLabels();
        INDArray variance = prediction.variance();
        long rows = labels.size(0);
        double squares = 0;
        double logs = 0;
        for (long n = 0; n < rows; n++) {
            double residual = labels.getDouble(n, 0) - prediction.mean().getDouble(n, 0);
            double v = variance.getDouble(n, 0);
            squares += residual * residual;
            logs -= 0.5 * (Math.log(2 * Math.PI * v) + residual * residual / v);
        }
        double scale = split.targetDeviation();
        return new Numbers(Math.sqrt(squares / rows) * scale, logs / rows - Math.log(scale));
    }

    /** Error of a prediction that knows only the mean of the training targets, which are standardised. */
    static double rmseOfTrainingMean(Split split) {
        return split.test().getLabels().norm2Number().doubleValue()
                / Math.sqrt(split.test().numExamples())
                * split.targetDeviation();
    }
}
