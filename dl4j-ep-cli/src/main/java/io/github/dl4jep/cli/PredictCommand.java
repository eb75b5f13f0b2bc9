package io.github.dl4jep.cli;

import io.github.dl4jep.cli.model.OutputFile;
import io.github.dl4jep.cli.model.SavedModel;
import io.github.dl4jep.cli.predict.PredictionTable;
import io.github.dl4jep.file.WholeFile;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The subcommand {@code predict}: predictions of a kept network, with their uncertainty. */
@Command(
        name = "predict",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        sortOptions = false,
        resourceBundle = "io.github.dl4jep.cli.predict",
        descriptionHeading = "%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:All rows are predicted.",
            "1:An internal error: a stack trace on stderr, please report it.",
            "2:Something you can put right: one sentence on stderr says what; nothing is written."
        },
        footerHeading = "%n")
final class PredictCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--model", paramLabel = "FILE")
    private Path model = Path.of("model.zip");

    @Option(names = "--data", paramLabel = "DATA", required = true)
    private String data = "";

    @Mixin
    private TableOptions table = new TableOptions();

    @Option(names = "--out", paramLabel = "FILE")
    private @Nullable Path out;

    @Override
    public void run() {
        if (spec == null) {
            throw new IllegalStateException("The command runs outside of picocli.");
        }
        Path target = out == null ? null : OutputFile.prepare("--out", out);
        if (target != null) {
            OutputFile.requireOther("--out", target, "--data", data);
            OutputFile.requireOther("--out", target, "--model", model.toString());
        }
        PredictionTable predictions =
                PredictionTable.of(SavedModel.read(model), model.toString(), data, table.reading());
        PrintWriter writer = spec.commandLine().getOut();
        if (target == null) {
            writer.print(predictions.toCsv());
        } else {
            OutputFile.write(target, stream -> stream.write(predictions.toCsv().getBytes(StandardCharsets.UTF_8)));
            // What reads a pipe or a device, stdout perhaps, gets the table and nothing else.
            if (!WholeFile.isStream(target)) {
                writer.println(predictions.rows().size() + " predictions written to " + target);
            }
        }
        writer.flush();
        PrintWriter err = spec.commandLine().getErr();
        predictions.notes().forEach(err::println);
        err.flush();
    }
}
