package io.github.dl4jep.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.distribution.ExampleShape;
import io.github.dl4jep.distribution.Moments;
import io.github.dl4jep.factor.Patches;
import io.github.dl4jep.factor.WindowGeometry;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Blocks of examples give what all examples at once give. */
class ExampleBlocksTest {

    private static Moments shifted(Moments part) {
        INDArray variance = part.variance();
        return new Moments(
                        part.mean().mul(2).dup('f'),
                        variance == null ? null : variance.mul(4).dup('f'))
                .shapedAs(ExampleShape.of(3, 2));
    }

    @Test
    void blocksGiveWhatTheWholeGives() {
        INDArray values = Nd4j.rand(DataType.FLOAT, 7, 6);
        for (Moments input : new Moments[] {Moments.observed(values), new Moments(values, values.mul(values))}) {
            Moments whole = ExampleBlocks.map(input, 6, 1000, ExampleBlocksTest::shifted);
            Moments blocks = ExampleBlocks.map(input, 6, 13, ExampleBlocksTest::shifted);

            assertThat(blocks.mean()).isEqualTo(whole.mean());
            assertThat(blocks.isObserved()).isEqualTo(whole.isObserved());
            if (!whole.isObserved()) {
                assertThat(blocks.variance()).isEqualTo(whole.variance());
            }
            assertThat(blocks.shape()).isEqualTo(ExampleShape.of(3, 2));
        }
    }

    @Test
    void anExampleThatIsLargerThanABlockGoesAlone() {
        INDArray values = Nd4j.rand(DataType.FLOAT, 3, 6);
        int[] calls = new int[1];
        Moments result = ExampleBlocks.map(Moments.observed(values), 100, 10, part -> {
            calls[0]++;
            assertThat(part.mean().size(0)).isEqualTo(1);
            return shifted(part);
        });

        assertThat(calls[0]).isEqualTo(3);
        assertThat(result.mean()).isEqualTo(values.mul(2));
    }

    @Test
    void patchesBeyondABufferAreRefusedBeforeTheyAreMade() {
        Patches patches = new Patches(WindowGeometry.on(ExampleShape.of(20, 14, 14))
                .kernel(5, 5)
                .paddingBefore(2, 2)
                .output(14, 14)
                .build());
        INDArray manyExamples = Nd4j.createUninitialized(DataType.FLOAT, new long[] {6000, 20L * 14 * 14}, 'f');

        assertThatThrownBy(() -> patches.gather(manyExamples))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("patches of 6000 examples have 588000000 elements, allowed are 536870911");
    }
}
