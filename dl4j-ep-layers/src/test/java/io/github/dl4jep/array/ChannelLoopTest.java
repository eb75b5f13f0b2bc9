package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ChannelLoopTest {

    /** Few elements run on one thread, many on all cores. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3000})
    void everyChannelIsSeenOnceInItsPlace(int batch) {
        int channels = 4;
        INDArray x = Nd4j.rand(DataType.FLOAT, batch, channels * 3);
        INDArray y = Nd4j.createUninitialized(DataType.FLOAT, new long[] {batch, channels}, 'f');
        ChannelLoop.run(channels, new INDArray[] {x.dup('c')}, new INDArray[] {y}, (channel, in, out) -> {
            assertThat(in[0]).hasSize(3 * batch);
            for (int i = 0; i < batch; i++) {
                out[0][i] += channel + in[0][2 * batch + i];
            }
        });
        for (int c = 0; c < channels; c++) {
            for (int n = 0; n < batch; n++) {
                assertThat(y.getFloat(n, c)).isEqualTo(c + x.getFloat(n, c * 3 + 2));
            }
        }
    }

    @Test
    void viewsAreReadAtTheirOffset() {
        INDArray x = Nd4j.rand(DataType.FLOAT, 2, 12).dup('f');
        INDArray view = x.get(
                org.nd4j.linalg.indexing.NDArrayIndex.all(), org.nd4j.linalg.indexing.NDArrayIndex.interval(4, 8));
        INDArray y = Nd4j.createUninitialized(DataType.FLOAT, new long[] {2, 4}, 'f');
        ChannelLoop.run(
                2,
                new INDArray[] {view},
                new INDArray[] {y},
                (channel, in, out) -> System.arraycopy(in[0], 0, out[0], 0, in[0].length));
        assertThat(y).isEqualTo(view);
    }

    @Test
    void otherTypesAndOrdersAreRefused() {
        INDArray x = Nd4j.create(DataType.DOUBLE, 2, 4);
        assertThat(ChannelLoop.accepts(x)).isFalse();
        assertThatThrownBy(() -> ChannelLoop.run(2, new INDArray[] {x}, new INDArray[0], (c, in, out) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Arrays of a channel loop must be FLOAT");
        INDArray f = Nd4j.create(DataType.FLOAT, 2, 4);
        assertThatThrownBy(
                        () -> ChannelLoop.run(2, new INDArray[] {f}, new INDArray[] {f.dup('c')}, (c, in, out) -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Outputs of a channel loop must be f-ordered and dense");
    }
}
