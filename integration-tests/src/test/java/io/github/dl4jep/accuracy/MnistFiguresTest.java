package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.split.Split;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The figures that the project promises on all of MNIST. Takes several minutes. */
@Tag("long-running-test")
class MnistFiguresTest {

    @Test
    void twoLayersOfFiveHundredInTwoPasses() {
        Training training = new Training(RealData.digits(), "mlp:500,500", 128);

        training.pass();
        TestFigures.Classes first = TestFigures.ofClasses(training.network(), training.split());
        training.pass();
        TestFigures.Classes second = TestFigures.ofClasses(training.network(), training.split());

        assertThat(first.error()).as("test error after one pass").isLessThanOrEqualTo(0.028);
        assertThat(first.nll()).as("negative log likelihood after one pass").isLessThanOrEqualTo(0.10);
        assertThat(first.calibrationError())
                .as("calibration error after one pass")
                .isLessThanOrEqualTo(0.02);
        assertThat(second.error()).as("test error after two passes").isLessThanOrEqualTo(0.021);
        assertThat(second.nll()).as("negative log likelihood after two passes").isLessThanOrEqualTo(0.08);
        assertThat(second.calibrationError())
                .as("calibration error after two passes")
                .isLessThanOrEqualTo(0.02);
    }

    @Test
    void twoLayersOfHundredAndTwentyEightInOnePass() {
        Training training = new Training(RealData.digits(), "mlp:128,128", 64);

        training.pass();

        assertThat(TestFigures.ofClasses(training.network(), training.split()).error())
                .isLessThanOrEqualTo(0.035);
    }

    @Test
    void theBatchSizeHardlyMatters() {
        Split split = RealData.digits();
        double small = errorAfterOnePass(split, 32);
        double middle = errorAfterOnePass(split, 128);
        double large = errorAfterOnePass(split, 512);

        double best = Math.min(small, Math.min(middle, large));
        double worst = Math.max(small, Math.max(middle, large));
        assertThat(worst)
                .as("worst of the test errors %s, %s, %s at batches of 32, 128, 512", small, middle, large)
                .isCloseTo(best, within(0.004));
    }

    private static double errorAfterOnePass(Split split, int batch) {
        Training training = new Training(split, "mlp:500,500", batch);
        training.pass();
        return TestFigures.ofClasses(training.network(), split).error();
    }
}
