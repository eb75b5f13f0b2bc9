package io.github.dl4jep.cli;

import io.github.dl4jep.cli.failure.BoundedMemory;
import io.github.dl4jep.cli.failure.FailureReport;
import picocli.CommandLine;

/** Starts the command {@code dl4j-ep}. */
public final class Main {
    private static final int HELP_WIDTH = 100;

    private Main() {}

    /**
     * Runs the command and ends the program with its exit code.
     *
     * @param arguments the command line
     */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    /**
     * Builds the command with its exit codes: 0 for success, 2 for what the user can put right, 130 for an interruption, 1 for an
     * internal error.
     *
     * @return the command, ready to execute
     */
    public static CommandLine commandLine() {
        FailureReport failures = new FailureReport();
        return new CommandLine(new RootCommand())
                .setExecutionStrategy(new BoundedMemory())
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH);
    }
}
