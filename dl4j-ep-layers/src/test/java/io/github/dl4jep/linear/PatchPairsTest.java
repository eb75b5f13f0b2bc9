package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.MergedCovariance;
import io.github.dl4jep.message.PositionPairs;
import io.github.dl4jep.window.WindowGeometry;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle is J S J' of the network that is linear around its means, with the derivatives of every potential by every weight. */
class PatchPairsTest {

    private static final int BATCH = 3;
    private static final int CHANNELS = 2;
    private static final int UNITS = 4;
    private static final int OUTPUTS = 5;
    private static final int SIZE = 4;
    private static final int POSITIONS = SIZE * SIZE;
    private static final double BIAS = 0.3;

    private final WindowGeometry windows = WindowGeometry.on(ExampleShape.of(CHANNELS, SIZE, SIZE))
            .kernel(3, 3)
            .paddingBefore(1, 1)
            .output(SIZE, SIZE)
            .build();
    private final int fanIn = windows.fanIn();
    private final INDArray x = random(1, BATCH, CHANNELS * POSITIONS);
    /** Variance of a weight, the same for all units. */
    private final INDArray variance = positive(2, fanIn, 1);

    private static INDArray random(int seed, long... shape) {
        Nd4j.getRandom().setSeed(seed);
        return Nd4j.randn(DataType.DOUBLE, shape);
    }

    private static INDArray positive(int seed, long... shape) {
        Nd4j.getRandom().setSeed(seed);
        return Nd4j.rand(DataType.DOUBLE, shape).addi(0.1);
    }

    private PositionPairs first(INDArray seen) {
        return known(PatchPairs.of(
                windows, seen, BatchCovariance.none(), () -> new PatchPairs.Weights(variance, variance, BIAS)));
    }

    private static PositionPairs known(PositionPairs pairs) {
        return Objects.requireNonNull(pairs);
    }

    /** What window p of example n sees of the input at an element of the kernel. */
    private double seen(INDArray values, int n, int p, int element) {
        int kernel = windows.kernelPositions();
        int source = windows.sources(element % kernel)[p];
        return source < 0 ? 0 : values.getDouble(n, (long) element / kernel * POSITIONS + source);
    }

    /** Covariance of one unit's pre-activation of the first layer at two pairs. */
    private double ofFirst(INDArray values, int row, int other) {
        double sum = BIAS;
        for (int element = 0; element < fanIn; element++) {
            sum += variance.getDouble(element)
                    * seen(values, row % BATCH, row / BATCH, element)
                    * seen(values, other % BATCH, other / BATCH, element);
        }
        return sum;
    }

    private static int[] all() {
        return IntStream.range(0, BATCH * POSITIONS).toArray();
    }

    @Test
    void weightsOfOneLayer() {
        PositionPairs pairs = first(x);

        float[] k = pairs.between(all(), all());
        float[] variances = pairs.variances(all());
        for (int q = 0; q < BATCH * POSITIONS; q++) {
            for (int r = 0; r < BATCH * POSITIONS; r++) {
                assertThat((double) k[q * BATCH * POSITIONS + r]).isCloseTo(ofFirst(x, r, q), within(1e-4));
            }
            assertThat((double) variances[q]).isCloseTo(ofFirst(x, q, q), within(1e-4));
        }
    }

    @Test
    void weightsAtEveryPositionAfterUnits() {
        INDArray gain = random(3, BATCH, UNITS * POSITIONS);
        INDArray activation = random(4, BATCH, UNITS * POSITIONS);
        INDArray means = random(5, UNITS, OUTPUTS);
        INDArray variances = positive(6, UNITS, 1);
        WindowGeometry one = WindowGeometry.on(ExampleShape.of(UNITS, SIZE, SIZE))
                .kernel(1, 1)
                .output(SIZE, SIZE)
                .build();
        INDArray squares = means.mul(means).mean(true, 1);
        BatchCovariance before = message(first(x), gain);

        float[] k = known(
                        PatchPairs.of(one, activation, before, () -> new PatchPairs.Weights(variances, squares, BIAS)))
                .between(all(), all());

        for (int q = 0; q < BATCH * POSITIONS; q += 3) {
            for (int r = 0; r < BATCH * POSITIONS; r++) {
                double expected = BIAS;
                for (int unit = 0; unit < UNITS; unit++) {
                    double own = variances.getDouble(unit) * at(activation, r, unit) * at(activation, q, unit);
                    double output = 0;
                    for (int c = 0; c < OUTPUTS; c++) {
                        // Derivatives of output c at both pairs by the unit's pre-activation there.
                        double here = means.getDouble(unit, c) * at(gain, r, unit);
                        output += here * means.getDouble(unit, c) * at(gain, q, unit) / OUTPUTS;
                    }
                    expected += own + output * ofFirst(x, r, q);
                }
                assertThat((double) k[q * BATCH * POSITIONS + r]).isCloseTo(expected, within(2e-4));
            }
        }
    }

    private static BatchCovariance message(PositionPairs pairs, INDArray gain) {
        return new BatchCovariance(Nd4j.eye(BATCH).castTo(DataType.DOUBLE), gain).withPairs(pairs);
    }

    private static double at(INDArray values, int row, int unit) {
        return values.getDouble(row % BATCH, (long) unit * POSITIONS + row / BATCH);
    }

