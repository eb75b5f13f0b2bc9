package io.github.dl4jep.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.metric.Figures;
import io.github.dl4jep.cli.trainer.LearningRates;
import io.github.dl4jep.cli.trainer.Predictive;
import io.github.dl4jep.cli.trainer.Trainer;
import io.github.dl4jep.cli.trainer.Trainers;
import io.github.dl4jep.cli.trainer.TrainingJob;
import io.github.dl4jep.cli.trainer.TrainingSession;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

class ComparisonTest {
    private final List<String> events = new ArrayList<>();

    @Test
    void everyTrainerSeesTheSameBatchesInTheSameOrder() {
        Recorder first = new Recorder("first");
        Recorder second = new Recorder("second");

        compare(List.of(first, second), 2);

        assertThat(first.batches).isEqualTo(second.batches);
        // The warm-up's one batch, then two passes of 100 rows in batches of 33 with a short last one.
        assertThat(first.batches.stream().map(DataSet::numExamples)).containsExactly(33, 33, 33, 33, 1, 33, 33, 33, 1);
        assertThat(first.batches.get(1)).isNotEqualTo(first.batches.get(5));
    }

    @Test
    void everyPassUsesEveryRowOnce() {
        Recorder recorder = new Recorder("recorder");

        compare(List.of(recorder), 1);

        DataSet all = DataSet.merge(recorder.batches.subList(1, 5));
        assertThat(rows(all))
                .containsExactlyInAnyOrderElementsOf(rows(data().split(0).train()));
    }

    @Test
    void adamAndSgdLearnFromTheSameStart() {
        ComparisonResult result = compare(List.of(Trainers.named("adam"), Trainers.named("sgd")), 3);

        assertThat(result.parameters()).isEqualTo(4 * 5 + 5 + 5 * 3 + 3);
        assertThat(result.runs()).extracting(Run::trainer).containsExactly("adam", "sgd");
        assertThat(result.runs()).allSatisfy(run -> {
            assertThat(run.passes()).extracting(PassResult::pass).containsExactly(1, 2, 3);
            assertThat(run.passes())
                    .allSatisfy(pass -> assertThat(pass.trainSeconds()).isPositive());
            assertThat(run.passes().get(2).figures().nll())
                    .isLessThan(run.passes().get(0).figures().nll());
        });
        assertThat(events)
                .containsSubsequence(
                        "adam 1 of 4",
                        "batch",
                        "batch",
                        "batch",
                        "batch",
                        "scoring in 1",
                        "scored",
                        "adam 1 done",
                        "sgd 1 of 4");
    }

    @Test
    void sameSeedGivesTheSameFigures() {
        List<Trainer> trainers = List.of(Trainers.named("ep"), Trainers.named("adam"));

        assertThat(compare(trainers, 2).runs())
                .extracting(Run::finalFigures)
                .isEqualTo(compare(trainers, 2).runs().stream()
                        .map(Run::finalFigures)
                        .toList());
    }

    @Test
    void trainerThatCannotTrainTheDefinitionSaysSoBeforeAnyTraining() {
        Recorder recorder = new Recorder("recorder");
        Trainer broken = new Trainer() {
            @Override
            public String name() {
                return "broken";
            }

            @Override
            public TrainingSession start(TrainingJob job) {
                throw new UserException("broken cannot train this.");
            }
        };

        assertThatThrownBy(() -> compare(List.of(recorder, broken), 2)).hasMessage("broken cannot train this.");
        assertThat(events).isEmpty();
    }

