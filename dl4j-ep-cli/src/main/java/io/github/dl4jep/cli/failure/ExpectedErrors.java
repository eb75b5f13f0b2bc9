package io.github.dl4jep.cli.failure;

import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Runs the command, and takes memory that does not suffice, and native libraries that cannot be loaded, for what they are: something the
 * user can put right. picocli itself lets errors pass, and Java would print a stack trace.
 */
public final class ExpectedErrors implements IExecutionStrategy {
    private final RunLast runLast = new RunLast();

    @Override
    public int execute(ParseResult parsed) {
        try {
            return runLast.execute(parsed);
        } catch (OutOfMemoryError e) {
            throw failure(
                    parsed,
                    "There is not enough memory for this (" + UserException.reason(e)
                            + "): make the network, the batch or the file smaller, or start Java with a larger -Xmx.",
                    e);
        } catch (StackOverflowError e) {
            throw failure(parsed, "A file is nested too deeply to be read.", e);
        } catch (LinkageError e) {
            String sentence = NativeLibraries.problem(e);
            if (sentence == null) {
                throw e;
            }
            throw failure(parsed, sentence, e);
        }
    }

    private static ExecutionException failure(ParseResult parsed, String sentence, Error cause) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return new ExecutionException(last.commandSpec().commandLine(), sentence, new UserException(sentence, cause));
    }
}
