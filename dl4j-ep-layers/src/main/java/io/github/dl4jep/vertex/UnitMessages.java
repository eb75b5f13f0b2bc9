package io.github.dl4jep.vertex;

import io.github.dl4jep.array.FusedLoop;
import io.github.dl4jep.array.HostMemory;
import io.github.dl4jep.message.BackwardMessage;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The way back through a unit: z' = D z, G' = D^2 G; algorithm, section 5. */
final class UnitMessages {

    private UnitMessages() {}

    static BackwardMessage throughUnit(BackwardMessage message, @Nullable INDArray gain) {
        if (gain == null) {
            return message;
        }
        return FusedLoop.accepts(message.shift(), message.curvature(), gain)
                ? fused(message, gain)
                : plain(message, gain);
    }

    private static BackwardMessage fused(BackwardMessage message, INDArray gain) {
        INDArray shift = HostMemory.like(gain);
        INDArray precision = HostMemory.like(gain);
        FusedLoop.run(
                (in, out, count, start, block) -> {
                    float[] z = in[0];
                    float[] g = in[1];
                    float[] d = in[2];
                    float[] shifts = out[0];
                    float[] precisions = out[1];
                    for (int i = 0; i < count; i++) {
                        shifts[i] = d[i] * z[i];
                        precisions[i] = d[i] * d[i] * g[i];
                    }
                },
                new INDArray[] {message.shift(), message.curvature(), gain},
                new INDArray[] {shift, precision});
        return new BackwardMessage(shift, precision);
    }

    /** The plain version of {@link #fused}. */
    static BackwardMessage plain(BackwardMessage message, INDArray gain) {
        return message.through(gain);
    }
}
