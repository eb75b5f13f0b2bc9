package io.github.dl4jep.linear;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class PositionSampleTest {

    private static final int BATCH = 4;

    @Test
    void allPositionsWhereTheyCostLittle() {
        PositionSample sample = PositionSample.of(9, BATCH, 9 * 100);
        INDArray activation = Nd4j.rand(BATCH, 2 * 9);

        assertThat(sample.size()).isEqualTo(9);
        assertThat(sample.standsFor()).isEqualTo(1);
        assertThat(sample.columns(activation)).isSameAs(activation);
    }

    @Test
    void differentPositionsAllOverTheImage() {
        for (int positions = 2; positions < 600; positions++) {
            PositionSample sample = PositionSample.of(positions, 128, positions * 300.0);
            int[] chosen =
                    IntStream.range(0, sample.size()).map(sample::position).toArray();

            assertThat(chosen).doesNotHaveDuplicates();
            assertThat(IntStream.of(chosen).min().getAsInt()).isNotNegative();
            assertThat(sample.size() * sample.standsFor()).isCloseTo(positions, within(1e-9));
            if (positions > 50) {
                assertThat(sample.size()).isLessThan(positions);
                assertThat(IntStream.of(chosen)).anyMatch(position -> position % 10 > 5);
                assertThat(IntStream.of(chosen).max().getAsInt()).isGreaterThan(positions * 2 / 3);
            }
        }
    }

    @Test
    void neverNone() {
        assertThat(PositionSample.of(50, 1_000_000, 1).size()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void columnsAndRepeatedValuesHaveOneOrder(DataType type) {
        int positions = 40;
        INDArray activation = Nd4j.arange(BATCH * 3.0 * positions).castTo(type).reshape(BATCH, 3L * positions);
        PositionSample sample = PositionSample.of(positions, 128, 200 * positions);

        INDArray columns = sample.columns(activation);
        INDArray repeated = sample.repeated(Nd4j.createFromArray(7.0, 8.0, 9.0).castTo(type));

        assertThat(sample.size()).isBetween(2, positions - 1);
        assertThat(columns.shape()).containsExactly(BATCH, 3L * sample.size());
        for (int channel = 0; channel < 3; channel++) {
            for (int i = 0; i < sample.size(); i++) {
                int column = channel * sample.size() + i;
                assertThat(repeated.getDouble(column)).isEqualTo(7.0 + channel);
                for (int n = 0; n < BATCH; n++) {
                    assertThat(columns.getDouble(n, column))
                            .isEqualTo(activation.getDouble(n, channel * positions + sample.position(i)));
                }
            }
        }
    }
}
