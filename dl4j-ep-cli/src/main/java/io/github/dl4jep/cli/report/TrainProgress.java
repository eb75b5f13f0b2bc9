package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.model.Position;
import io.github.dl4jep.cli.train.TrainingListener;
import java.io.PrintWriter;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Prints a line for every pass of a training on stderr and, when that is a terminal, shows a bar for the pass under way. */
public final class TrainProgress implements TrainingListener, AutoCloseable {
    private final PrintWriter err;
    private final int passes;
    private final @Nullable BarLine barLine;
    private @Nullable ProgressBar bar;
    private int batches;

    /**
     * Creates the display.
     *
     * @param err takes the lines
     * @param passes the number of passes
     * @param terminal whether somebody is watching
     */
    public TrainProgress(PrintWriter err, int passes, boolean terminal) {
        this.err = err;
        this.passes = passes;
        this.barLine = terminal ? new BarLine(err) : null;
    }

    @Override
    public void note(String line) {
        close();
        err.println(line);
        err.flush();
    }

    @Override
    public void passStarted(int pass, int from, int count) {
        batches = count;
        if (barLine != null) {
            bar = new ProgressBarBuilder()
                    .setTaskName("pass " + pass + "/" + passes)
                    .setInitialMax(count)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(barLine)
                    .build()
                    .stepTo(from);
        }
    }

    @Override
    public void batchDone() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void passFinished(Position position, double seconds, double score) {
        note(String.format(
                Locale.ROOT,
                "pass %d/%d  %d batches  %.2f s  score %.4f",
                position.passes(),
                passes,
                batches,
                seconds,
                score));
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        if (bar != null && barLine != null) {
            bar.close();
            bar = null;
            barLine.close();
        }
    }
}
