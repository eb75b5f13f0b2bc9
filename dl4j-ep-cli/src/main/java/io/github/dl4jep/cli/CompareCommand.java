package io.github.dl4jep.cli;

import io.github.dl4jep.activation.SpikingActivation;
import io.github.dl4jep.cli.compare.AcquisitionRun;
import io.github.dl4jep.cli.compare.ActiveSampling;
import io.github.dl4jep.cli.compare.ActiveSampling.Labels;
import io.github.dl4jep.cli.compare.Comparison;
import io.github.dl4jep.cli.compare.ComparisonPlan;
import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.data.format.ImageShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.source.DataFolder;
import io.github.dl4jep.cli.data.source.DataRequest;
import io.github.dl4jep.cli.data.source.DataSource;
import io.github.dl4jep.cli.data.source.DataSources;
import io.github.dl4jep.cli.data.source.RunDefaults;
import io.github.dl4jep.cli.data.split.TrainingSample;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.report.AcquisitionReport;
import io.github.dl4jep.cli.report.ComparisonReport;
import io.github.dl4jep.cli.report.ComparisonTable;
import io.github.dl4jep.cli.report.ConsoleProgress;
import io.github.dl4jep.cli.report.ErrorTerminal;
import io.github.dl4jep.cli.report.OutputFolder;
import io.github.dl4jep.cli.report.RunFacts;
import io.github.dl4jep.cli.trainer.LearningRates;
import io.github.dl4jep.cli.trainer.Trainer;
import io.github.dl4jep.cli.trainer.Trainers;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.activations.IActivation;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The subcommand {@code compare}: trains one definition with several trainers and says who did best. */
@Command(
        name = "compare",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        sortOptions = false,
        resourceBundle = "io.github.dl4jep.cli.compare",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:The comparison was made; comparison.json and comparison.html are written.",
            "1:An internal error: a stack trace on stderr, please report it.",
            "2:Something you can put right: one sentence on stderr says what."
        },
        footerHeading = "%n")
final class CompareCommand implements Runnable {
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
    private double testFraction = 0.2;

    @Mixin
    private TableOptions table = new TableOptions();

    @Option(names = "--image-size", paramLabel = "HxWxC")
    private @Nullable String imageSize;

    @Option(names = "--net", paramLabel = "NET")
    private @Nullable String network;

    @Option(names = "--units", paramLabel = "UNITS")
    private @Nullable String units;

    @Option(names = "--weights", paramLabel = "WEIGHTS")
    private @Nullable String weights;

    @Option(names = "--time-steps", paramLabel = "T")
    private @Nullable Integer timeSteps;

    @Option(names = "--trainers", paramLabel = "NAME", split = ",")
    private @Nullable List<String> trainers;

    @Option(names = "--lr", paramLabel = "RATE")
    private @Nullable String rates;

    @Option(names = "--passes", paramLabel = "N")
    private @Nullable Integer passes;

    @Option(names = "--batch", paramLabel = "B")
    private @Nullable Integer batch;

    @Option(names = "--draws-each-pass")
    private boolean drawEachPass;

    @Option(names = "--seed", paramLabel = "S")
    private long seed = 1;

    @Option(names = "--seeds", paramLabel = "N")
    private int seeds = 1;

    @Option(names = "--train-fraction", paramLabel = "F")
    private double trainFraction = 1;

    @Option(names = "--label-noise", paramLabel = "P")
    private double labelNoise;

    @Mixin
    private AcquireOptions acquire = new AcquireOptions();

    @Option(names = "--split", paramLabel = "K|all")
    private String split = "0";

    @Option(names = "--out", paramLabel = "DIR")
    private Path out = Path.of("ep-comparison");

