package io.github.dl4jep.cli.report;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.plot.ComparisonPlots;
import io.github.dl4jep.cli.plot.Plot;
import io.github.dl4jep.cli.plot.PlotImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the page {@code comparison.html} and its plots as PNG files. A plot that cannot be drawn is missing, and the page says so:
 * it takes nothing else with it.
 */
public final class ComparisonReport {
    /** The name of the page in its folder. */
    static final String PAGE = "comparison.html";

    private static final Logger LOG = LoggerFactory.getLogger(ComparisonReport.class);

    private final ComparisonResult result;
    private final RunFacts facts;

    /**
     * Creates the report.
     *
     * @param result the comparison
     * @param facts how it was made
     */
    public ComparisonReport(ComparisonResult result, RunFacts facts) {
        this.result = result;
        this.facts = facts;
    }

    /**
     * Writes everything.
     *
     * @param folder where to
     * @return the page
     * @throws UserException if a file cannot be written
     */
    public Path write(OutputFolder folder) {
        return write(folder, ComparisonPlots.of(result));
    }

    /** Writes the page with any plots. */
    Path write(OutputFolder folder, List<Plot> plots) {
        List<DrawnPlot> drawn = new ArrayList<>();
        for (Plot plot : plots) {
            DrawnPlot one = draw(plot);
            if (one.png() != null) {
                folder.write(plot.name() + ".png", one.png());
            }
            drawn.add(one);
        }
        String page = new ComparisonPage(result, facts, drawn).html();
        return folder.write(PAGE, page.getBytes(StandardCharsets.UTF_8));
    }

    // Drawing asks for fonts and native libraries, which fail as errors on a system that has none.
    static DrawnPlot draw(Plot plot) {
        try {
            return DrawnPlot.of(plot, PlotImage.png(plot));
        } catch (RuntimeException | LinkageError | InternalError e) {
            LOG.warn("The plot \"{}\" cannot be drawn: {}.", plot.title(), UserException.reason(e));
            LOG.debug("The stack trace:", e);
            return DrawnPlot.failed(plot, UserException.reason(e));
        }
    }
}
