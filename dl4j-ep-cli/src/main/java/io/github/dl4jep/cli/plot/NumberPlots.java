package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.metric.Diagnostics;
import io.github.dl4jep.cli.metric.Diagnostics.Example;
import io.github.dl4jep.cli.metric.IntervalCoverage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;

/** Whether predicted numbers and their error bars can be believed. */
final class NumberPlots {
    private static final double PERCENT = 100;
    private static final double BAR = 2;
    /** Free room beside the points, as part of their range. */
    private static final double MARGIN = 0.05;

    private final Map<String, Diagnostics.Numbers> trainers;

    NumberPlots(Map<String, Diagnostics.Numbers> trainers) {
        this.trainers = trainers;
    }

    List<Plot> plots() {
        List<Plot> plots = new ArrayList<>();
        if (!trainers.isEmpty()) {
            plots.add(new Plot(
                    "coverage",
                    "Coverage of predicted intervals",
                    "How many true values lie in the intervals that should hold 50, 90 and 95 % of them: lower than expected is"
                            + " too confident, higher too careful.",
                    this::coverage));
        }
        trainers.forEach((trainer, numbers) -> plots.add(predicted(trainer, numbers)));
        trainers.forEach((trainer, numbers) -> plots.addAll(new SeriesPlots(trainer, numbers.series()).plots()));
        return plots;
    }

    private CategoryChart coverage() {
        CategoryChart chart = ChartFrame.bars("Coverage after the last pass", "interval", "true values inside [%]");
        List<String> intervals = IntervalCoverage.LEVELS.stream()
                .map(level -> Math.round(PERCENT * level) + " %")
                .toList();
        CategorySeries expected = chart.addSeries(
                "expected",
                intervals,
                IntervalCoverage.LEVELS.stream().map(level -> PERCENT * level).toList());
        expected.setFillColor(TrainerStyle.REFERENCE);
        trainers.forEach((trainer, numbers) -> {
            List<Double> observed = IntStream.range(0, intervals.size())
                    .mapToObj(level -> PERCENT * numbers.coverage().observed(level))
                    .toList();
            CategorySeries series = chart.addSeries(trainer, intervals, observed);
            series.setFillColor(TrainerStyle.of(trainer).color());
        });
        chart.getStyler().setYAxisMin(0.0).setYAxisMax(PERCENT);
        return chart;
    }

    private static Plot predicted(String trainer, Diagnostics.Numbers numbers) {
        int shown = numbers.examples().size();
        String caption =
                "Each point is a test row; its bar reaches two predicted standard deviations up and down (about 95 %)."
                        + " On the dashed line a prediction is exact. "
                        + (shown < numbers.coverage().rows()
                                ? shown + " of " + numbers.coverage().rows() + " rows are shown."
                                : "All " + shown + " test rows are shown.");
        return new Plot(
                "predicted-" + trainer,
                "Predicted against true, " + trainer,
                caption,
                () -> chart(trainer, numbers.examples()));
    }

    private static XYChart chart(String trainer, List<Example> examples) {
        XYChart chart = ChartFrame.lines(
                "Predicted against true, " + trainer,
                "true value [units of the target]",
                "predicted value [units of the target]");
        double[] truth = examples.stream().mapToDouble(Example::truth).toArray();
        double smallest = DoubleStream.of(truth).min().orElseThrow();
        double largest = DoubleStream.of(truth).max().orElseThrow();
        double margin = smallest == largest ? 1 : MARGIN * (largest - smallest);
        ChartFrame.reference(chart, "exact", smallest, largest);
        XYSeries series = chart.addSeries(
                trainer + ", ± 2 standard deviations",
                truth,
                examples.stream().mapToDouble(Example::mean).toArray(),
                examples.stream().mapToDouble(e -> BAR * e.deviation()).toArray());
        ChartFrame.style(series, TrainerStyle.of(trainer));
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        chart.getStyler().setErrorBarsColorSeriesColor(true).setMarkerSize(8);
        chart.getStyler().setXAxisMin(smallest - margin).setXAxisMax(largest + margin);
        return chart;
    }
}
