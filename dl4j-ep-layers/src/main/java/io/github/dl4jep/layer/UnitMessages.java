package io.github.dl4jep.layer;

import io.github.dl4jep.distribution.BackwardMessage;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The way back through a unit: z' = D z, G' = D^2 G; algorithm, section 5. */
final class UnitMessages {

    private UnitMessages() {}

    static BackwardMessage throughUnit(BackwardMessage message, @Nullable INDArray gain) {
        if (gain == null) {
            return message;
        }
        return new BackwardMessage(
                message.shift().mul(gain), message.precision().mul(gain).muli(gain));
    }
}
