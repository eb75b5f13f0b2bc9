package io.github.dl4jep.cli.plot;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.compare.ComparisonResult;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.AxesChart;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.internal.series.Series;

class ComparisonPlotsTest {
    private static final ComparisonResult CLASSES = Comparisons.classes("iris", "ep", "adam", "sgd");
    private static final ComparisonResult NUMBERS = Comparisons.numbers("uci:yacht", "ep", "adam");

    @Test
    void classesHaveCurvesReliabilityAndOneHistogramForEachTrainer() {
        assertThat(ComparisonPlots.of(CLASSES))
                .extracting(Plot::name)
                .containsExactly(
                        "error-against-passes",
                        "error-against-seconds",
                        "nll-against-passes",
                        "nll-against-seconds",
                        "reliability",
                        "entropy-ep",
                        "entropy-adam",
                        "entropy-sgd");
    }

    @Test
    void numbersHaveCurvesCoverageAndOneScatterForEachTrainer() {
        assertThat(ComparisonPlots.of(NUMBERS))
                .extracting(Plot::name)
                .containsExactly(
                        "error-against-passes",
                        "error-against-seconds",
                        "nll-against-passes",
                        "nll-against-seconds",
                        "coverage",
                        "predicted-ep",
                        "predicted-adam");
    }

    static Stream<Plot> plots() {
        return Stream.of(
                        CLASSES,
                        NUMBERS,
                        Comparisons.diverged(CLASSES, "sgd"),
                        Comparisons.diverged(Comparisons.numbers("x", "adam"), "adam"))
                .flatMap(result -> ComparisonPlots.of(result).stream());
    }

    @ParameterizedTest
    @MethodSource("plots")
    void everyPlotHasTitleUnitsAndLegendAndCanBeDrawn(Plot plot) throws IOException {
        AxesChart<?, ?> chart = (AxesChart<?, ?>) plot.chart().get();

        assertThat(chart.getTitle()).isNotBlank();
        assertThat(chart.getXAxisTitle()).matches("interval|passes over the training rows|.*\\[.+\\].*");
        assertThat(chart.getYAxisTitle()).matches(".*\\[.+\\].*");
        assertThat(chart.getStyler().isLegendVisible()).isTrue();
        assertThat(plot.caption()).endsWith(".");
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(PlotImage.png(plot)));
        assertThat(image.getWidth()).isEqualTo(2 * chart.getWidth());
        assertThat(image.getHeight()).isEqualTo(2 * chart.getHeight());
    }

    @Test
    void aTrainerHasTheSameColourEverywhere() {
        for (Plot plot : ComparisonPlots.of(CLASSES).subList(0, 5)) {
            XYChart chart = (XYChart) plot.chart().get();
            assertThat(chart.getSeries("ep").getLineColor()).isEqualTo(new Color(0x0072B2));
            assertThat(chart.getSeries("adam").getMarkerColor()).isEqualTo(new Color(0xD55E00));
            assertThat(chart.getSeries("sgd").getMarker())
                    .isNotEqualTo(chart.getSeries("adam").getMarker());
        }
        assertThat(TrainerStyle.of("ep").css()).isEqualTo("#0072b2");
    }

    @Test
    void curvesAreMeansOverSplitsWithStandardErrorsAgainstPassesAndSeconds() {
        XYChart passes = chart(NUMBERS, "error-against-passes");
        XYChart seconds = chart(NUMBERS, "nll-against-seconds");

        assertThat(passes.getSeries("ep").getXData()).containsExactly(1, 2);
        assertThat(passes.getSeries("ep").getYData()).containsExactly(5, 3);
        assertThat(passes.getSeries("ep").getExtraValues()).containsExactly(1, 1);
        assertThat(chart(CLASSES, "error-against-passes").getSeries("ep").getExtraValues())
                .isNull();
        assertThat(seconds.getSeries("adam").getXData()).containsExactly(1.5, 3);
        assertThat(seconds.getSeries("adam").getYData()).containsExactly(2, 1);
    }

    @Test
    void errorsOfClassesAreInPercent() {
        assertThat(chart(CLASSES, "error-against-passes").getSeries("adam").getYData())
                .containsExactly(11, 5);
    }

    @Test
    void afterDivergenceALineEnds() {
        ComparisonResult result = Comparisons.diverged(CLASSES, "sgd");

        assertThat(chart(result, "error-against-passes").getSeries("sgd").getYData())
                .hasSize(1);
        assertThat(chart(result, "reliability").getSeries("sgd")).isNull();
        assertThat(ComparisonPlots.of(result)).extracting(Plot::name).doesNotContain("entropy-sgd");
    }

    @Test
    void reliabilityShowsTheBinsThatHaveRows() {
        // Confidences 1, .9 and .8 right, .6 wrong: four bins.
        XYChart chart = chart(CLASSES, "reliability");

        assertThat(names(chart)).containsExactly("ideal", "ep", "adam", "sgd");
        assertThat(chart.getSeries("ep").getXData()).containsExactly(60, 80, 90, 100);
        assertThat(chart.getSeries("ep").getYData()).containsExactly(0, 100, 100, 100);
    }

    @Test
    void entropyTellsRightFromWrong() {
        assertThat(names(chart(CLASSES, "entropy-ep"))).containsExactly("right (3 rows)", "wrong (1 row)");
    }

    @Test
    void coverageIsOverAllSplits() {
        CategoryChart chart = (CategoryChart) plot(NUMBERS, "coverage").chart().get();

        assertThat(names(chart)).containsExactly("expected", "ep", "adam");
        assertThat(chart.getSeries("expected").getYData()).containsExactly(50.0, 90.0, 95.0);
        assertThat(chart.getSeries("ep").getYData()).containsExactly(45.0, 92.5, 97.5);
    }

    @Test
    void predictionsHaveErrorBarsOfTwoDeviations() {
        XYChart chart = chart(NUMBERS, "predicted-adam");

        assertThat(chart.getSeries("adam, ± 2 standard deviations").getExtraValues())
                .hasSize(40)
                .startsWith(2, 2.2);
    }

    private static List<String> names(Chart<?, ?> chart) {
        return chart.getSeriesCollection().stream().map(Series::getName).toList();
    }

    private static XYChart chart(ComparisonResult result, String name) {
        return (XYChart) plot(result, name).chart().get();
    }

    private static Plot plot(ComparisonResult result, String name) {
        return ComparisonPlots.of(result).stream()
                .filter(plot -> plot.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
