package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.trainer.Predictive;
import io.github.dl4jep.cli.trainer.TrainingSession;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

class ScoringTest {
    private static final INDArray LABELS = Nd4j.create(new float[][] {{1, 0}, {0, 1}, {0, 1}, {1, 0}});

    @Test
    void classificationHasErrorsOfAllPredictions() {
        INDArray probabilities = Nd4j.create(new float[][] {{.9f, .1f}, {.2f, .8f}, {.7f, .3f}, {.6f, .4f}});
        INDArray potentials = Nd4j.create(new float[][] {{-5, -9}, {7, 3}, {7, 3}, {2, 1}});

        Figures figures = scored(
                        new Fixed(new Predictive.Classes(probabilities), potentials),
                        split(Task.CLASSIFICATION, LABELS, 1))
                .figures();

        assertThat(figures.testError()).isCloseTo(0.25, within(1e-12));
        assertThat(figures.nll())
                .isCloseTo(-(Math.log(.9) + Math.log(.8) + Math.log(.3) + Math.log(.6)) / 4, within(1e-6));
        assertThat(figures.ece()).isBetween(0.0, 1.0);
        assertThat(figures.pointTestError()).isCloseTo(0.5, within(1e-12));
        assertThat(figures.sampledTestError()).isNull();
        assertThat(figures.rmse()).isNull();
        assertThat(figures.diverged()).isFalse();
    }

    @Test
    void regressionIsInOriginalUnits() {
        INDArray targets = Nd4j.create(new float[][] {{0}, {0}});
        INDArray mean = Nd4j.create(new float[][] {{3}, {4}});
        INDArray variance = Nd4j.onesLike(mean);

        Figures figures = scored(
                        new Fixed(new Predictive.Gaussian(mean, variance), null), split(Task.REGRESSION, targets, 2))
                .figures();

        // root of (9 + 16) / 2, times 2; the mean of 9/2 and 16/2 below the density's maximum
        assertThat(figures.rmse()).isCloseTo(2 * Math.sqrt(12.5), within(1e-6));
        assertThat(figures.logLikelihood()).isCloseTo(-0.5 * Math.log(2 * Math.PI) - 6.25 - Math.log(2), within(1e-6));
        assertThat(figures.testError()).isNull();
    }

    @Test
    void outputsThatAreNotFiniteHaveNoFigures() {
        INDArray nan = Nd4j.valueArrayOf(new long[] {4, 2}, Float.NaN);
        INDArray infinite = Nd4j.valueArrayOf(new long[] {4, 1}, Float.POSITIVE_INFINITY);

        assertThat(scored(new Fixed(new Predictive.Classes(nan), null), split(Task.CLASSIFICATION, LABELS, 1))
                        .figures())
                .isEqualTo(Figures.NONE);
        assertThat(scored(
                                new Fixed(new Predictive.Gaussian(infinite, infinite), null),
                                split(Task.REGRESSION, infinite, 1))
                        .figures()
                        .diverged())
                .isTrue();
    }

    @Test
    void rowsTooFarOutForAPredictionHaveNoFigures() {
        TrainingSession far = new Fixed(new Predictive.Classes(LABELS), null) {
            @Override
            public Predictive predict(DataSet rows) {
                throw new DL4JInvalidInputException("Row 0 gives NaN or infinite moments");
            }
        };

        assertThat(scored(far, split(Task.CLASSIFICATION, LABELS, 1)).figures()).isEqualTo(Figures.NONE);
    }

    @Test
    void examplesAreInTheTargetsUnits() {
        INDArray labels = Nd4j.create(new double[][] {{-1}, {0}, {2}});
        INDArray mean = Nd4j.create(new double[][] {{-1.5}, {0.5}, {2}});
        INDArray variance = Nd4j.create(new double[][] {{4}, {0.25}, {1}});
        DataSet rows = new DataSet(Nd4j.zeros(3, 1), labels);

        Scores scores = scored(
                new Fixed(new Predictive.Gaussian(mean, variance), null),
                new Split(0, Task.REGRESSION, rows, rows, 100, 10));

        Diagnostics.Numbers numbers = (Diagnostics.Numbers) scores.diagnostics();
        assertThat(numbers.examples())
                .containsExactly(
                        new Diagnostics.Example(90, 85, 20),
                        new Diagnostics.Example(100, 105, 5),
                        new Diagnostics.Example(120, 120, 10));
        // |y - m| / sd is .25, 1 and 0; the middle one is outside of .674 standard deviations.
        assertThat(numbers.coverage().inside()).containsExactly(2L, 3L, 3L);
    }

