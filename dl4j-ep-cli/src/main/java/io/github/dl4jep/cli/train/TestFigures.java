package io.github.dl4jep.cli.train;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Rows;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.metric.Figures;
import io.github.dl4jep.cli.metric.Scoring;
import io.github.dl4jep.cli.trainer.Predictive;
import io.github.dl4jep.cli.trainer.TrainingSession;
import io.github.dl4jep.network.EpNetwork;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** What a trained network is worth on the rows held out, in one line. */
public final class TestFigures {
    private TestFigures() {}

    /**
     * Writes the line.
     *
     * @param network the network
     * @param data its rows, arranged as it takes them
     * @return the line
     */
    public static String line(EpNetwork network, TrainingData data) {
        Rows test = data.test();
        if (test == null) {
            return "No " + data.train().name() + " were held out, so there is no test error.";
        }
        Task task = data.format().task();
        Figures figures = Scoring.of(new Predicting(network), data.split(0), false, () -> {})
                .figures();
        return "On " + test.count() + " test " + test.name() + ": " + text(figures, task) + ".";
    }

    private static String text(Figures figures, Task task) {
        if (figures.diverged()) {
            return "the outputs are not finite";
        }
        return task == Task.CLASSIFICATION
                ? String.format(
                        Locale.ROOT,
                        "test error %.2f %%, negative log likelihood %.4f, calibration error %.4f",
                        100 * Objects.requireNonNull(figures.testError()),
                        figures.nll(),
                        figures.ece())
                : String.format(Locale.ROOT, "RMSE %.4g, log likelihood %.4f", figures.rmse(), figures.logLikelihood());
    }

    /** A network that only predicts. */
    private record Predicting(EpNetwork network) implements TrainingSession {
        @Override
        public Map<String, Object> options() {
            return Map.of();
        }

        @Override
        public void trainPass(DataSetIterator batches) {
            network.fit(batches);
        }

        @Override
        public Predictive predict(DataSet rows) {
            return Predictive.of(Predictive.by(network, rows));
        }
    }
}
