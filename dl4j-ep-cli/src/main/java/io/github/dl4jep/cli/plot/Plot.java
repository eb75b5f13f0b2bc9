package io.github.dl4jep.cli.plot;

import java.util.function.Supplier;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A plot that is not drawn yet.
 *
 * @param name names its file, without an ending
 * @param title what it shows
 * @param caption how to read it, in plain words
 * @param chart makes the chart
 */
public record Plot(String name, String title, String caption, Supplier<? extends Chart<?, ?>> chart) {
    /**
     * Makes the name one that every file system takes.
     *
     * @param name names its file, without an ending
     * @param title what it shows
     * @param caption how to read it, in plain words
     * @param chart makes the chart
     */
    public Plot {
        name = name.replace(':', '-');
    }
}
