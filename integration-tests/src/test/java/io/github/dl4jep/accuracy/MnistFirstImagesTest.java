package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MnistFirstImagesTest {

    private static final int IMAGES = 12_800;

    @Test
    void onePassOverTwoHundredBatchesReadsDigits() {
        Training training = new Training(RealData.digits(), "mlp:128", 64);

        training.passInOrder(IMAGES);

        TestFigures.Classes figures = TestFigures.ofClasses(training.network(), training.split());
        assertThat(training.network().getIterationCount()).isEqualTo(200);
        assertThat(figures.error()).isLessThan(0.08);
        assertThat(figures.nll()).isLessThan(0.3);
        assertThat(figures.calibrationError()).isLessThan(0.05);
    }
}
