package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BackwardMessage;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class UnitMessagesTest {

    @Test
    void fusedLoopAgreesWithPlainOperations() {
        Nd4j.getRandom().setSeed(3);
        BackwardMessage message = new BackwardMessage(random(), random().muli(0.5));
        INDArray gain = random();
        BackwardMessage fused = UnitMessages.throughUnit(message, gain);
        BackwardMessage plain = UnitMessages.plain(message, gain);
        assertThat(fused.shift().distance2(plain.shift())).isCloseTo(0, within(1e-6));
        assertThat(fused.curvature().distance2(plain.curvature())).isCloseTo(0, within(1e-5));
        assertThat(fused.shift().getDouble(100, 70))
                .isCloseTo(message.shift().getDouble(100, 70) * gain.getDouble(100, 70), within(1e-6));
    }

    @Test
    void aGainOfOneChangesNothing() {
        BackwardMessage message = new BackwardMessage(random(), random());
        assertThat(UnitMessages.throughUnit(message, null)).isSameAs(message);
    }

    private static INDArray random() {
        return Nd4j.randn(DataType.FLOAT, 128, 300).dup('f');
    }
}
