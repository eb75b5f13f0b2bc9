package io.github.dl4jep.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class WithheldExamplesTest {

    private static final int EXAMPLES = 2000;

    private final INDArray features = Nd4j.rand(DataType.FLOAT, EXAMPLES, 3);
    private final INDArray labels =
            Nd4j.rand(DataType.FLOAT, EXAMPLES, 2).gt(0.5).castTo(DataType.FLOAT);

    private static boolean[] flags(INDArray features, INDArray labels, double share) {
        return flags(Moments.pointMass(features), labels, share);
    }

    private static boolean[] flags(Moments features, INDArray labels, double share) {
        return flags(WithheldExamples.of(List.of(features), new Labels(labels, null), labels, share));
    }

    /** Weights learn nothing from withheld examples. */
    private static boolean[] flags(WithheldExamples withheld) {
        double[] trust = withheld.trust(null);
        boolean[] flags = new boolean[trust == null ? 0 : trust.length];
        for (int n = 0; n < flags.length; n++) {
            flags[n] = trust[n] == 0;
        }
        return flags;
    }

    @Test
    void theShareIsKept() {
        for (double share : new double[] {1.0 / 64, 0.1, 0.5}) {
            int count = 0;
            for (boolean withheld : flags(features, labels, share)) {
                count += withheld ? 1 : 0;
            }
            // Five standard deviations of a binomial.
            assertThat((double) count / EXAMPLES)
                    .isCloseTo(share, within(5 * Math.sqrt(share * (1 - share) / EXAMPLES)));
        }
    }

    /** Two batches of few data, but not more than one example in 16; of large batches no more because they are few. */
    @ParameterizedTest
    @CsvSource({
        "0.015625, 8, 16, 0.0625",
        "0.015625, 50, 64, 0.04",
        "0.015625, 50, 32, 0.04",
        "0.015625, 469, 128, 0.015625",
        "0.015625, 30, 2048, 0.015625",
        "0.015625, 10, 128, 0.0625",
        "0.1, 8, 16, 0.1",
        "0, 8, 16, 0"
    })
    void ofFewDataMoreAreWithheld(double asked, double batchesPerPass, long rows, double expected) {
        assertThat(WithheldExamples.share(asked, batchesPerPass, rows)).isCloseTo(expected, within(1e-12));
    }

    @Test
    void theExampleDecidesNotItsPlace() {
        boolean[] all = flags(features, labels, 0.2);
        for (int n = 0; n < 50; n++) {
            int row = EXAMPLES - 1 - 37 * n;
            INDArray one = features.getRow(row, true).dup(n % 2 == 0 ? 'c' : 'f');
            assertThat(flags(one, labels.getRow(row, true), 0.2)).containsExactly(all[row]);
        }
    }

    @Test
    void theOrderOfChannelsDoesNotDecide() {
        INDArray images = Nd4j.rand(DataType.FLOAT, 300, 3, 4, 5);
        INDArray last = images.permute(0, 2, 3, 1).dup('c');
        INDArray some = labels.get(NDArrayIndex.interval(0, 300), NDArrayIndex.all());
        for (char order : new char[] {'c', 'f'}) {
            assertThat(flags(ExampleFormat.CHANNELS_LAST.observed(last.dup(order)), some, 0.5))
                    .isEqualTo(flags(ExampleFormat.CHANNELS_FIRST.observed(images.dup(order)), some, 0.5))
                    .contains(true, false);
        }
    }

    @Test
    void minusZeroIsZero() {
        INDArray zeros = Nd4j.zeros(DataType.FLOAT, 200, 2);
        INDArray ids = Nd4j.rand(DataType.FLOAT, 200, 1);
        assertThat(flags(Nd4j.hstack(zeros, ids), ids, 0.5)).isEqualTo(flags(Nd4j.hstack(zeros.neg(), ids), ids, 0.5));
    }

    @Test
    void rowsAndLabelsOfTheWithheldGoTogether() {
        WithheldExamples withheld =
                WithheldExamples.of(List.of(Moments.pointMass(features)), new Labels(labels, labels), labels, 0.1);
        INDArray rows = withheld.of(List.of(Moments.pointMass(features))).get(0).mean();
        assertThat(rows.rows()).isEqualTo(withheld.count()).isPositive();
        int next = 0;
        for (int n = 0; n < EXAMPLES; n++) {
            if (flags(withheld)[n]) {
                assertThat(rows.getRow(next)).isEqualTo(features.getRow(n));
                assertThat(withheld.labels().values().getRow(next)).isEqualTo(labels.getRow(n));
                assertThat(withheld.labels().mask().getRow(next)).isEqualTo(labels.getRow(n));
                next++;
            }
        }
    }

    @Test
    void aShareOfZeroWithholdsNone() {
        WithheldExamples none =
                WithheldExamples.of(List.of(Moments.pointMass(features)), new Labels(labels, null), labels, 0);
        assertThat(none.trust(null)).isNull();
        double[] given = {0.5};
        assertThat(none.trust(given)).isSameAs(given);
    }

    /** A row that is trusted half stays so unless its example is withheld; there may be several rows for each example. */
    @Test
    void withheldExamplesTakeTrustAway() {
        WithheldExamples withheld =
                WithheldExamples.of(List.of(Moments.pointMass(features)), new Labels(labels, null), labels, 0.3);
        double[] given = new double[2 * EXAMPLES];
        Arrays.fill(given, 0.5);
        double[] trust = Objects.requireNonNull(withheld.trust(given));
        boolean[] flags = flags(withheld);
        for (int n = 0; n < trust.length; n++) {
            assertThat(trust[n]).isEqualTo(flags[n % EXAMPLES] ? 0 : 0.5);
        }
        assertThat(given).containsOnly(0.5);
    }
}
