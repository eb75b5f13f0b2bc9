package io.github.dl4jep.cli.failure;

import java.nio.file.InvalidPathException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * Turns exceptions into one line on stderr and an exit code: 2 for what the user can put right, 1 for everything else.
 * Only an internal error shows a stack trace.
 */
public final class FailureReport implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final Logger LOG = LoggerFactory.getLogger(FailureReport.class);

    @Override
    public int handleParseException(ParameterException exception, String[] arguments) {
        CommandLine command = exception.getCommandLine();
        String help = command.getCommandSpec().qualifiedName() + " --help";
        return print(command, UserException.reason(exception) + " (see " + help + ").", ExitCode.USAGE);
    }

    @Override
    public int handleExecutionException(Exception exception, CommandLine command, ParseResult arguments) {
        if (exception instanceof UserException) {
            return print(command, String.valueOf(exception.getMessage()), ExitCode.USAGE);
        }
        String natives = NativeLibraries.problem(exception);
        if (natives != null) {
            return print(command, natives, ExitCode.USAGE);
        }
        if (exception instanceof InvalidPathException) {
            return print(
                    command, "Not a path of this system: " + UserException.reason(exception) + ".", ExitCode.USAGE);
        }
        LOG.error("The stack trace of the internal error:", exception);
        return print(
                command,
                "Internal error, please report it with the stack trace: " + UserException.reason(exception) + ".",
                ExitCode.SOFTWARE);
    }

    private static int print(CommandLine command, String sentence, int exitCode) {
        command.getErr().println(command.getColorScheme().errorText(sentence));
        command.getErr().flush();
        return exitCode;
    }
}
