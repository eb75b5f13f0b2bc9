package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.data.source.DataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The figures that the project promises on four regression sets, means over all their splits. Takes several minutes. */
@Tag("long-running-test")
class UciFiguresTest {

    private static final int PASSES = 40;

    @ParameterizedTest
    @CsvSource({"bostonHousing, 3.00, -2.52", "concrete, 5.25, -3.10", "energy, 0.65, -0.95", "yacht, 0.90, -1.55"})
    void allSplits(String name, double largestError, double smallestLogLikelihood) {
        DataSource source = RealData.uci(name);
        double error = 0;
        double logLikelihood = 0;
        for (int i = 0; i < source.splitCount(); i++) {
            TestFigures.Numbers figures = figuresOfSplit(source, i);
            error += figures.rmse() / source.splitCount();
            logLikelihood += figures.logLikelihood() / source.splitCount();
        }

        assertThat(error).as("root mean squared error").isLessThanOrEqualTo(largestError);
        assertThat(logLikelihood).as("log likelihood").isGreaterThanOrEqualTo(smallestLogLikelihood);
    }

    private static TestFigures.Numbers figuresOfSplit(DataSource source, int index) {
        Training training = new Training(source.split(index), "mlp:50", 32);
        for (int pass = 0; pass < PASSES; pass++) {
            training.pass();
        }
        return TestFigures.ofNumbers(training.network(), training.split());
    }
}
