package io.github.dl4jep.cli.report;

import java.io.PrintWriter;
import me.tongfei.progressbar.ProgressBarConsumer;

/**
 * The line of a terminal that a progress bar is drawn on again and again, and that is blank again in the end.
 *
 * <p>The library's own consumers ask the terminal for its width by starting processes, work that would fall into the
 * measured time.
 */
final class BarLine implements ProgressBarConsumer {
    private static final int WIDTH = 79;

    private final PrintWriter terminal;

    /**
     * Creates the line.
     *
     * @param terminal the terminal
     */
    BarLine(PrintWriter terminal) {
        this.terminal = terminal;
    }

    @Override
    public int getMaxRenderedLength() {
        return WIDTH;
    }

    @Override
    public void accept(String bar) {
        terminal.print("\r" + bar);
        terminal.flush();
    }

    @Override
    public void clear() {
        accept(" ".repeat(WIDTH));
    }

    @Override
    public void close() {
        clear();
        terminal.print("\r");
        terminal.flush();
    }
}
