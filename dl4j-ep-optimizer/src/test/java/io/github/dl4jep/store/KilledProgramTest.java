package io.github.dl4jep.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** Programs that use the library and are killed at random moments while they train with checkpoints, or save over a file. */
class KilledProgramTest {

    @TempDir
    private Path folder;

    private final Random random = new Random(1);

    /** What is killed. */
    public static final class Program {
        private static final DataSet DATA = ToyData.threeClasses(100, 1);

        private Program() {}

        public static void main(String[] arguments) throws IOException {
            Path folder = Path.of(arguments[1]);
            if (arguments[0].equals("train")) {
                train(folder, Integer.parseInt(arguments[2]));
            } else {
                saveForEver(folder.resolve("saved.zip").toFile());
            }
        }

        static EpMultiLayerNetwork fresh() {
            return EpNetworks.from(ToyNetworks.classifier());
        }

        private static void train(Path folder, int passes) throws IOException {
            EpCheckpoints checkpoints =
                    EpCheckpoints.in(checkpoints(folder)).every(3).keepLast(2);
            checkpoints.deleteUnfinished();
            EpMultiLayerNetwork network = checkpoints.resume(fresh());
            checkpoints.fit(network, Program::shuffled, passes, trained -> true);
            network.save(folder.resolve("trained.zip").toFile());
        }

        private static DataSetIterator shuffled(int pass) {
            DataSet copy = DATA.copy();
            copy.shuffle(pass);
            return ToyData.batches(copy, 20);
        }

        static File checkpoints(Path folder) {
            return folder.resolve("checkpoints").toFile();
        }

        private static void saveForEver(File file) throws IOException {
            EpMultiLayerNetwork network = fresh();
            EpMultiLayerNetwork trained = trained();
            while (true) {
                network.save(file);
                trained.save(file);
            }
        }

        static EpMultiLayerNetwork trained() {
            EpMultiLayerNetwork network = fresh();
            network.fit(shuffled(0));
            return network;
        }
    }

    private Process start(String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(
                                Stream.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx512m",
                                        "-XX:TieredStopAtLevel=1",
                                        "-XX:+UseSerialGC",
                                        "-cp",
                                        System.getProperty("java.class.path"),
                                        Program.class.getName()),
                                Stream.of(arguments))
                        .toList())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log.txt").toFile());
        builder.environment().put("OMP_NUM_THREADS", "1");
        return builder.start();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log.txt"));
    }

    private List<File> checkpoints() {
        return EpCheckpoints.in(Program.checkpoints(folder)).newestFirst();
    }

    /** Trains in programs that are killed after they wrote a checkpoint, and a last one that is not. */
    private void killTraining(int kills, int passes) throws IOException, InterruptedException {
        for (int i = 0; i < kills; i++) {
            List<File> before = checkpoints();
            Process process = start("train", folder.toString(), String.valueOf(passes));
            while (process.isAlive()
                    && (checkpoints().isEmpty() || checkpoints().equals(before))) {
                process.waitFor(5, TimeUnit.MILLISECONDS);
            }
            process.waitFor(random.nextInt(200), TimeUnit.MILLISECONDS);
            assertThat(process.isAlive())
                    .as("ended before kill %d: %s", i, log())
                    .isTrue();
            process.destroyForcibly();
            process.waitFor();
            for (File checkpoint : checkpoints()) {
                EpNetworks.load(checkpoint);
            }
        }

        assertThat(start("train", folder.toString(), String.valueOf(passes)).waitFor())
                .as(log())
                .isZero();

        assertThat(EpNetworks.load(folder.resolve("trained.zip").toFile()).params())
                .isEqualTo(uninterrupted(passes));
        assertThat(Program.checkpoints(folder).list()).hasSize(2);
    }

    private static INDArray uninterrupted(int passes) {
        EpMultiLayerNetwork network = Program.fresh();
        for (int pass = 0; pass < passes; pass++) {
            network.fit(Program.shuffled(pass));
        }
        return network.params();
    }

    private void killSaving(int kills) throws IOException, InterruptedException {
        INDArray fresh = Program.fresh().params();
        INDArray trained = Program.trained().params();
        File file = folder.resolve("saved.zip").toFile();
        int replaced = 0;
        for (int i = 0; i < kills; i++) {
            long before = file.lastModified();
            Process process = start("save", folder.toString());
            while (process.isAlive() && file.lastModified() == before) {
                process.waitFor(5, TimeUnit.MILLISECONDS);
            }
            process.waitFor(random.nextInt(100), TimeUnit.MILLISECONDS);
            assertThat(process.isAlive())
                    .as("ended before kill %d: %s", i, log())
                    .isTrue();
            process.destroyForcibly();
            process.waitFor();

            INDArray saved = EpNetworks.load(file).params();
            assertThat(saved.equals(fresh) || saved.equals(trained))
                    .as("kill %d", i)
                    .isTrue();
            replaced += saved.equals(trained) ? 1 : 0;
        }
        assertThat(replaced).isBetween(kills / 10, kills - kills / 10);
    }

    @Test
    void aKilledTrainingGoesOnWithTheSameBits() throws IOException, InterruptedException {
        killTraining(1, 15);
    }

    @Test
    @Tag("long-running-test")
    void aTrainingThatIsKilledTwentyTimesGoesOnWithTheSameBits() throws IOException, InterruptedException {
        killTraining(20, 2000);
    }

    @Test
    void aKilledSaveLeavesTheOldFileOrTheNewOne() throws IOException, InterruptedException {
        killSaving(1);
    }

    @Test
    @Tag("long-running-test")
    void twentyKilledSavesLeaveTheOldFileOrTheNewOne() throws IOException, InterruptedException {
        killSaving(20);
    }
}
