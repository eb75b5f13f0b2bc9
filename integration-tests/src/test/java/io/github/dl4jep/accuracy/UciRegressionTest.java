package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UciRegressionTest {

    @Test
    void energyIsLearnedInTwentyPasses() {
        Training training = new Training(RealData.uci("energy").split(0), "mlp:50", 32);

        for (int pass = 0; pass < 20; pass++) {
            training.pass();
        }

        TestFigures.Numbers figures = TestFigures.ofNumbers(training.network(), training.split());
        assertThat(figures.rmse()).isLessThan(0.9).isLessThan(TestFigures.rmseOfTrainingMean(training.split()) / 8);
        assertThat(figures.logLikelihood()).isGreaterThan(-1.7);
    }
}
