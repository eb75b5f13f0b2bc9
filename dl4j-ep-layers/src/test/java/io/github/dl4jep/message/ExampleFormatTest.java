package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ExampleFormatTest {

    private static final ExampleShape IMAGE = ExampleShape.of(2, 3, 4);

    /** Element (n, c, h, w) is n * 1000 + c * 100 + h * 10 + w. */
    private static INDArray images() {
        INDArray images = Nd4j.create(DataType.FLOAT, 5, 2, 3, 4);
        for (int n = 0; n < 5; n++) {
            for (int c = 0; c < 2; c++) {
                for (int h = 0; h < 3; h++) {
                    for (int w = 0; w < 4; w++) {
                        images.putScalar(new int[] {n, c, h, w}, n * 1000 + c * 100 + h * 10 + w);
                    }
                }
            }
        }
        return images;
    }

    @Test
    void aShapeSaysWhatItIs() {
        assertThat(IMAGE.length()).isEqualTo(24);
        assertThat(IMAGE.channels()).isEqualTo(2);
        assertThat(IMAGE.positions()).isEqualTo(12);
        assertThat(IMAGE.spatialRank()).isEqualTo(2);
        assertThat(IMAGE).hasToString("[2, 3, 4]").isEqualTo(ExampleShape.of(2, 3, 4));
        assertThat(IMAGE.hashCode()).isEqualTo(ExampleShape.of(2, 3, 4).hashCode());
        assertThat(IMAGE).isNotEqualTo(ExampleShape.of(2, 4, 3));
        assertThat(ExampleShape.of(7).positions()).isEqualTo(1);
        assertThat(ExampleShape.ofExamples(images())).isEqualTo(IMAGE);
        assertThatThrownBy(() -> ExampleShape.of(2, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape of an example is [2, 0], allowed are positive sizes");
    }

    @Test
    void aMatrixListsChannelsThenRows() {
        INDArray matrix = IMAGE.flatten(images());
        assertThat(matrix.ordering()).isEqualTo('f');
        for (int n = 0; n < 5; n++) {
            for (int c = 0; c < 2; c++) {
                for (int h = 0; h < 3; h++) {
                    for (int w = 0; w < 4; w++) {
                        assertThat(matrix.getInt(n, (c * 3 + h) * 4 + w)).isEqualTo(n * 1000 + c * 100 + h * 10 + w);
                    }
                }
            }
        }
        assertThat(IMAGE.unflatten(matrix)).isEqualTo(images());
    }

    @ParameterizedTest
    @ValueSource(chars = {'c', 'f'})
    void anyOrderOfTheArrayGivesTheSameMatrix(char order) {
        assertThat(IMAGE.flatten(images().dup(order))).isEqualTo(IMAGE.flatten(images()));
    }

    @Test
    void channelsLastIsReadAndWritten() {
        INDArray last = images().permute(0, 2, 3, 1).dup('c');
        Moments moments = ExampleFormat.CHANNELS_LAST.observed(last);
        assertThat(moments.shape()).isEqualTo(IMAGE);
        assertThat(moments.mean()).isEqualTo(IMAGE.flatten(images()));
        assertThat(ExampleFormat.CHANNELS_LAST.array(moments)).isEqualTo(last);
        assertThat(ExampleFormat.CHANNELS_FIRST.array(moments)).isEqualTo(images());
    }

    @Test
    void aSequenceAndAVolumeAsWell() {
        INDArray sequence = Nd4j.rand(DataType.FLOAT, 3, 4, 5);
        INDArray last = sequence.permute(0, 2, 1).dup('c');
        assertThat(ExampleFormat.CHANNELS_LAST.observed(last).mean())
                .isEqualTo(ExampleFormat.CHANNELS_FIRST.observed(sequence).mean());
        INDArray volume = Nd4j.rand(DataType.FLOAT, 2, 3, 2, 4, 5);
        INDArray volumeLast = volume.permute(0, 2, 3, 4, 1).dup('c');
        Moments moments = ExampleFormat.CHANNELS_LAST.observed(volumeLast);
        assertThat(moments.shape()).isEqualTo(ExampleShape.of(3, 2, 4, 5));
        assertThat(moments.mean())
                .isEqualTo(ExampleFormat.CHANNELS_FIRST.observed(volume).mean());
        assertThat(ExampleFormat.CHANNELS_LAST.array(moments)).isEqualTo(volumeLast);
    }

    @Test
    void columnsAreReorderedThereAndBack() {
        INDArray last = images().permute(0, 2, 3, 1).dup('c').reshape('c', 5, 24);
        INDArray first = ExampleFormat.CHANNELS_LAST.toChannelsFirst(last, IMAGE);
        assertThat(first).isEqualTo(IMAGE.flatten(images()));
        assertThat(ExampleFormat.CHANNELS_LAST.fromChannelsFirst(first, IMAGE)).isEqualTo(last);
        assertThat(ExampleFormat.CHANNELS_FIRST.toChannelsFirst(first, IMAGE)).isSameAs(first);
    }

    @Test
    void momentsAreNotReadAsAnotherNumberOfElements() {
        Moments moments = Moments.pointMass(images());
        assertThat(moments.shapedAs(ExampleShape.of(24)).shape()).isEqualTo(ExampleShape.of(24));
        assertThatThrownBy(() -> moments.shapedAs(ExampleShape.of(23)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("activations of shape [2, 3, 4] cannot be read as [23]");
    }
}
