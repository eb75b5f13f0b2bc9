package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NegativeLogLikelihoodTest {
    private static final INDArray LABELS = Nd4j.create(new float[][] {{1, 0}, {0, 1}});

    @Test
    void isTheMeanOverRows() {
        INDArray probabilities = Nd4j.create(new float[][] {{0.5f, 0.5f}, {0.75f, 0.25f}});

        // (ln 2 + ln 4) / 2
        assertThat(NegativeLogLikelihood.of(probabilities, LABELS)).isCloseTo(1.5 * Math.log(2), within(1e-9));
    }

    @Test
    void certaintyCostsNothingAndProbabilityZeroCountsAsTheSmallestFloat() {
        INDArray probabilities = Nd4j.create(new float[][] {{1, 0}, {1, 0}});

        // 2^-149: 149 ln 2 = 103.28 nats in one of two rows
        assertThat(NegativeLogLikelihood.of(probabilities, LABELS)).isCloseTo(149 * Math.log(2) / 2, within(1e-9));
    }
}
