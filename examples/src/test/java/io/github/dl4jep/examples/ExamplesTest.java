package io.github.dl4jep.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.dl4jep.likelihood.Prediction;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Runs every example, shortly. */
class ExamplesTest {

    private static final String[] MNIST = {
        "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
    };

    @TempDir
    private Path folder;

    @Test
    void controlChartsAreTold() {
        assertThat(ControlCharts.run(4).accuracy()).isGreaterThan(0.5);
    }

    /** One step ahead, of numbers by month and by half hour. */
    @ParameterizedTest
    @CsvSource({"air-passengers.csv, 12, 8", "electricity-demand.csv, 336, 5"})
    void seriesAreForecastWithIntervals(String file, int season, int passes) throws IOException {
        assertForecast(SeriesForecast.run(SeriesForecast.read(Path.of("data", file)), season, passes));
    }

    @ParameterizedTest
    @Tag("long-running-test")
    @CsvSource({"co2.csv", "sunspots.csv"})
    void otherSeriesAreForecastWithIntervals(String name) throws IOException {
        Path file = Path.of(System.getProperty("dl4jep.data.dir", "../../shared/data"), "series", name);
        assumeTrue(Files.exists(file), "no series at " + file);

        assertForecast(SeriesForecast.run(SeriesForecast.read(file), 12, 5));
    }

    private static void assertForecast(SeriesForecast.Figures figures) {
        assertThat(figures.error()).as("scaled error").isLessThan(0.7 * figures.naiveError());
        assertThat(figures.coverage()).as("inside 90 %% intervals").isBetween(0.85, 0.95);
    }

    @Test
    void irisIsClassified() throws IOException, InterruptedException {
        assertThat(IrisClassifier.run(new File("data/iris.csv"), 10).accuracy()).isGreaterThan(0.9);
    }

    @Test
    void theIrisProgramPrintsAnEvaluation() throws IOException, InterruptedException {
        PrintStream terminal = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            IrisClassifier.main(new String[] {"data/iris.csv"});
        } finally {
            System.setOut(terminal);
        }
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("Accuracy:")
                .contains("Confusion Matrix");
    }

    @Test
    void errorBarsCoverAndGrowOutside() throws IOException, InterruptedException {
        RegressionWithErrorBars.Fit fit = RegressionWithErrorBars.run(new File("data/waves.csv"), 40);

        assertThat(fit.coverage()).isBetween(0.88, 1.0);
        // The file has points between -2 and 2, with noise of deviation .1 around sin(2 x) + x / 2.
        double[] inputs = {-1.5, -1, 0, 1.2, 1.5};
        Prediction seen = fit.at(inputs);
        Prediction unseen = fit.at(-4, 4);
        for (int i = 0; i < inputs.length; i++) {
            double truth = Math.sin(2 * inputs[i]) + 0.5 * inputs[i];
            assertThat(seen.mean().getDouble(i)).isBetween(truth - 0.15, truth + 0.15);
        }
        assertThat(unseen.epistemicVariance().minNumber().doubleValue())
                .isGreaterThan(2 * seen.epistemicVariance().maxNumber().doubleValue());
        assertThat(Math.sqrt(seen.aleatoricVariance().getDouble(0))).isBetween(0.07, 0.15);
    }

    @Test
    void digitsAreClassifiedAndWrongOnesDoubted() throws IOException {
        Path data = Path.of(System.getProperty("dl4jep.data.dir", "../shared/data"), "mnist");
        for (String name : MNIST) {
            Path packed = data.resolve(name + ".gz");
            assumeTrue(
                    Files.isRegularFile(packed),
                    () -> "needs " + packed.toAbsolutePath().normalize());
            try (InputStream in = new GZIPInputStream(Files.newInputStream(packed))) {
                Files.copy(in, folder.resolve(name));
            }
        }

        MnistClassifier.Result result = MnistClassifier.run(3000, 1000, folder.toFile());

        assertThat(result.accuracy()).isGreaterThan(0.85);
        assertThat(result.entropyOfWrong()).isGreaterThan(2 * result.entropyOfRight());
    }
}
