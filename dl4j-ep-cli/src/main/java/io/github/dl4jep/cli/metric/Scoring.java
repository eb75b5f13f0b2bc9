package io.github.dl4jep.cli.metric;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.SequenceSteps;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.trainer.Predictive;
import io.github.dl4jep.cli.trainer.TrainingSession;
import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.jspecify.annotations.Nullable;
import org.nd4j.evaluation.regression.RegressionEvaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Scores a network in training on the test rows. */
public final class Scoring {
    /** Rows predicted at once, of sequences fewer. */
    private static final int BLOCK = 1_000;

    /** Rows that drawn networks predict at most: so many draws of 10,000 images take longer than a pass of training. */
    private static final int DRAWN_ROWS = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(Scoring.class);

    private Scoring() {}

    /**
     * Counts the steps of a scoring.
     *
     * @param split the test rows
     * @return how often {@link #of} says that it has come further
     */
    public static int steps(Split split) {
        int block = block(split.testRows());
        return split.task() == Task.REGRESSION ? 1 : (split.testRows().count() + block - 1) / block;
    }

    private static int block(Rows test) {
        return test.sequence() == null
                ? BLOCK
                : SequenceSteps.atOnce(test.sequence().longest(), BLOCK);
    }

    /**
     * Predicts the test rows and computes all figures that apply.
     *
     * @param session the network
     * @param split the test rows
     * @param draws whether networks are drawn, too, if the network has such: {@link Figures#sampledTestError}
     * @param onStep is run after each block of rows
     * @return the figures, and what the plots show; of test rows too far out for a prediction as of outputs that are not finite
     */
    public static Scores of(TrainingSession session, Split split, boolean draws, Runnable onStep) {
        try {
            return scores(session, split, draws, onStep);
        } catch (DL4JInvalidInputException e) {
            LOG.warn("There are no test figures: {}", e.getMessage());
            return Scores.NONE;
        }
    }

    private static Scores scores(TrainingSession session, Split split, boolean draws, Runnable onStep) {
        if (split.task() == Task.CLASSIFICATION) {
            return classification(session, split.testRows(), draws, onStep);
        }
        DataSet test = split.test();
        // At once: the variance of some trainers is that of all training rows, at every prediction.
        Scores scores = regression((Predictive.Gaussian) session.predict(test), test, split);
        onStep.run();
        return scores;
    }

    /** Block by block, as images are bytes until then, and the potentials of all draws would be large. */
    private static Scores classification(TrainingSession session, Rows test, boolean draws, Runnable onStep) {
        List<INDArray> probabilities = new ArrayList<>();
        List<INDArray> labels = new ArrayList<>();
        WrongRows point = new WrongRows();
        WrongRows sampled = new WrongRows();
        int size = block(test);
        for (int from = 0; from < test.count(); from += size) {
            DataSet rows = test.range(from, Math.min(from + size, test.count()));
            INDArray block = ((Predictive.Classes) session.predict(rows)).probabilities();
            if (!isFinite(block)) {
                return Scores.NONE;
            }
            probabilities.add(block);
            labels.add(labels(rows));
            point.add(session.pointScores(rows).orElse(null), labels(rows));
            if (draws) {
                int drawn = drawnRows(rows.numExamples(), test.count());
                DataSet part = drawn == rows.numExamples() ? rows : test.range(from, from + drawn);
                sampled.add(session.sampledScores(part).orElse(null), labels(part));
            }
            onStep.run();
        }
        return classification(Nd4j.vstack(probabilities), Nd4j.vstack(labels), point, sampled);
    }

    /** One row for each label. */
    private static INDArray labels(DataSet rows) {
        return SequenceSteps.rows(rows.getLabels(), rows.getLabelsMaskArray());
    }

    /** The share of a block that drawn networks predict: its first rows, so that all parts of sorted rows are there. */
    private static int drawnRows(int block, int all) {
        return all <= DRAWN_ROWS ? block : Math.toIntExact(((long) block * DRAWN_ROWS + all - 1) / all);
    }

    private static Scores classification(INDArray probabilities, INDArray labels, WrongRows point, WrongRows sampled) {
        Diagnostics.Classes diagnostics = Diagnostics.Classes.of(probabilities, labels);
        WrongRows wrong = new WrongRows();
        wrong.add(probabilities, labels);
        Figures figures = new Figures(
                wrong.share(),
                NegativeLogLikelihood.of(probabilities, labels),
                CalibrationError.of(diagnostics.reliability()),
                point.share(),
                sampled.share(),
                null,
                null);
        return new Scores(figures, diagnostics);
    }

    private static Scores regression(Predictive.Gaussian predictive, DataSet test, Split split) {
        INDArray labels = labels(test);
        if (!isFinite(predictive.mean()) || !isFinite(predictive.variance())) {
            return Scores.NONE;
        }
        RegressionEvaluation evaluation = new RegressionEvaluation(1);
        evaluation.eval(labels, predictive.mean());
        double rmse = evaluation.rootMeanSquaredError(0) * split.targetDeviation();
        double logLikelihood =
                GaussianLogLikelihood.of(predictive.mean(), predictive.variance(), labels, split.targetDeviation());
        Diagnostics.TargetUnits units = new Diagnostics.TargetUnits(split.targetMean(), split.targetDeviation());
        return new Scores(
                new Figures(null, null, null, null, null, rmse, logLikelihood),
                Diagnostics.Numbers.of(
                        predictive.mean(), predictive.variance(), labels, units, SequenceSteps.labels(test)));
    }

    /** Counts the rows whose largest score is another class's. */
    private static final class WrongRows {
        private long rows;
        private long wrong;
        private boolean known = true;

        void add(@Nullable INDArray scores, INDArray labels) {
            if (scores == null || !isFinite(scores)) {
                known = false;
                return;
            }
            rows += labels.size(0);
            wrong += scores.argMax(1)
                    .neq(labels.argMax(1))
                    .castTo(DataType.INT64)
                    .sumNumber()
                    .longValue();
        }

        /** Null if some scores were not finite, or not there. */
        @Nullable
        Double share() {
            return known && rows > 0 ? (double) wrong / rows : null;
        }
    }

    // The sum of finite floats in double precision cannot overflow, and NaN and infinity survive in it.
    private static boolean isFinite(INDArray values) {
        return Double.isFinite(values.castTo(DataType.DOUBLE).sumNumber().doubleValue());
    }
}
