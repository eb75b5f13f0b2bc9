package io.github.dl4jep.cli.plot;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.util.Locale;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * What all charts have in common: size, letters that are still readable when a phone shows the chart at half its size, and a legend
 * below.
 */
final class ChartFrame {
    private static final int WIDTH = 680;
    private static final int HEIGHT = 560;
    private static final int TEXT = 20;
    private static final int TITLE = 23;
    private static final int MARKER = 10;
    private static final int PADDING = 14;
    private static final float LINE = 3;
    private static final Color INK = new Color(0x222222);
    private static final Color GRID = new Color(0xDDDDDD);

    private ChartFrame() {}

    static XYChart lines(String title, String x, String y) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        style(chart.getStyler());
        return chart;
    }

    static CategoryChart bars(String title, String x, String y) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(x)
                .yAxisTitle(y)
                .build();
        style(chart.getStyler());
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        return chart;
    }

    private static void style(AxesChartStyler styler) {
        Font plain = new Font(Font.SANS_SERIF, Font.PLAIN, TEXT);
        Font bold = new Font(Font.SANS_SERIF, Font.BOLD, TITLE);
        styler.setChartTitleFont(bold)
                .setLegendFont(plain)
                .setAnnotationTextFont(plain.deriveFont(Font.BOLD))
                .setAnnotationTextFontColor(INK)
                .setChartFontColor(INK)
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setLegendBorderColor(Color.WHITE)
                .setLegendPosition(LegendPosition.OutsideS)
                .setLegendLayout(Styler.LegendLayout.Horizontal)
                .setLegendPadding(PADDING)
                .setLegendSeriesLineLength(36)
                .setChartTitlePadding(PADDING)
                .setChartPadding(PADDING)
                .setMarkerSize(MARKER)
                .setLocale(Locale.ROOT);
        styler.setAxisTitleFont(plain)
                .setAxisTickLabelsFont(plain)
                .setAxisTickLabelsColor(INK)
                .setYAxisLabelAlignment(TextAlignment.Right)
                .setPlotGridLinesColor(GRID)
                .setPlotGridLinesStroke(new BasicStroke(1))
                .setXAxisTickMarkSpacingHint(90)
                .setYAxisTickMarkSpacingHint(60);
    }

    /** Gives a trainer's line its look. */
    static void style(XYSeries series, TrainerStyle style) {
        series.setLineColor(style.color());
        series.setLineStyle(style.line());
        series.setLineWidth(LINE);
        series.setMarker(style.marker());
        series.setMarkerColor(style.color());
    }

    /** A thin dashed line that no data stand for. */
    static void reference(XYChart chart, String name, double from, double to) {
        XYSeries series = chart.addSeries(name, new double[] {from, to}, new double[] {from, to});
        series.setLineColor(TrainerStyle.REFERENCE);
        series.setLineStyle(SeriesLines.DASH_DASH);
        series.setLineWidth(2);
        series.setMarker(SeriesMarkers.NONE);
    }
}
