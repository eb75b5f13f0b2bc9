package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.metric.ReliabilityBins.Bin;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ReliabilityBinsTest {
    /** Confidences .9, .92, .6 and 1; the first and the last two are right. */
    private static final INDArray PROBABILITIES =
            Nd4j.create(new double[][] {{0.9, 0.1}, {0.08, 0.92}, {0.6, 0.4}, {0, 1}});

    private static final INDArray LABELS = Nd4j.create(new double[][] {{1, 0}, {1, 0}, {1, 0}, {0, 1}});

    @Test
    void rowsAreInTheBinsOfTheirConfidence() {
        ReliabilityBins reliability = ReliabilityBins.of(PROBABILITIES, LABELS);

        assertThat(reliability.bins())
                .hasSize(15)
                .extracting(Bin::rows)
                .containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 2L, 1L);
        assertThat(reliability.bins().get(13).accuracy()).isEqualTo(0.5);
        assertThat(reliability.bins().get(13).confidence()).isCloseTo(0.91, within(1e-9));
        assertThat(reliability.bins().get(8).accuracy()).isEqualTo(1);
        assertThat(reliability.bins().get(8).confidence()).isCloseTo(0.6, within(1e-9));
        assertThat(reliability.bins().get(14).accuracy()).isEqualTo(1);
    }

    @Test
    void twoSetsOfRowsAddUp() {
        ReliabilityBins one = ReliabilityBins.of(PROBABILITIES, LABELS);

        ReliabilityBins both = one.plus(ReliabilityBins.of(PROBABILITIES, LABELS.rsub(1)));

        assertThat(both.bins())
                .extracting(Bin::rows)
                .containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 2L, 0L, 0L, 0L, 0L, 4L, 2L);
        assertThat(both.bins().get(13).accuracy()).isEqualTo(0.5);
        assertThat(both.bins().get(14).accuracy()).isEqualTo(0.5);
        assertThat(both.bins().get(13).confidence()).isCloseTo(0.91, within(1e-9));
    }
}