    @Override
    public void run() {
        Labels labels = acquire.labels(trainers);
        List<Trainer> named = trainers == null ? null : trainers(trainers);
        LearningRates learningRates = rates == null ? LearningRates.DEFAULTS : LearningRates.parse(rates);
        PositiveOption.require("--time-steps", timeSteps);
        NetworkVariant variant = NetworkVariant.parse(units, weights, timeSteps);
        PositiveOption.require("--passes", passes);
        PositiveOption.require("--batch", batch);
        PositiveOption.require("--seeds", seeds);
        TrainingSample sample = new TrainingSample(trainFraction, labelNoise);
        ImageShape images = imageSize == null ? null : ImageShape.parse(imageSize);
        DataSource source = DataSources.open(new DataRequest(
                data, DataFolder.of(dataDir), task, label, testFraction, seed, images, table.reading()));
        sample.requireFits(data, source.task());
        String net = network == null ? source.defaults().network() : network;
        ComparisonPlan plan = plan(
                source, net, named == null ? defaultTrainers(net, variant) : named, sample, learningRates, variant);
        OutputFolder folder = OutputFolder.prepare(out);
        if (labels != null) {
            if (plan.splits().size() > 1) {
                throw new UserException("--acquire takes one split, but --split is " + split + ".");
            }
            acquire(source, plan, labels, folder);
            return;
        }
        ComparisonResult result = compare(source, plan);
        Path file = folder.write(result);
        PrintWriter writer = command().getOut();
        writer.println();
        source.notes().forEach(writer::println);
        new ComparisonTable(result).lines().forEach(writer::println);
        writer.println();
        writer.println("Written to " + file);
        writer.flush();
        // Last, so that nothing of the above is lost if it fails.
        writer.println("      and to " + new ComparisonReport(result, facts()).write(folder));
        writer.flush();
    }

    private void acquire(DataSource source, ComparisonPlan plan, Labels labels, OutputFolder folder) {
        PrintWriter writer = command().getOut();
        AcquisitionReport lines = new AcquisitionReport(source.task(), List.of());
        List<AcquisitionRun> runs = new ActiveSampling(source, plan, labels, (run, point) -> {
                    writer.println(lines.line(run, point));
                    writer.flush();
                })
                .run();
        AcquisitionReport report = new AcquisitionReport(source.task(), runs);
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("data", plan.data());
        facts.put("network", plan.network());
        facts.put("passes", plan.passes());
        facts.put("batch", plan.batch());
        facts.put("sample", plan.sample());
        writer.println();
        source.notes().forEach(writer::println);
        report.lines().forEach(writer::println);
        writer.println();
        report.write(folder, facts).forEach(writer::println);
        writer.flush();
    }

    private RunFacts facts() {
        return RunFacts.of(
                new RootCommand.Version().getVersion()[0],
                command().getCommandSpec().root().commandLine().getParseResult().originalArgs());
    }

    private ComparisonPlan plan(
            DataSource source,
            String net,
            List<Trainer> chosen,
            TrainingSample sample,
            LearningRates learningRates,
            NetworkVariant variant) {
        RunDefaults defaults = source.defaults();
        return new ComparisonPlan(
                data,
                net,
                chosen,
                splits(source),
                passes == null ? defaults.passes() : passes,
                batch == null ? defaults.batch() : batch,
                seed,
                seeds,
                sample,
                learningRates,
                variant,
                drawEachPass);
    }

    private static List<Trainer> defaultTrainers(String net, NetworkVariant variant) {
        if (NetworkDefinition.isSameDiff(net)) {
            return List.of(Trainers.named("ep"), Trainers.named("adam"));
        }
        IActivation unit = variant.units();
        boolean spiking = unit == null ? NetworkDefinition.spikes(net) : unit instanceof SpikingActivation;
        return Trainers.defaults(spiking, variant.weights().anyDiscrete());
    }

    private ComparisonResult compare(DataSource source, ComparisonPlan plan) {
        boolean severalSplits = plan.splits().size() > 1;
        PrintWriter terminal = ErrorTerminal.isPresent() ? command().getErr() : null;
        try (ConsoleProgress progress = new ConsoleProgress(
                command().getOut(), source.task(), plan.passes(), severalSplits, plan.seeds() > 1, terminal)) {
            return new Comparison(source, plan, progress).run();
        }
    }

    private static List<Trainer> trainers(List<String> names) {
        List<Trainer> chosen =
                names.stream().map(String::strip).map(Trainers::named).toList();
        if (chosen.isEmpty()) {
            throw new UserException("--trainers names no trainer; examples: --trainers ep,adam, --trainers ep.");
        }
        if (new HashSet<>(chosen).size() < chosen.size()) {
            throw new UserException("--trainers " + String.join(",", names) + " names a trainer twice.");
        }
        return chosen;
    }

    private List<Integer> splits(DataSource source) {
        int count = source.splitCount();
        if (split.equals("all")) {
            return IntStream.range(0, count).boxed().toList();
        }
        if (!split.matches("\\d{1,9}") || Integer.parseInt(split) >= count) {
            throw new UserException("--split is \"" + split + "\", but " + data + " has "
                    + (count == 1 ? "only split 0." : "the splits 0 to " + (count - 1) + ", or all."));
        }
        return List.of(Integer.parseInt(split));
    }

    private CommandLine command() {
        if (spec == null) {
            throw new IllegalStateException("The command runs outside of picocli.");
        }
        return spec.commandLine();
    }
}
