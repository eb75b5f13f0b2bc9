package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.metric.Diagnostics.Example;
import io.github.dl4jep.cli.metric.IntervalCoverage;
import java.awt.Color;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Numbers predicted step by step, with the bands that should hold half of the true values and nine tenths of them. */
final class SeriesPlots {
    private static final double HALF = IntervalCoverage.deviations(0.5);
    private static final double NINETY = IntervalCoverage.deviations(0.9);
    private static final int LIGHT = 50;
    private static final int DARK = 70;

    private final String trainer;
    private final List<List<Example>> series;

    /**
     * Creates the plots.
     *
     * @param trainer who predicts
     * @param series test sequences, step by step; none for rows
     */
    SeriesPlots(String trainer, List<List<Example>> series) {
        this.trainer = trainer;
        this.series = series;
    }

    List<Plot> plots() {
        return IntStream.range(0, series.size()).mapToObj(this::plot).toList();
    }

    private Plot plot(int index) {
        String title = "Test sequence " + (index + 1) + " step by step, " + trainer;
        return new Plot(
                "series-" + trainer + "-" + (index + 1),
                title,
                "The line is the predicted mean. The dark band should hold half of the true values, which are points, and the"
                        + " light one 90 %.",
                () -> chart(title, series.get(index)));
    }

    private XYChart chart(String title, List<Example> steps) {
        XYChart chart = ChartFrame.lines(title, "step", "value [units of the target]");
        Color color = TrainerStyle.of(trainer).color();
        band(chart, "90 %", steps, NINETY, new Color(color.getRed(), color.getGreen(), color.getBlue(), LIGHT));
        band(chart, "50 %", steps, HALF, new Color(color.getRed(), color.getGreen(), color.getBlue(), DARK));
        double[] numbers =
                IntStream.rangeClosed(1, steps.size()).asDoubleStream().toArray();
        XYSeries mean = chart.addSeries(
                "mean", numbers, steps.stream().mapToDouble(Example::mean).toArray());
        ChartFrame.style(mean, TrainerStyle.of(trainer));
        mean.setMarker(SeriesMarkers.NONE);
        XYSeries truth = chart.addSeries(
                "true value",
                numbers,
                steps.stream().mapToDouble(Example::truth).toArray());
        truth.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        truth.setMarker(SeriesMarkers.CIRCLE);
        truth.setMarkerColor(TrainerStyle.CONTRAST);
        chart.getStyler().setMarkerSize(5);
        return chart;
    }

    /** Along the upper end of the intervals, and back along the lower one. */
    private static void band(XYChart chart, String name, List<Example> steps, double deviations, Color color) {
        int count = steps.size();
        double[] x = new double[2 * count];
        double[] y = new double[2 * count];
        for (int i = 0; i < count; i++) {
            Example step = steps.get(i);
            x[i] = i + 1;
            y[i] = step.mean() + deviations * step.deviation();
            x[2 * count - 1 - i] = i + 1;
            y[2 * count - 1 - i] = step.mean() - deviations * step.deviation();
        }
        XYSeries band = chart.addSeries(name, x, y);
        band.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        band.setFillColor(color);
        band.setLineColor(new Color(0, 0, 0, 0));
        band.setMarker(SeriesMarkers.NONE);
    }
}