    @Test
    void windowsAfterUnitsAreExactWhereCovariancesDoNotChangeWithThePosition() {
        INDArray constant = Nd4j.create(DataType.DOUBLE, BATCH, CHANNELS * POSITIONS);
        for (int n = 0; n < BATCH; n++) {
            constant.getRow(n).assign(n + 0.5);
        }
        WindowGeometry inner = WindowGeometry.on(ExampleShape.of(CHANNELS, SIZE, SIZE))
                .kernel(1, 1)
                .output(SIZE, SIZE)
                .build();
        INDArray ofChannel = positive(8, CHANNELS, 1);
        PositionPairs first = known(PatchPairs.of(
                inner, constant, BatchCovariance.none(), () -> new PatchPairs.Weights(ofChannel, ofChannel, BIAS)));
        INDArray gain = random(9, BATCH, CHANNELS * POSITIONS);
        INDArray activation = random(10, BATCH, CHANNELS * POSITIONS);
        INDArray squares = positive(11, fanIn, 1);

        float[] k = known(PatchPairs.of(
                        windows, activation, message(first, gain), () -> new PatchPairs.Weights(variance, squares, 0)))
                .between(all(), all());

        for (int q = 0; q < BATCH * POSITIONS; q += 5) {
            for (int r = 0; r < BATCH * POSITIONS; r++) {
                double expected = 0;
                for (int element = 0; element < fanIn; element++) {
                    // Every element of the kernel has its own pair of positions, whose covariance is that of the
                    // examples.
                    double given = BIAS;
                    for (int channel = 0; channel < CHANNELS; channel++) {
                        given += ofChannel.getDouble(channel) * (r % BATCH + 0.5) * (q % BATCH + 0.5);
                    }
                    expected += variance.getDouble(element)
                            * seen(activation, r % BATCH, r / BATCH, element)
                            * seen(activation, q % BATCH, q / BATCH, element);
                    expected += squares.getDouble(element)
                            * seen(gain, r % BATCH, r / BATCH, element)
                            * seen(gain, q % BATCH, q / BATCH, element)
                            * given;
                }
                assertThat((double) k[q * BATCH * POSITIONS + r]).isCloseTo(expected, within(1e-3));
            }
        }
    }

    @Test
    void positionsWithoutCommonWeightsVaryTogetherByThemselves() {
        INDArray root = random(13, BATCH, BATCH);
        INDArray k = root.mmul(root.transpose());
        INDArray gain = random(14, BATCH, CHANNELS * POSITIONS);
        WindowGeometry one = WindowGeometry.on(ExampleShape.of(CHANNELS, SIZE, SIZE))
                .kernel(1, 1)
                .output(SIZE, SIZE)
                .build();
        INDArray squares = positive(15, CHANNELS, 1);
        INDArray none = Nd4j.zeros(DataType.DOUBLE, CHANNELS, 1);

        float[] pairs = known(PatchPairs.of(
                        one, gain, new BatchCovariance(k, gain), () -> new PatchPairs.Weights(none, squares, 0)))
                .between(all(), all());

        for (int q = 0; q < BATCH * POSITIONS; q++) {
            for (int r = 0; r < BATCH * POSITIONS; r++) {
                double expected = 0;
                for (int channel = 0; channel < CHANNELS && r / BATCH == q / BATCH; channel++) {
                    expected += squares.getDouble(channel)
                            * at(gain, r, channel)
                            * at(gain, q, channel)
                            * k.getDouble(r % BATCH, q % BATCH);
                }
                assertThat((double) pairs[q * BATCH * POSITIONS + r]).isCloseTo(expected, within(1e-4));
            }
        }
    }

    @Test
    void someInducingPairs() {
        InducingExamples some = InducingExamples.of(BATCH * POSITIONS, 7);
        int[] chosen = some.numbers(BATCH * POSITIONS);

        ExampleCovariance kept = first(x).covariance(some);

        INDArray columns = Objects.requireNonNull(kept.columns());
        for (int r = 0; r < BATCH * POSITIONS; r++) {
            for (int i = 0; i < chosen.length; i++) {
                assertThat(columns.getDouble(r, i)).isCloseTo(ofFirst(x, r, chosen[i]), within(1e-4));
            }
            assertThat(kept.variances().getDouble(r)).isCloseTo(ofFirst(x, r, r), within(1e-4));
        }
    }

    @Test
    void mapsMoveMergeAndMultiply() {
        PositionPairs pairs = first(x);
        INDArray gain = random(12, BATCH, UNITS * POSITIONS);
        BatchCovariance one = message(pairs, gain);
        int[] sources = IntStream.range(0, POSITIONS / 2).map(p -> 2 * p + 1).toArray();
        int[] rows = IntStream.range(0, BATCH * sources.length).toArray();
        int[] old = IntStream.of(rows)
                .map(r -> sources[r / BATCH] * BATCH + r % BATCH)
                .toArray();

        PositionPairs moved =
                known(one.selected(gain.getColumns(0, 1), sources).times(4).pairs());
        PositionPairs merged = known(MergedCovariance.of(List.of(one, one.times(2)), List.of(0.25, 0.75))
                .pairs());

        float[] before = pairs.between(old, old);
        float[] after = moved.between(rows, rows);
        float[] both = merged.between(rows, rows);
        float[] unmoved = pairs.between(rows, rows);
        for (int i = 0; i < before.length; i++) {
            assertThat(after[i]).isCloseTo(4 * before[i], within(1e-3f));
            double shared = 0;
            for (int unit = 0; unit < UNITS; unit++) {
                shared += at(gain, i % rows.length, unit) * at(gain, i / rows.length, unit) / UNITS;
            }
            assertThat((double) both[i]).isCloseTo((0.25 + 0.75 * 2) * shared * unmoved[i], within(1e-3));
        }
        assertThat(one.selected(gain, null).pairs()).isNull();
    }
}
