package io.github.dl4jep.cli.plot;

import io.github.dl4jep.cli.plot.LearningCurves.Curve;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;

/** The name of every line at its end, moved apart where lines end close to each other. */
final class DirectLabels {
    /** The part of the axis that is kept free for the names. */
    private static final double ROOM = 0.2;
    /** The least distance of two names, as part of the axis. */
    private static final double APART = 0.075;

    private static final DecimalFormat NUMBER =
            new DecimalFormat("0.####", DecimalFormatSymbols.getInstance(Locale.ROOT));

    private final XYChart chart;
    private final Map<String, Curve> curves;

    DirectLabels(XYChart chart, Map<String, Curve> curves) {
        this.chart = chart;
        this.curves = curves;
    }

    /** A name and the height it stands at, as part of the axis. */
    private record Label(String trainer, double x, double height) {}

    /** Sets the axes' limits and writes the names. */
    void add() {
        if (curves.isEmpty()) {
            return;
        }
        boolean logarithmic = chart.getStyler().isYAxisLogarithmic();
        double smallest = extreme(Comparator.naturalOrder());
        double largest = extreme(Comparator.reverseOrder());
        double low = logarithmic ? smallest / 1.3 : Math.min(smallest, Math.max(0, smallest - (largest - smallest)));
        double high = logarithmic ? largest * 1.3 : largest + 0.08 * (largest - low);
        if (low == high) {
            low = smallest - 1;
            high = smallest + 1;
        }
        double start = curves.values().stream()
                .mapToDouble(curve -> curve.x().get(0))
                .min()
                .orElseThrow();
        double end =
                curves.values().stream().mapToDouble(DirectLabels::end).max().orElseThrow();
        double left = end > start ? Math.max(0, start - 0.05 * (end - start)) : start / 2;
        double room = ROOM * Math.max(end - left, 1e-9);
        chart.getStyler()
                .setXAxisMin(left)
                .setXAxisMax(end + room)
                .setYAxisMin(low)
                .setYAxisMax(high);
        chart.getStyler().setXAxisTickLabelsFormattingFunction(tick -> tick > end + 1e-9 ? "" : NUMBER.format(tick));
        write(low, high, room, logarithmic);
    }

    private static double end(Curve curve) {
        return curve.x().get(curve.x().size() - 1);
    }

    private double extreme(Comparator<Double> order) {
        return curves.values().stream()
                .flatMap(curve -> curve.y().stream())
                .min(order)
                .orElseThrow();
    }

    private void write(double low, double high, double room, boolean logarithmic) {
        double bottom = logarithmic ? Math.log(low) : low;
        double span = (logarithmic ? Math.log(high) : high) - bottom;
        List<Label> labels = curves.entrySet().stream()
                .map(entry -> {
                    List<Double> y = entry.getValue().y();
                    double last = y.get(y.size() - 1);
                    double height = ((logarithmic ? Math.log(last) : last) - bottom) / span;
                    return new Label(entry.getKey(), end(entry.getValue()), height);
                })
                .sorted(Comparator.comparingDouble(Label::height))
                .toList();
        double free = 0;
        for (Label label : labels) {
            double height = Math.max(label.height(), free);
            free = height + APART;
            double at = bottom + span * height;
            chart.addAnnotation(
                    new AnnotationText(label.trainer(), label.x() + room / 2, logarithmic ? Math.exp(at) : at, false));
        }
    }
}
