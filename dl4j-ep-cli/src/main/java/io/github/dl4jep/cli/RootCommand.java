package io.github.dl4jep.cli;

import io.github.dl4jep.cli.failure.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command without a subcommand. */
@Command(
        name = "dl4j-ep",
        mixinStandardHelpOptions = true,
        versionProvider = RootCommand.Version.class,
        subcommands = {TrainCommand.class, PredictCommand.class, InspectCommand.class, CompareCommand.class},
        description = {
            "Trains Deeplearning4j networks by expectation propagation (EP) instead of back-propagation.",
            "",
            "The commands run on data and on network definitions alone; to train inside a Java program, use the library"
                    + " dl4j-ep-optimizer."
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:The command did what was asked.",
            "1:An internal error: a stack trace on stderr, please report it.",
            "2:Something you can put right: one sentence on stderr says what.",
            "130:Training was interrupted by Ctrl-C or TERM; train --resume goes on."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  dl4j-ep train --data csv:flowers.csv --model flowers.zip       train a network and keep it",
            "  dl4j-ep predict --model flowers.zip --data new.csv             what it says of new rows",
            "  dl4j-ep inspect flowers.zip                                    what it is made of",
            "  dl4j-ep compare                  EP against Adam and SGD on Iris, in seconds",
            "  dl4j-ep compare --data mnist     the same on MNIST",
            "  dl4j-ep compare --help           everything compare can do"
        })
final class RootCommand implements Runnable {
    @Override
    public void run() {
        throw new UserException("No command given: try \"dl4j-ep compare\", or \"dl4j-ep --help\" for what there is.");
    }

    /** The version in the manifest of the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = RootCommand.class.getPackage().getImplementationVersion();
            return new String[] {"dl4j-ep " + (version == null ? "(development build)" : version)};
        }
    }
}