    @Test
    void noMoreExamplesAreKeptThanFitIntoAPlot() {
        INDArray labels = Nd4j.linspace(0, 1, 5000).reshape(5000, 1);
        DataSet rows = new DataSet(Nd4j.zeros(5000, 1), labels);
        Predictive.Gaussian exact = new Predictive.Gaussian(labels, Nd4j.ones(5000, 1));

        Diagnostics.Numbers numbers =
                (Diagnostics.Numbers) scored(new Fixed(exact, null), new Split(0, Task.REGRESSION, rows, rows, 0, 1))
                        .diagnostics();

        assertThat(numbers.examples()).hasSize(200);
        assertThat(numbers.examples().get(199).truth()).isGreaterThan(0.99);
        assertThat(numbers.plus(numbers).examples()).hasSize(200);
        assertThat(numbers.plus(numbers).coverage().rows()).isEqualTo(10_000);
    }

    private static Scores scored(TrainingSession session, Split split) {
        return Scoring.of(session, split, true, () -> {});
    }

    @Test
    void manyRowsAreScoredBlockByBlock() {
        int count = 2_500;
        DataSet all = new DataSet(Nd4j.linspace(0, count - 1, count).reshape(count, 1), Nd4j.zeros(count, 2));
        IntStream.range(0, count).forEach(row -> all.getLabels().putScalar(row, row % 5 == 0 ? 1 : 0, 1));
        Split split = new Split(0, Task.CLASSIFICATION, all, all, 0, 1);
        List<Long> blocks = new ArrayList<>();
        AtomicInteger steps = new AtomicInteger();
        TrainingSession first = new Fixed(new Predictive.Classes(Nd4j.zeros(1, 2)), null) {
            @Override
            public Predictive predict(DataSet rows) {
                blocks.add((long) rows.numExamples());
                INDArray probabilities = Nd4j.zeros(rows.numExamples(), 2);
                probabilities.getColumn(0).assign(0.75);
                probabilities.getColumn(1).assign(0.25);
                return new Predictive.Classes(probabilities);
            }

            @Override
            public Optional<INDArray> sampledScores(DataSet rows) {
                return Optional.of(((Predictive.Classes) predict(rows)).probabilities());
            }
        };

        Figures drawn = Scoring.of(first, split, true, steps::incrementAndGet).figures();

        assertThat(drawn.testError()).isCloseTo(0.2, within(1e-12));
        assertThat(drawn.sampledTestError()).isCloseTo(0.2, within(1e-12));
        assertThat(drawn.nll()).isCloseTo(-0.8 * Math.log(0.75) - 0.2 * Math.log(0.25), within(1e-5));
        assertThat(blocks).containsExactly(1000L, 800L, 1000L, 800L, 500L, 400L);
        assertThat(steps).hasValue(Scoring.steps(split)).hasValue(3);
        assertThat(Scoring.of(first, split, false, () -> {}).figures().sampledTestError())
                .isNull();
    }

    private static Split split(Task task, INDArray labels, double targetDeviation) {
        DataSet rows = new DataSet(Nd4j.zeros(labels.size(0), 1), labels);
        return new Split(0, task, rows, rows, 0, targetDeviation);
    }

    /** Predicts the same whatever the input. */
    private static class Fixed implements TrainingSession {
        private final Predictive predictive;
        private final INDArray point;

        Fixed(Predictive predictive, INDArray point) {
            this.predictive = predictive;
            this.point = point;
        }

        @Override
        public Map<String, Object> options() {
            return Map.of();
        }

        @Override
        public void trainPass(DataSetIterator batches) {}

        @Override
        public Predictive predict(DataSet rows) {
            return predictive;
        }

        @Override
        public Optional<INDArray> pointScores(DataSet rows) {
            return Optional.ofNullable(point);
        }
    }
}
