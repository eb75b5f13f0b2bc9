package io.github.dl4jep.cli;

import io.github.dl4jep.cli.data.format.FiniteNumber;
import io.github.dl4jep.cli.failure.ExpectedErrors;
import io.github.dl4jep.cli.failure.FailureReport;
import io.github.dl4jep.cli.failure.LocaleEncoding;
import io.github.dl4jep.cli.failure.UserException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.TypeConversionException;

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
        StandardOutput out = new StandardOutput();
        PrintWriter err = new PrintWriter(new OutputStreamWriter(System.err, StandardCharsets.UTF_8), true);
        int code;
        try {
            for (String argument : arguments) {
                LocaleEncoding.requireExpressible(argument);
            }
            LocaleEncoding.requireExpressible(System.getProperty("user.dir", ""));
            code = commandLine().setOut(out.writer()).setErr(err).execute(arguments);
            out.requireWritten();
        } catch (UserException e) {
            err.println(e.getMessage());
            code = ExitCode.USAGE;
        }
        System.exit(code);
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
                .registerConverter(Double.class, Main::number)
                .registerConverter(Double.TYPE, Main::number)
                .setExecutionStrategy(new ExpectedErrors())
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH);
    }

    /** The number that an option's value is. */
    private static double number(String text) {
        return FiniteNumber.parse(text)
                .orElseThrow(() -> new TypeConversionException(
                        "'" + text + "' is not a decimal number (examples are 0.2 and 1e-3)"));
    }
}
