package io.github.dl4jep.cli.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EntropyHistogramTest {
    // In units of ln 2 the entropies are 0, 1 - almost, and .469 (of .9 and .1): bins 0, 19 and 9 of 20.
    private static final INDArray PROBABILITIES =
            Nd4j.create(new double[][] {{1, 0}, {0.501, 0.499}, {0.1, 0.9}, {0.1, 0.9}});
    private static final INDArray LABELS = Nd4j.create(new double[][] {{1, 0}, {0, 1}, {0, 1}, {1, 0}});

    @Test
    void rightAndWrongRowsAreCountedByEntropy() {
        EntropyHistogram histogram = EntropyHistogram.of(PROBABILITIES, LABELS);

        assertThat(histogram.largest()).isCloseTo(0.6931472, within(1e-6));
        assertThat(histogram.right()).isEqualTo(counts(0, 9));
        assertThat(histogram.wrong()).isEqualTo(counts(9, 19));
    }

    @Test
    void twoSetsOfRowsAddUp() {
        EntropyHistogram one = EntropyHistogram.of(PROBABILITIES, LABELS);

        EntropyHistogram both = one.plus(EntropyHistogram.of(PROBABILITIES, LABELS.rsub(1)));

        assertThat(both.right()).isEqualTo(counts(0, 9, 9, 19));
        assertThat(both.wrong()).isEqualTo(counts(0, 9, 9, 19));
    }

    private static List<Long> counts(int... bins) {
        List<Long> counts = new ArrayList<>(Collections.nCopies(20, 0L));
        for (int bin : bins) {
            counts.set(bin, counts.get(bin) + 1);
        }
        return counts;
    }
}
