package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The figures that the project promises for LeNet on all of MNIST. Takes many minutes. */
@Tag("long-running-test")
class LeNetFiguresTest {

    private static final int BATCH = 64;

    @ParameterizedTest
    @CsvSource({"lenet, 0.011, 0.036, 0.009, 0.030", "lenet:avg, 0.0085, 0.036, 0.0075, 0.030"})
    void reluInTwoPasses(String net, double error1, double nll1, double error2, double nll2) {
        Training training = new Training(RealData.digits(), net, BATCH);

        training.pass();
        TestFigures.Classes first = TestFigures.ofClasses(training.network(), training.split());
        training.pass();
        TestFigures.Classes second = TestFigures.ofClasses(training.network(), training.split());

        assertThat(first.error()).as("test error after one pass").isLessThanOrEqualTo(error1);
        assertThat(first.nll()).as("negative log likelihood after one pass").isLessThanOrEqualTo(nll1);
        assertThat(second.error()).as("test error after two passes").isLessThanOrEqualTo(error2);
        assertThat(second.nll()).as("negative log likelihood after two passes").isLessThanOrEqualTo(nll2);
    }

    @Test
    void firstImages() {
        Training training = new Training(RealData.digits(), "lenet", BATCH);

        training.beginningOfPass(12_800);

        assertThat(TestFigures.ofClasses(training.network(), training.split()).error())
                .as("test error after 12,800 images")
                .isLessThanOrEqualTo(0.023);
    }

    @Test
    void heavisideUnitsInTwoPasses() {
        EpOptions options =
                EpOptions.builder().hiddenActivation(new ActivationHeaviside()).build();
        Training training = new Training(RealData.digits(), "lenet", BATCH, options);

        training.pass();
        training.pass();

        assertThat(TestFigures.ofClasses(training.network(), training.split()).error())
                .as("test error after two passes")
                .isLessThanOrEqualTo(0.018);
    }
}
