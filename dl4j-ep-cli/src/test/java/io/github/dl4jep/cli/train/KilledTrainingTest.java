package io.github.dl4jep.cli.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jep.cli.Main;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.store.EpCheckpoints;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Trainings in a program of their own that is killed, or asked to end, at random moments. */
class KilledTrainingTest {
    private static final int INTERRUPTED = 130;

    @TempDir
    private Path folder;

    private final Random random = new Random(1);

    private String[] train(String model, int passes) {
        return new String[] {
            "train",
            "--net",
            "mlp:50,50",
            "--passes",
            String.valueOf(passes),
            "--checkpoint-every",
            "3",
            "--model",
            folder.resolve(model).toString()
        };
    }

    /** Of killed.zip. */
    private Process start(int passes, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.awt.headless=true",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName()));
        command.addAll(List.of(train("killed.zip", passes)));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("killed.log").toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("killed.log"));
    }

    private INDArray uninterrupted(int passes) {
        assertThat(Main.commandLine().execute(train("whole.zip", passes))).isZero();
        return params("whole.zip");
    }

    private INDArray params(String model) {
        return SavedModel.read(folder.resolve(model)).network().params();
    }

    /** Waits until there is a checkpoint that was not there before, then a random moment more. */
    private void waitForWork(Process process, List<Path> before) throws InterruptedException {
        while (process.isAlive() && (checkpoints().isEmpty() || checkpoints().equals(before))) {
            process.waitFor(5, TimeUnit.MILLISECONDS);
        }
        process.waitFor(random.nextInt(300), TimeUnit.MILLISECONDS);
    }

    private Path checkpointFolder() {
        return TrainingPlan.checkpointFolder(folder.resolve("killed.zip"));
    }

    private List<Path> checkpoints() {
        return EpCheckpoints.in(checkpointFolder().toFile()).newestFirst().stream()
                .map(File::toPath)
                .toList();
    }

    /** Returns how many kills found the program at work. */
    private int kill(int times, int passes) throws IOException, InterruptedException {
        int kills = 0;
        while (kills < times) {
            List<Path> before = checkpoints();
            Process process = start(passes, "--resume");
            waitForWork(process, before);
            boolean atWork = process.isAlive();
            process.destroyForcibly();
            int code = process.waitFor();
            if (!atWork) {
                assertThat(code).as(log()).isZero();
                return kills;
            }
            kills++;
            checkpoints().forEach(SavedModel::read);
        }
        return kills;
    }

    private void killAndCompare(int times, int passes) throws IOException, InterruptedException {
        INDArray expected = uninterrupted(passes);

        int kills = kill(times, passes);

        Process last = start(passes, "--resume");
        assertThat(last.waitFor()).as(log()).isZero();
        assertThat(kills).isEqualTo(times);
        assertThat(params("killed.zip")).isEqualTo(expected);
        assertThat(checkpointFolder()).doesNotExist();
    }

    @Test
    void aKilledTrainingGoesOnWithTheSameBits() throws IOException, InterruptedException {
        killAndCompare(1, 12);
    }

    @Test
    @Tag("long-running-test")
    void aTrainingThatIsKilledTwentyTimesGoesOnWithTheSameBits() throws IOException, InterruptedException {
        killAndCompare(20, 1000);
    }

    @Test
    void aSignalLeavesACheckpointAndTheExitCode130() throws IOException, InterruptedException {
        Process process = start(100_000);
        assumeTrue(process.supportsNormalTermination(), "There are no signals on this system.");
        waitForWork(process, List.of());
        process.destroy();

        assertThat(process.waitFor()).as(log()).isEqualTo(INTERRUPTED);

        assertThat(log()).contains("Interrupted after batch ").contains("--resume goes on from there.");
        Path newest = checkpoints().get(0);
        assertThat(log()).contains(newest.toString());
        assertThat(SavedModel.read(newest).card().position().batches()).isPositive();
    }
}
