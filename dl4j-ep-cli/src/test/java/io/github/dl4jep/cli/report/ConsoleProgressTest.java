package io.github.dl4jep.cli.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.compare.PassResult;
import io.github.dl4jep.cli.compare.RunId;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.metric.Figures;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ConsoleProgressTest {
    private static final PassResult RESULT =
            new PassResult(1, 1.234, new Figures(0.05, 0.1, 0.02, null, null, null, null));
    private static final String LINE = "adam      pass 1/3  1.23 s  test error % 5.00  nll 0.1000  ece 0.0200\n";

    private final StringWriter out = new StringWriter();
    private final StringWriter terminal = new StringWriter();

    @Test
    void withoutATerminalThereAreOnlyLines() {
        try (ConsoleProgress progress = progress(null)) {
            pass(progress);
        }

        assertThat(out).hasToString(LINE);
    }

    @Test
    void onATerminalTheBarIsGoneBeforeTheLineIsPrinted() {
        try (ConsoleProgress progress = progress(new PrintWriter(terminal, true))) {
            pass(progress);
        }

        assertThat(out).hasToString(LINE);
        assertThat(terminal.toString())
                .contains("adam      pass 1/3")
                .contains("2/2")
                .contains("adam      pass 1/3 scoring")
                .endsWith("\r" + " ".repeat(79) + "\r")
                .doesNotContain("\n");
    }

    @Test
    void linesNameSeedAndSplitWhereThereAreSeveral() {
        try (ConsoleProgress progress =
                new ConsoleProgress(new PrintWriter(out, true), Task.CLASSIFICATION, 3, true, true, null)) {
            progress.passFinished(new RunId("local-critic", 2, 7), RESULT);
        }

        assertThat(out.toString()).startsWith("local-critic seed 7  split 2  pass 1/3  1.23 s");
    }

    private ConsoleProgress progress(PrintWriter bar) {
        return new ConsoleProgress(new PrintWriter(out, true), Task.CLASSIFICATION, 3, false, false, bar);
    }

    private static void pass(ConsoleProgress progress) {
        progress.passStarted(new RunId("adam", 0, 1), 1, 2);
        progress.batchStarted();
        progress.batchStarted();
        progress.scoringStarted(new RunId("adam", 0, 1), 1, 3);
        progress.scoringStep();
        progress.passFinished(new RunId("adam", 0, 1), RESULT);
    }
}
