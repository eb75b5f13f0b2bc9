package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.ComparisonListener;
import io.github.dl4jep.cli.compare.Estimate;
import io.github.dl4jep.cli.compare.PassResult;
import io.github.dl4jep.cli.compare.RunId;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.metric.Figures;
import java.io.PrintWriter;
import java.util.stream.Collectors;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Prints a line for every pass and, when stderr is a terminal, shows a bar for the pass under way. */
public final class ConsoleProgress implements ComparisonListener, AutoCloseable {
    private static final int TRAINER_WIDTH = 10;

    private final PrintWriter out;
    private final Task task;
    private final int passes;
    private final boolean severalSplits;
    private final boolean severalSeeds;
    private final @Nullable BarLine barLine;
    private @Nullable ProgressBar bar;

    /**
     * Creates the display.
     *
     * @param out takes the lines
     * @param task decides which figures a line has
     * @param passes the number of passes of each run
     * @param severalSplits whether lines name the split
     * @param severalSeeds whether lines name the seed
     * @param terminal shows the bar, or null for no bar
     */
    public ConsoleProgress(
            PrintWriter out,
            Task task,
            int passes,
            boolean severalSplits,
            boolean severalSeeds,
            @Nullable PrintWriter terminal) {
        this.out = out;
        this.task = task;
        this.passes = passes;
        this.severalSplits = severalSplits;
        this.severalSeeds = severalSeeds;
        this.barLine = terminal == null ? null : new BarLine(terminal);
    }

    @Override
    public void passStarted(RunId run, int pass, int batches) {
        show(label(run, pass).strip(), batches);
    }

    @Override
    public void rateTried(RunId run, double rate, Figures figures) {
        FigureColumn column = FigureColumn.loss(task);
        out.println(label(run) + "learning rate " + rate + "  withheld tenth of the training rows: "
                + column.text(figures).map(text -> column.title() + " " + text).orElse("diverged"));
        out.flush();
    }

    @Override
    public void rateChosen(RunId run, double rate) {
        out.println(label(run) + "learning rate " + rate + " is taken");
        out.flush();
    }

    @Override
    public void batchStarted() {
        step();
    }

    @Override
    public void scoringStarted(RunId run, int pass, int steps) {
        close();
        show(label(run, pass).strip() + " scoring", steps);
    }

    @Override
    public void scoringStep() {
        step();
    }

    /** A bar with the time left. */
    private void show(String task, int steps) {
        if (barLine != null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(task)
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setConsumer(barLine)
                    .build();
        }
    }

    private void step() {
        if (bar != null) {
            bar.step();
        }
    }

    @Override
    public void passFinished(RunId run, PassResult result) {
        close();
        String figures = result.figures().diverged()
                ? "diverged: the outputs are not finite"
                : FigureColumn.of(task).stream()
                        .flatMap(column ->
                                column.text(result.figures()).map(text -> column.title() + " " + text).stream())
                        .collect(Collectors.joining("  "));
        String seconds = Estimate.decimals(2).apply(result.trainSeconds());
        out.println(label(run, result.pass()) + "  " + seconds + " s  " + figures);
        out.flush();
    }

    private String label(RunId run, int pass) {
        return label(run) + "pass " + pass + "/" + passes;
    }

    private String label(RunId run) {
        String name = run.trainer()
                + " ".repeat(Math.max(1, TRAINER_WIDTH - run.trainer().length()));
        return name
                + (severalSeeds ? "seed " + run.seed() + "  " : "")
                + (severalSplits ? "split " + run.split() + "  " : "");
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        if (bar != null && barLine != null) {
            bar.close();
            bar = null;
            // A bar that is closed before it was drawn for the first time is drawn, but not closed, by the library.
            barLine.close();
        }
    }
}
