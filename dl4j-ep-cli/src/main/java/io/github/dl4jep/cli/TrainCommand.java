package io.github.dl4jep.cli;

import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.source.DataFolder;
import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.split.TrainingData;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.model.OutputFile;
import io.github.dl4jep.cli.report.ErrorTerminal;
import io.github.dl4jep.cli.report.TrainProgress;
import io.github.dl4jep.cli.train.Interruption;
import io.github.dl4jep.cli.train.TestFigures;
import io.github.dl4jep.cli.train.Training;
import io.github.dl4jep.cli.train.TrainingPlan;
import io.github.dl4jep.cli.train.TrainingRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The subcommand {@code train}: trains a definition and keeps the network. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        sortOptions = false,
        resourceBundle = "io.github.dl4jep.cli.train",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:All passes are done and the model is written.",
            "1:An internal error: a stack trace on stderr, please report it.",
            "2:Something you can put right: one sentence on stderr says what.",
            "130:Interrupted by Ctrl-C or TERM: a checkpoint is written, --resume goes on from there."
        },
        footerHeading = "%n")
final class TrainCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--data", paramLabel = "DATA")
    private String data = "iris";

    @Option(names = "--data-dir", paramLabel = "DIR")
    private @Nullable Path dataDir;

    @Option(names = "--label", paramLabel = "NAME")
    private @Nullable String label;

    @Option(names = "--task", paramLabel = "TASK")
    private @Nullable Task task;

    @Option(names = "--test-fraction", paramLabel = "F")
    private @Nullable Double testFraction;

    @Mixin
    private TableOptions table = new TableOptions();

    @Option(names = "--image-size", paramLabel = "HxWxC")
    private @Nullable String imageSize;

    @Option(names = "--split", paramLabel = "K")
    private int split;

    @Option(names = "--net", paramLabel = "NET")
    private @Nullable String network;

    @Option(names = "--units", paramLabel = "UNITS")
    private @Nullable String units;

    @Option(names = "--weights", paramLabel = "WEIGHTS")
    private @Nullable String weights;

    @Option(names = "--passes", paramLabel = "N")
    private @Nullable Integer passes;

    @Option(names = "--batch", paramLabel = "B")
    private @Nullable Integer batch;

    @Option(names = "--seed", paramLabel = "S")
    private long seed = 1;

    @Option(names = "--model", paramLabel = "FILE")
    private Path model = Path.of("model.zip");

    @Option(names = "--overwrite")
    private boolean overwrite;

    @Option(names = "--resume")
    private boolean resume;

    @Option(names = "--checkpoint-every", paramLabel = "N")
    private int every = 500;

    @Option(names = "--keep", paramLabel = "K")
    private int keep = 3;

    @Override
    public Integer call() {
        PositiveOption.require("--passes", passes);
        PositiveOption.require("--batch", batch);
        PositiveOption.require("--checkpoint-every", every);
        PositiveOption.require("--keep", keep);
        NetworkVariant variant = NetworkVariant.parse(units, weights, null);
        ImageShape images = imageSize == null ? null : ImageShape.parse(imageSize);
        DataSource source = DataSources.open(new DataRequest(
                data, DataFolder.of(dataDir), task, label, testFraction(), seed, images, table.reading()));
        if (split < 0 || split >= source.splitCount()) {
            throw new UserException("--split is " + split + ", but " + data + " has "
                    + (source.splitCount() == 1
                            ? "only split 0."
                            : "the splits 0 to " + (source.splitCount() - 1) + "."));
        }
        Path file = OutputFile.prepare("--model", model);
        OutputFile.requireOther("--model", file, "--data", data);
        if (network != null) {
            OutputFile.requireOther("--model", file, "--net", network);
        }
        TrainingPlan plan = plan(source, variant, file);
        try (Interruption interruption = Interruption.ofSignals();
                TrainProgress progress =
                        new TrainProgress(command().getErr(), plan.passes(), ErrorTerminal.isPresent())) {
            Training training = new Training(plan, resume, overwrite);
            training.checkPlace();
            TrainingData rows = source.trainingData(split);
            TrainingRun run = training.prepare(rows, progress, interruption);
            int code = Interruption.EXIT_CODE;
            if (run.run()) {
                progress.close();
                summary(run, plan, source.notes());
                code = ExitCode.OK;
            }
            interruption.finish(code);
            return code;
        }
    }

    private void summary(TrainingRun run, TrainingPlan plan, List<String> notes) {
        PrintWriter out = command().getOut();
        out.println(String.format(
                Locale.ROOT,
                "Trained %s on %s: %d %s, %d passes, %d batches of up to %d; %.2f s in this run.",
                plan.network(),
                data,
                run.data().train().count(),
                run.data().train().name(),
                run.position().passes(),
                run.position().batches(),
                plan.batch(),
                run.seconds()));
        notes.forEach(out::println);
        out.println(TestFigures.line(run.network(), run.data()));
        out.println("Written to " + plan.model());
        out.flush();
    }

    private TrainingPlan plan(DataSource source, NetworkVariant variant, Path file) {
        String net = network == null ? source.defaults().network() : network;
        int rows = batch == null ? source.defaults().batch() : batch;
        return new TrainingPlan(
                net,
                variant,
                passes == null ? source.defaults().passes() : passes,
                rows,
                seed,
                every,
                keep,
                file,
                settings(net, rows));
    }

    /** All that decides about the bits of the weights, beside the rows themselves. */
    private Map<String, String> settings(String net, int rows) {
        Map<String, String> settings = new TreeMap<>();
        settings.put("--data", data);
        settings.put("--net", net);
        settings.put("--batch", String.valueOf(rows));
        settings.put("--seed", String.valueOf(seed));
        putIfSet(settings, "--label", label);
        putIfSet(settings, "--task", task == null ? null : task.name().toLowerCase(Locale.ROOT));
        putIfSet(settings, "--test-fraction", testFraction);
        table.settings().forEach((option, value) -> putIfSet(settings, option, value));
        putIfSet(settings, "--image-size", imageSize);
        putIfSet(settings, "--split", split == 0 ? null : split);
        putIfSet(settings, "--units", units);
        putIfSet(settings, "--weights", weights);
        return settings;
    }

    private static void putIfSet(Map<String, String> settings, String option, @Nullable Object value) {
        if (value != null) {
            settings.put(option, value.toString());
        }
    }

    private double testFraction() {
        if (testFraction == null) {
            return 0.2;
        }
        return testFraction == 0 ? DataRequest.NO_TEST_ROWS : testFraction;
    }

    private CommandLine command() {
        if (spec == null) {
            throw new IllegalStateException("The command runs outside of picocli.");
        }
        return spec.commandLine();
    }
}
