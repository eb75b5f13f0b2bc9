package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class EmphasisTest {

    @Test
    void crowdingIsOneForOrthogonalOutputsAndOutputsOverRankForMany() {
        assertThat(Emphasis.crowding(Nd4j.eye(6).castTo(DataType.DOUBLE))).isCloseTo(1, within(1e-6));
        INDArray wide = Nd4j.hstack(Nd4j.eye(3), Nd4j.eye(3), Nd4j.eye(3), Nd4j.eye(3));
        assertThat(Emphasis.crowding(wide)).isCloseTo(4, within(1e-5));
        assertThat(Emphasis.crowding(Nd4j.ones(5, 8))).isCloseTo(8, within(1e-5));
        assertThat(Emphasis.crowding(Nd4j.zeros(5, 8))).isEqualTo(1);
    }
}
