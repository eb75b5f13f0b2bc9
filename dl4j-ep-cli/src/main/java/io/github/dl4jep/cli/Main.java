package io.github.dl4jep.cli;

import io.github.dl4jep.cli.failure.ExpectedErrors;
import io.github.dl4jep.cli.failure.FailureReport;
import io.github.dl4jep.cli.failure.UserException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Starts the command {@code dl4j-ep}. */
public final class Main {
    private static final int HELP_WIDTH = 100;
    private static final char NOT_EXPRESSIBLE = '\ufffd';

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
            requireExpressible(arguments);
            code = commandLine().setOut(out.writer()).setErr(err).execute(arguments);
            out.requireWritten();
        } catch (UserException e) {
            err.println(e.getMessage());
            code = ExitCode.USAGE;
        }
        System.exit(code);
    }

    /** Java has no other way to names of files than the locale's encoding, and puts this sign where it fails. */
    private static void requireExpressible(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add(System.getProperty("user.dir", ""));
        for (String text : all) {
            if (text.indexOf(NOT_EXPRESSIBLE) >= 0) {
                throw new UserException("\"" + text + "\" has characters that the encoding of this locale, "
                        + System.getProperty("sun.jnu.encoding")
                        + ", cannot express: set the environment variable LC_ALL to"
                        + " C.UTF-8, or to another locale of UTF-8, and start again.");
            }
        }
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
                .setExecutionStrategy(new ExpectedErrors())
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(HELP_WIDTH);
    }
}
