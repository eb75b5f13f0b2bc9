package io.github.dl4jep.cli.metric;

import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.trainer.Predictive;
import io.github.dl4jep.cli.trainer.TrainingSession;
import org.jspecify.annotations.Nullable;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Scores a network in training on the test rows. */
public final class Scoring {
    private Scoring() {}

    /**
     * Predicts the test rows and computes all figures that apply.
     *
     * @param session the network
     * @param split the test rows
     * @return the figures, and what the plots show
     */
    public static Scores of(TrainingSession session, Split split) {
        INDArray features = split.test().getFeatures();
        INDArray labels = split.test().getLabels();
        Predictive predictive = session.predict(features);
        if (predictive instanceof Predictive.Classes classes) {
            return classification(classes.probabilities(), labels, session, features);
        }
        return regression((Predictive.Gaussian) predictive, labels, split);
    }

    private static Scores classification(
            INDArray probabilities, INDArray labels, TrainingSession session, INDArray features) {
        if (!isFinite(probabilities)) {
            return Scores.NONE;
        }
        Diagnostics.Classes diagnostics = Diagnostics.Classes.of(probabilities, labels);
        Figures figures = new Figures(
                error(probabilities, labels),
                NegativeLogLikelihood.of(probabilities, labels),
                CalibrationError.of(diagnostics.reliability()),
                error(session.pointScores(features).orElse(null), labels),
                error(session.sampledScores(features).orElse(null), labels),
                null,
                null);
        return new Scores(figures, diagnostics);
    }

    private static Scores regression(Predictive.Gaussian predictive, INDArray labels, Split split) {
        if (!isFinite(predictive.mean()) || !isFinite(predictive.variance())) {
            return Scores.NONE;
        }
        RegressionEvaluation evaluation = new RegressionEvaluation(1);
        evaluation.eval(labels, predictive.mean());
        double rmse = evaluation.rootMeanSquaredError(0) * split.targetDeviation();
        double logLikelihood =
                GaussianLogLikelihood.of(predictive.mean(), predictive.variance(), labels, split.targetDeviation());
        return new Scores(
                new Figures(null, null, null, null, null, rmse, logLikelihood),
                Diagnostics.Numbers.of(
                        predictive.mean(),
                        predictive.variance(),
                        labels,
                        new Diagnostics.TargetUnits(split.targetMean(), split.targetDeviation())));
    }

    private static @Nullable Double error(@Nullable INDArray scores, INDArray labels) {
        if (scores == null || !isFinite(scores)) {
            return null;
        }
        Evaluation evaluation = new Evaluation((int) labels.size(1));
        evaluation.eval(labels, scores);
        int wrong =
                evaluation.falseNegatives().values().stream().mapToInt(n -> n).sum();
        return (double) wrong / labels.size(0);
    }

    // The sum of finite floats in double precision cannot overflow, and NaN and infinity survive in it.
    private static boolean isFinite(INDArray values) {
        return Double.isFinite(values.castTo(DataType.DOUBLE).sumNumber().doubleValue());
    }
}
