package io.github.dl4jep.cli.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class FailureReportTest {
    private final StringWriter err = new StringWriter();

    @Test
    void internalErrorIsExitCode1() {
        assertThat(execute(new IllegalStateException("The cause.\nMore of it.")))
                .isEqualTo(1);
        assertThat(err.toString()).isEqualTo("Internal error, please report it with the stack trace: The cause.\n");
    }

    @Test
    void userErrorIsExitCode2AndNothingButItsSentence() {
        assertThat(execute(new UserException("Do this instead."))).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("Do this instead.\n");
    }

    @Test
    void reasonIsOneLine() {
        assertThat(UserException.reason(new RuntimeException("First.\nSecond.")))
                .isEqualTo("First");
        assertThat(UserException.reason(new RuntimeException())).isEqualTo("RuntimeException");
    }

    private int execute(RuntimeException failure) {
        FailureReport report = new FailureReport();
        return new CommandLine(new Failing(failure))
                .setExecutionExceptionHandler(report)
                .setErr(new PrintWriter(err, true))
                .execute();
    }

    @Command(name = "failing")
    private record Failing(RuntimeException failure) implements Runnable {
        @Override
        public void run() {
            throw failure;
        }
    }
}