    @Test
    void everySeedHasItsOwnSplitAndAllFiguresAreAveraged() {
        Recorder recorder = new Recorder("recorder");
        ComparisonResult result = compare(List.of(recorder, Trainers.named("sgd")), 1, 3, TrainingSample.ALL);

        assertThat(result.runs()).extracting(Run::seed).containsExactly(7L, 7L, 8L, 8L, 9L, 9L);
        assertThat(result.repeats()).isEqualTo("3 seeds");
        assertThat(rows(DataSet.merge(recorder.batches.subList(1, 5))))
                .containsExactlyInAnyOrderElementsOf(rows(data().split(0).train()));
        assertThat(rows(DataSet.merge(recorder.batches.subList(5, 9))))
                .containsExactlyInAnyOrderElementsOf(
                        rows(data().withSeed(8).split(0).train()));
        List<Double> errors = result.byTrainer().get("sgd").stream()
                .map(run -> run.finalFigures().testError())
                .toList();
        double mean = (errors.get(0) + errors.get(1) + errors.get(2)) / 3;
        double variance =
                errors.stream().mapToDouble(e -> (e - mean) * (e - mean)).sum() / 2;
        Estimate estimate = result.summary().get("sgd").get("testError");
        assertThat(estimate.mean()).isCloseTo(mean, within(1e-12));
        assertThat(estimate.standardError()).isCloseTo(Math.sqrt(variance / 3), within(1e-12));
    }

    @Test
    void everyTrainerLearnsFromTheSamePartAndTheSameWrongLabels() {
        Recorder first = new Recorder("first");
        Recorder second = new Recorder("second");
        ComparisonResult result = compare(List.of(first, second), 1, 1, new TrainingSample(0.3, 0.5));

        assertThat(first.batches).isEqualTo(second.batches);
        assertThat(result.facts().trainRows()).isEqualTo(30);
        assertThat(result.facts().testRows()).isEqualTo(50);
        assertThat(rows(first.batches.get(1)))
                .containsExactlyInAnyOrderElementsOf(
                        rows(new TrainingSample(0.3, 0.5).of(data().split(0), 7).train()));
    }

    private ComparisonResult compare(List<Trainer> trainers, int passes) {
        return compare(trainers, passes, 1, TrainingSample.ALL);
    }

    private ComparisonResult compare(List<Trainer> trainers, int passes, int seeds, TrainingSample sample) {
        ComparisonPlan plan = new ComparisonPlan(
                "iris",
                "mlp:5",
                trainers,
                List.of(0),
                passes,
                33,
                7,
                seeds,
                sample,
                LearningRates.DEFAULTS,
                NetworkVariant.NONE,
                false);
        return new Comparison(data(), plan, new EventList()).run();
    }

    private static List<String> rows(DataSet rows) {
        float[][] features = rows.getFeatures().toFloatMatrix();
        float[][] labels = rows.getLabels().toFloatMatrix();
        return IntStream.range(0, features.length)
                .mapToObj(row -> Arrays.toString(features[row]) + Arrays.toString(labels[row]))
                .toList();
    }

    private static DataSource data() {
        return DataSources.open(new DataRequest("iris", Path.of("data"), null, null, 0.2, 7));
    }

    private final class EventList implements ComparisonListener {
        @Override
        public void passStarted(RunId run, int pass, int batches) {
            events.add(run.trainer() + " " + pass + " of " + batches);
        }

        @Override
        public void rateTried(RunId run, double rate, Figures figures) {
            events.add(run.trainer() + " tries " + rate);
        }

        @Override
        public void rateChosen(RunId run, double rate) {
            events.add(run.trainer() + " takes " + rate);
        }

        @Override
        public void batchStarted() {
            events.add("batch");
        }

        @Override
        public void scoringStarted(RunId run, int pass, int steps) {
            events.add("scoring in " + steps);
        }

        @Override
        public void scoringStep() {
            events.add("scored");
        }

        @Override
        public void passFinished(RunId run, PassResult result) {
            events.add(run.trainer() + " " + result.pass() + " done");
        }
    }

    /** Keeps the batches it is given. */
    private record Recorder(String name, List<DataSet> batches) implements Trainer, TrainingSession {
        Recorder(String name) {
            this(name, new ArrayList<>());
        }

        @Override
        public TrainingSession start(TrainingJob job) {
            return this;
        }

        @Override
        public Map<String, Object> options() {
            return Map.of();
        }

        @Override
        public void trainPass(DataSetIterator iterator) {
            iterator.forEachRemaining(batch -> batches.add(batch.copy()));
        }

        @Override
        public Predictive predict(DataSet rows) {
            return new Predictive.Classes(Nd4j.valueArrayOf(new long[] {rows.numExamples(), 3}, 1 / 3f));
        }
    }
}
