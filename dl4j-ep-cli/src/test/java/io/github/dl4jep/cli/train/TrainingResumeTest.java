package io.github.dl4jep.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.model.Position;
import io.github.dl4jep.cli.model.SavedModel;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trainings that stop after any batch and go on. */
class TrainingResumeTest {
    @TempDir
    private Path folder;

    private final TrainingData rows = DataSources.open(new DataRequest("iris", folderOfNothing(), null, null, 0.2, 1))
            .trainingData(0);
    private final List<String> notes = new ArrayList<>();

    private static Path folderOfNothing() {
        return Path.of("data");
    }

    private TrainingPlan plan(String name, int passes, int every) {
        return new TrainingPlan(
                "mlp:6", NetworkVariant.NONE, passes, 16, 1, every, 2, folder.resolve(name), Map.of("--seed", "1"));
    }

    /** Interrupts when a number of batches is done in this run. */
    private final class StopAfter implements TrainingListener {
        private final Interruption interruption = Interruption.manual();
        private int left;

        StopAfter(int batches) {
            left = batches;
        }

        @Override
        public void note(String line) {
            notes.add(line);
        }

        @Override
        public void passStarted(int pass, int from, int batches) {}

        @Override
        public void batchDone() {
            if (--left == 0) {
                interruption.request();
            }
        }

        @Override
        public void passFinished(Position position, double seconds, double score) {}
    }

    private boolean run(TrainingPlan plan, boolean resume, int batches) {
        StopAfter listener = new StopAfter(batches);
        Training training = new Training(plan, resume, false);
        training.checkPlace();
        return training.prepare(rows, listener, listener.interruption).run();
    }

    private INDArray uninterrupted(int passes) {
        TrainingPlan plan = plan("whole.zip", passes, 1000);
        assertThat(run(plan, false, Integer.MAX_VALUE)).isTrue();
        return SavedModel.read(plan.model()).network().params();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8})
    void anInterruptedTrainingGoesOnWithTheSameBits(int stride) {
        INDArray expected = uninterrupted(3);
        TrainingPlan plan = plan("often.zip", 3, 3);
        boolean done = run(plan, false, stride);
        int runs = 1;
        while (!done) {
            assertThat(plan.model()).doesNotExist();
            done = run(plan, true, stride);
            runs++;
        }

        // 21 batches; the last run may end with the training.
        assertThat(runs).isBetween(21 / stride, 21 / stride + 1);
        SavedModel model = SavedModel.read(plan.model());
        assertThat(model.network().params()).isEqualTo(expected);
        assertThat(model.card().position()).isEqualTo(new Position(3, 0, 21));
        assertThat(TrainingPlan.checkpointFolder(plan.model())).doesNotExist();
    }

    @Test
    void aFinishedModelGetsMorePasses() {
        INDArray expected = uninterrupted(4);
        run(plan("more.zip", 1, 1000), false, Integer.MAX_VALUE);
        TrainingPlan plan = plan("more.zip", 4, 1000);

        assertThat(run(plan, true, Integer.MAX_VALUE)).isTrue();

        assertThat(SavedModel.read(plan.model()).network().params()).isEqualTo(expected);
    }

    @Test
    void anUnreadableCheckpointIsPassedOver() throws IOException {
        INDArray expected = uninterrupted(2);
        TrainingPlan plan = plan("damaged.zip", 2, 2);
        run(plan, false, 9);
        List<Path> files =
                plan.checkpoints().newestFirst().stream().map(File::toPath).toList();
        assertThat(files).hasSize(2);
        byte[] newest = Files.readAllBytes(files.get(0));
        newest[newest.length / 2] ^= 1;
        Files.write(files.get(0), newest);

        assertThat(run(plan, true, Integer.MAX_VALUE)).isTrue();

        assertThat(notes).anyMatch(note -> note.startsWith("An unreadable checkpoint is passed over: "));
        assertThat(SavedModel.read(plan.model()).network().params()).isEqualTo(expected);
    }

    @Test
    void whatIsThereIsNotLost() {
        TrainingPlan plan = plan("kept.zip", 1, 2);
        run(plan, false, 3);

        assertThatThrownBy(() -> run(plan, false, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("There are checkpoints of an earlier training");
        run(plan, true, Integer.MAX_VALUE);
        assertThatThrownBy(() -> run(plan, false, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("exists already");
    }

    @Test
    void checkpointsThatCannotBeDeletedAreOneSentence() throws IOException {
        TrainingPlan plan = plan("stuck.zip", 1, 2);
        Path stuck = TrainingPlan.checkpointFolder(plan.model()).resolve("batch-000000001.zip");
        Files.createDirectories(stuck.resolve("inside"));
        StopAfter listener = new StopAfter(1);
        Training training = new Training(plan, false, true);

        assertThatThrownBy(() -> training.prepare(rows, listener, listener.interruption))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("files in " + stuck.getParent() + " cannot be deleted: ")
                .hasMessageEndingWith(".");
    }

    @Test
    void anotherPlanIsNotACutOffOne() {
        TrainingPlan plan = plan("other.zip", 2, 2);
        run(plan, false, 9);
        TrainingPlan other =
                new TrainingPlan("mlp:6", NetworkVariant.NONE, 2, 16, 2, 2, 2, plan.model(), Map.of("--seed", "2"));

        assertThatThrownBy(() -> run(other, true, 1))
                .isInstanceOf(UserException.class)
                .hasMessage("Cannot resume: --seed is 2, but was 1 when the checkpoint was written.");
        assertThatThrownBy(() -> run(plan("other.zip", 1, 2), true, 1))
                .isInstanceOf(UserException.class)
                .hasMessage("Cannot resume: --passes is 1, but 1 passes are done already.");
        TrainingData others = DataSources.open(new DataRequest("iris", folder, null, null, 0.2, 7))
                .trainingData(0);
        StopAfter listener = new StopAfter(1);
        assertThatThrownBy(() -> new Training(plan, true, false).prepare(others, listener, listener.interruption))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("the training rows are not those");
    }
}
