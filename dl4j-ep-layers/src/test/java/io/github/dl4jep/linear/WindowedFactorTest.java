package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import io.github.dl4jep.window.WindowGeometry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Blocks of positions give what all patches at once give. */
class WindowedFactorTest {

    private static final int BATCH = 3;
    private static final int UNITS = 4;
    private static final WindowGeometry GEOMETRY = WindowGeometry.on(ExampleShape.of(2, 5, 6))
            .kernel(3, 2)
            .stride(1, 2)
            .paddingBefore(1, 0)
            .output(5, 3)
            .build();
    private static final double ROUNDING = 1e-4;

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(12);
    }

    private static INDArray positive(DataType type, long rows, long columns) {
        return Nd4j.rand(type, rows, columns).addi(0.1).dup('f');
    }

    private static INDArray normal(DataType type, long rows, long columns) {
        return Nd4j.randn(type, rows, columns).dup('f');
    }

    private static Moments input(DataType type, boolean observed) {
        long columns = GEOMETRY.inputShape().length();
        return new Moments(normal(type, BATCH, columns), observed ? null : positive(type, BATCH, columns))
                .shapedAs(GEOMETRY.inputShape());
    }

    private static BackwardMessage message(DataType type) {
        long rows = (long) GEOMETRY.outputPositions() * BATCH;
        return new BackwardMessage(normal(type, rows, UNITS), positive(type, rows, UNITS));
    }

    private static WeightMoments weights(DataType type, int groups) {
        long rows = GEOMETRY.fanIn() / groups;
        return WeightMoments.of(normal(type, rows, UNITS), positive(type, rows, UNITS));
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(ROUNDING);
    }

    /** Every case in blocks of one, of several and an uneven last, and of all positions. */
    @ParameterizedTest
    @CsvSource({"FLOAT, 1, 1", "FLOAT, 1, 4", "FLOAT, 2, 4", "DOUBLE, 1, 2", "DOUBLE, 2, 15"})
    void blocksGiveWhatTheWholeGives(DataType type, int groupCount, int positions) {
        WeightGroups groups = new WeightGroups(groupCount);
        Patches patches = new Patches(GEOMETRY);
        WindowedFactor blocks =
                new WindowedFactor(patches, groups, (long) positions * BATCH * (GEOMETRY.fanIn() + 2 * UNITS), 1);
        for (boolean observed : new boolean[] {true, false}) {
            Moments input = input(type, observed);
            WeightMoments weights = weights(type, groupCount);
            WeightMoments bias = WeightMoments.of(normal(type, 1, UNITS), positive(type, 1, UNITS));
            BackwardMessage message = message(type);
            INDArray variance = input.variance();
            Moments seen =
                    new Moments(patches.gather(input.mean()), variance == null ? null : patches.gather(variance));

            Moments forward = blocks.messageToPreActivation(input, weights, bias);
            Moments whole = groups.messageToPreActivation(seen, weights, bias);
            assertSame(forward.mean(), whole.mean());
            assertSame(forward.variance(), whole.variance());
            assertSame(blocks.product(input.mean(), weights.mean()), groups.product(seen.mean(), weights.mean()));

            BackwardMessage back = blocks.messageToInput(message, weights);
            BackwardMessage toPatches = groups.messageToInput(message, weights);
            assertSame(back.shift(), patches.scatter(toPatches.shift()));
            assertSame(back.curvature(), patches.scatter(toPatches.curvature()));

            WeightSite expected = groups.messageToWeights(message, seen, copy(weights), true, null);
            WeightSite sites = blocks.messageToWeights(message, input, weights, true);
            assertSame(sites.shift(), expected.shift());
            assertSame(sites.requiredPrecision(), expected.requiredPrecision());
        }
    }

    private static WeightMoments copy(WeightMoments weights) {
        return WeightMoments.of(weights.mean().dup('f'), weights.variance().dup('f'));
    }

    @Test
    void meanOfWhatTheWeightsSee() {
        Patches patches = new Patches(GEOMETRY);
        INDArray x = input(DataType.FLOAT, true).mean();
        WindowedFactor blocks = new WindowedFactor(patches, WeightGroups.NONE, 2L * BATCH * GEOMETRY.fanIn(), 1);

        assertSame(blocks.meanSeen(x), patches.gather(x).mean(true, 0));
    }

    @Test
    void squaresOfTheInputOutliveTheBlocks() {
        Moments input = input(DataType.FLOAT, false);
        WindowedFactor blocks = new WindowedFactor(new Patches(GEOMETRY), WeightGroups.NONE, 1, 1);

        blocks.messageToPreActivation(input, weights(DataType.FLOAT, 1), null);
        blocks.messageToWeights(message(DataType.FLOAT), input, weights(DataType.FLOAT, 1), true);

        INDArray squares = input.mean().mul(input.mean());
        assertThat(input.squaredMean()).isEqualTo(squares);
        assertThat(input.secondMoment()).isEqualTo(squares.addi(input.variance()));
    }
}
