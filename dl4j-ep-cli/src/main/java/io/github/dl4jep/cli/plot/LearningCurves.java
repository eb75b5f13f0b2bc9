package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.compare.ComparisonResult;
import io.github.dl4jep.cli.compare.Estimate;
import io.github.dl4jep.cli.compare.PassResult;
import io.github.dl4jep.cli.compare.Run;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.metric.Figures;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;

/** Error and negative log likelihood on the test rows, against passes and against seconds, one line for each trainer. */
final class LearningCurves {
    /** From this ratio of the largest to the smallest value, an axis is logarithmic. */
    private static final double WIDE = 20;

    private static final Measure CLASS_ERROR =
            new Measure("error", "Test error", "test error [%]", figures -> times(100, figures.testError()));
    private static final Measure CLASS_NLL =
            new Measure("nll", "Negative log likelihood", "neg. log likelihood [nats per row]", Figures::nll);
    private static final Measure NUMBER_ERROR =
            new Measure("error", "Test RMSE", "RMSE [units of the target]", Figures::rmse);
    private static final Measure NUMBER_NLL = new Measure(
            "nll",
            "Negative log likelihood",
            "neg. log likelihood [nats per row]",
            figures -> times(-1, figures.logLikelihood()));

    private final ComparisonResult result;

    LearningCurves(ComparisonResult result) {
        this.result = result;
    }

    /**
     * A figure that is the better, the smaller.
     *
     * @param name part of the file's name
     * @param title what it is
     * @param axis the same with its unit
     * @param value takes it out, null where it does not apply
     */
    private record Measure(String name, String title, String axis, Function<Figures, @Nullable Double> value) {}

    /** A trainer's line, and the standard errors of its heights if they are means. */
    record Curve(List<Double> x, List<Double> y, List<Double> errors) {
        void add(double at, Estimate estimate) {
            x.add(at);
            y.add(estimate.mean());
            if (estimate.standardError() != null) {
                errors.add(estimate.standardError());
            }
        }
    }

    private static @Nullable Double times(double factor, @Nullable Double value) {
        return value == null ? null : factor * value;
    }

    List<Plot> plots() {
        boolean classes = result.facts().task() == Task.CLASSIFICATION;
        List<Plot> plots = new ArrayList<>();
        for (Measure measure : classes ? List.of(CLASS_ERROR, CLASS_NLL) : List.of(NUMBER_ERROR, NUMBER_NLL)) {
            plots.add(plot(measure, "passes", "passes over the training rows", false));
            plots.add(plot(measure, "seconds", "training time [s]", true));
        }
        return plots;
    }

    private Plot plot(Measure measure, String against, String xAxis, boolean seconds) {
        String title = measure.title() + " against " + against;
        String caption = "Lower is better" + (seconds ? "; evaluation is not counted as training time." : ".")
                + (result.repeats().isEmpty()
                        ? ""
                        : " Means of " + result.repeats() + "; bars are the standard error.");
        return new Plot(
                measure.name() + "-against-" + against,
                title,
                caption,
                () -> chart(title, xAxis, measure.axis(), curves(measure.value(), seconds)));
    }

    /** The finite points of every trainer that has some. */
    Map<String, Curve> curves(Function<Figures, @Nullable Double> value, boolean seconds) {
        Map<String, Curve> curves = new LinkedHashMap<>();
        result.byTrainer().forEach((trainer, runs) -> {
            Curve curve = curve(runs, value, seconds);
            if (!curve.x().isEmpty()) {
                curves.put(trainer, curve);
            }
        });
        return curves;
    }

    private Curve curve(List<Run> runs, Function<Figures, @Nullable Double> value, boolean seconds) {
        Curve curve = new Curve(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        double elapsed = 0;
        for (int i = 0; i < result.passes(); i++) {
            int pass = i;
            List<PassResult> results =
                    runs.stream().map(run -> run.passes().get(pass)).toList();
            elapsed += results.stream()
                    .mapToDouble(PassResult::trainSeconds)
                    .average()
                    .orElseThrow();
            List<Double> values = results.stream()
                    .map(one -> value.apply(one.figures()))
                    .filter(Objects::nonNull)
                    .toList();
            // A mean over runs of which one has diverged would hide it: the point is left out.
            if (values.size() == runs.size() && values.stream().allMatch(Double::isFinite)) {
                curve.add(seconds ? elapsed : pass + 1.0, Estimate.of(values));
            }
        }
        return curve;
    }

    /** Lines with their names at their ends. */
    static XYChart chart(String title, String xAxis, String yAxis, Map<String, Curve> curves) {
        XYChart chart = ChartFrame.lines(title, xAxis, yAxis);
        boolean wide = isWide(curves);
        curves.forEach(
                (trainer, curve) -> ChartFrame.style(add(chart, trainer, curve, wide), TrainerStyle.of(trainer)));
        DirectLabels labels = new DirectLabels(chart, curves);
        if (wide) {
            chart.getStyler().setYAxisLogarithmic(true);
        }
        labels.add();
        return chart;
    }

    /** Without bars where one would reach below what a logarithmic axis can show. */
    private static XYSeries add(XYChart chart, String trainer, Curve curve, boolean logarithmic) {
        boolean fits = IntStream.range(0, curve.errors().size())
                .allMatch(i -> !logarithmic || curve.errors().get(i) < curve.y().get(i));
        return curve.errors().isEmpty() || !fits
                ? chart.addSeries(trainer, curve.x(), curve.y())
                : chart.addSeries(trainer, curve.x(), curve.y(), curve.errors());
    }

    private static boolean isWide(Map<String, Curve> curves) {
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (Curve curve : curves.values()) {
            for (double y : curve.y()) {
                smallest = Math.min(smallest, y);
                largest = Math.max(largest, y);
            }
        }
        return smallest > 0 && largest > WIDE * smallest;
    }
}
