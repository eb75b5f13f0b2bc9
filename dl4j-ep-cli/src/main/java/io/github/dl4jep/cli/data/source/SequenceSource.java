package io.github.dl4jep.cli.data.source;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Holdout;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.data.table.CsvSequences;
import io.github.dl4jep.cli.data.table.SequenceTable;
import io.github.dl4jep.cli.failure.UserException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Sequences in CSV files, one each; in the folders {@code train} and {@code test}, or with test sequences that are chosen by the seed. */
final class SequenceSource implements DataSource {
    private static final String NETWORK = "lstm:32";
    private static final int PASSES = 10;
    private static final int BATCH = 16;
    /** With a label at every step, the equations of a batch have as many rows as it has steps, and many small ones teach more. */
    private static final int STEPS_OF_BATCH = 250;

    private final SequenceTable table;
    /** How many sequences of the front train, or -1 to choose. */
    private final int fixedTrain;

    private final int testSequences;
    private final long seed;
    private final List<String> skipped;

    private SequenceSource(SequenceTable table, int fixedTrain, int testSequences, long seed, List<String> skipped) {
        this.table = table;
        this.fixedTrain = fixedTrain;
        this.testSequences = testSequences;
        this.seed = seed;
        this.skipped = skipped;
    }

    /**
     * Reads and checks all sequences.
     *
     * @param folder the folder
     * @param request label, task, test fraction and seed
     * @return the data with its one split
     * @throws UserException if the sequences cannot be read or used
     */
    static DataSource open(Path folder, DataRequest request) {
        Path train = folder.resolve("train");
        Path test = folder.resolve("test");
        if (Files.isDirectory(train) && Files.isDirectory(test)) {
            SequenceFolder training = SequenceFolder.list(train);
            SequenceFolder held = SequenceFolder.list(test);
            training.requireSameLayout(held);
            return new SequenceSource(
                    table(folder, List.of(training, held), request),
                    training.features().size(),
                    held.features().size(),
                    request.seed(),
                    Stream.of(training, held)
                            .flatMap(half -> half.notes().stream())
                            .toList());
        }
        SequenceFolder all = SequenceFolder.list(folder);
        SequenceTable table = table(folder, List.of(all), request);
        return new SequenceSource(
                table,
                -1,
                request.testRows(table.steps().name(), table.count(), "sequences"),
                request.seed(),
                all.notes());
    }

    private static SequenceTable table(Path folder, List<SequenceFolder> halves, DataRequest request) {
        String name = folder.toAbsolutePath().normalize().toString();
        List<Path> features =
                halves.stream().flatMap(half -> half.features().stream()).toList();
        List<Path> labels =
                halves.stream().flatMap(half -> half.labels().stream()).toList();
        CsvSequences read = labels.isEmpty()
                ? CsvSequences.read(name, features, request.label(), request.reading())
                : CsvSequences.read(name, features, labels, request.label(), request.reading());
        return read.table(request.task());
    }

    @Override
    public Task task() {
        return table.steps().task();
    }

    @Override
    public int splitCount() {
        return 1;
    }

    @Override
    public DataSource withSeed(long other) {
        return new SequenceSource(table, fixedTrain, testSequences, other, skipped);
    }

    @Override
    public Split split(int index) {
        return trainingData(index).split(index);
    }

    @Override
    public TrainingData trainingData(int index) {
        return table.trainingData(
                fixedTrain < 0
                        ? table.holdout(testSequences, seed)
                        : new Holdout(
                                IntStream.range(0, fixedTrain).toArray(),
                                IntStream.range(fixedTrain, table.count()).toArray()));
    }

    @Override
    public RunDefaults defaults() {
        int batch = table.everyStep() ? Math.max(1, Math.min(BATCH, STEPS_OF_BATCH / table.longest())) : BATCH;
        return new RunDefaults(NETWORK, PASSES, batch);
    }

    @Override
    public List<String> notes() {
        return Stream.concat(table.steps().notes().stream(), skipped.stream()).toList();
    }
}
