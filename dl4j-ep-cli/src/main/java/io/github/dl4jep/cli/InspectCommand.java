package io.github.dl4jep.cli;

import io.github.dl4jep.cli.inspect.ModelReport;
import io.github.dl4jep.cli.inspect.ModelText;
import io.github.dl4jep.cli.model.SavedModel;
import java.io.PrintWriter;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The subcommand {@code inspect}: what is in a model file. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        sortOptions = false,
        resourceBundle = "io.github.dl4jep.cli.inspect",
        descriptionHeading = "%n",
        parameterListHeading = "%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:The file is whole, and this is what it holds.",
            "1:An internal error: a stack trace on stderr, please report it.",
            "2:Something you can put right: one sentence on stderr says what."
        },
        footerHeading = "%n")
final class InspectCommand implements Runnable {
    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1", descriptionKey = "file")
    private Path model = Path.of("model.zip");

    @Option(names = "--json")
    private boolean json;

    @Override
    public void run() {
        if (spec == null) {
            throw new IllegalStateException("The command runs outside of picocli.");
        }
        ModelReport report = ModelReport.of(SavedModel.read(model));
        PrintWriter writer = spec.commandLine().getOut();
        if (json) {
            writer.println(ModelText.json(report));
        } else {
            ModelText.lines(report).forEach(writer::println);
        }
        writer.flush();
    }
}
