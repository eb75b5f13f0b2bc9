package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.metric.Diagnostics;
import io.github.dl4jep.cli.metric.EntropyHistogram;
import io.github.dl4jep.cli.metric.ReliabilityBins;
import io.github.dl4jep.cli.metric.ReliabilityBins.Bin;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Whether predicted probabilities can be believed. */
final class ClassPlots {
    private static final double PERCENT = 100;
    /** A bin of fewer rows says little. */
    private static final int LARGE = 10;

    private final Map<String, Diagnostics.Classes> trainers;

    ClassPlots(Map<String, Diagnostics.Classes> trainers) {
        this.trainers = trainers;
    }

    List<Plot> plots() {
        List<Plot> plots = new ArrayList<>();
        if (!trainers.isEmpty()) {
            plots.add(new Plot(
                    "reliability",
                    "Reliability",
                    "How often predictions of a certain confidence are right: on the dashed line as often as they say, below it"
                            + " less often (too confident), above it more often (too careful). "
                            + ReliabilityBins.COUNT
                            + " bins; those with fewer than "
                            + LARGE
                            + " rows are points without a line.",
                    this::reliability));
        }
        trainers.forEach((trainer, classes) -> plots.add(entropy(trainer, classes.entropy())));
        return plots;
    }

    private XYChart reliability() {
        XYChart chart =
                ChartFrame.lines("Reliability after the last pass", "mean confidence [%]", "right predictions [%]");
        ChartFrame.reference(chart, "ideal", 0, PERCENT);
        trainers.forEach((trainer, classes) -> {
            List<Bin> bins = classes.reliability().bins().stream()
                    .filter(bin -> bin.rows() > 0)
                    .toList();
            List<Bin> large = bins.stream().filter(bin -> bin.rows() >= LARGE).toList();
            if (large.isEmpty()) {
                points(chart, trainer, trainer, bins);
            } else {
                ChartFrame.style(add(chart, trainer, large), TrainerStyle.of(trainer));
                List<Bin> small =
                        bins.stream().filter(bin -> bin.rows() < LARGE).toList();
                if (!small.isEmpty()) {
                    points(chart, trainer, trainer + ", small bins", small).setShowInLegend(false);
                }
            }
        });
        chart.getStyler().setXAxisMin(0.0).setXAxisMax(PERCENT).setYAxisMin(0.0).setYAxisMax(PERCENT);
        return chart;
    }

    private static XYSeries add(XYChart chart, String name, List<Bin> bins) {
        return chart.addSeries(
                name,
                bins.stream().map(bin -> PERCENT * bin.confidence()).toList(),
                bins.stream().map(bin -> PERCENT * bin.accuracy()).toList());
    }

    private static XYSeries points(XYChart chart, String trainer, String name, List<Bin> bins) {
        XYSeries series = add(chart, name, bins);
        ChartFrame.style(series, TrainerStyle.of(trainer));
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        return series;
    }

    private static Plot entropy(String trainer, EntropyHistogram entropy) {
        long wrong = total(entropy.wrong());
        String caption = "How uncertain the predictions of " + trainer + " are, for rows it predicts right and wrong"
                + (wrong == 0
                        ? "; here none is wrong."
                        : ". The further apart the two, the better the uncertainty warns of errors.");
        return new Plot(
                "entropy-" + trainer,
                "Predictive entropy of right and wrong answers, " + trainer,
                caption,
                () -> chart(trainer, entropy));
    }

    private static XYChart chart(String trainer, EntropyHistogram entropy) {
        XYChart chart = ChartFrame.lines(
                "Predictive entropy of " + trainer,
                String.format(Locale.ROOT, "entropy [nats], at most %.2f", entropy.largest()),
                "part of these rows [%]");
        XYSeries right = add(chart, "right", entropy.largest(), entropy.right());
        if (right != null) {
            paint(right, TrainerStyle.of(trainer).color(), 150);
        }
        XYSeries wrong = add(chart, "wrong", entropy.largest(), entropy.wrong());
        if (wrong != null) {
            paint(wrong, TrainerStyle.CONTRAST, 60);
            wrong.setLineStyle(SeriesLines.DASH_DASH);
        }
        chart.getStyler()
                .setXAxisMin(0.0)
                .setXAxisMax(Math.ceil(5 * entropy.largest()) / 5)
                .setYAxisMin(0.0)
                .setXAxisDecimalPattern("0.0#");
        return chart;
    }

    private static void paint(XYSeries series, java.awt.Color color, int alpha) {
        series.setLineColor(color);
        series.setLineWidth(3);
        series.setFillColor(new java.awt.Color(color.getRed(), color.getGreen(), color.getBlue(), alpha));
        series.setMarker(SeriesMarkers.NONE);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Area);
    }

    /** The outline of the bars. */
    private static @org.jspecify.annotations.Nullable XYSeries add(
            XYChart chart, String name, double largest, List<Long> counts) {
        long rows = total(counts);
        if (rows == 0) {
            return null;
        }
        List<Double> x = new ArrayList<>();
        List<Double> y = new ArrayList<>();
        for (int bin = 0; bin < counts.size(); bin++) {
            double height = PERCENT * counts.get(bin) / rows;
            x.add(largest * bin / counts.size());
            y.add(height);
            x.add(largest * (bin + 1) / counts.size());
            y.add(height);
        }
        return chart.addSeries(String.format(Locale.ROOT, "%s (%,d %s)", name, rows, rows == 1 ? "row" : "rows"), x, y);
    }

    private static long total(List<Long> counts) {
        return counts.stream().mapToLong(count -> count).sum();
    }
}
