package io.github.dl4jep.type.recurrent;

import java.util.Optional;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/**
 * How large the activations of a cell become. A gate multiplies the memory at every step: one that is above 1 makes the memory, and its
 * variance, grow as a power of the number of steps. A unit without bounds does so through the recurrent weights, once these are large.
 */
final class RecurrentRange {

    private static final int POINTS = 4001;
    private static final double FARTHEST = 1000;
    /** More than this is said to have no bounds. */
    private static final double BOUNDED = 10;

    private static final double ROUNDING = 1e-5;

    private RecurrentRange() {}

    /** Throws if a gate can multiply by more than 1. */
    static void requireGate(IActivation gate) {
        double largest = largest(gate);
        if (!(largest <= 1 + ROUNDING)) {
            throw new UnsupportedOperationException("the gate activation " + gate + " goes beyond 1 (to " + largest
                    + " for inputs of up to " + (long) FARTHEST
                    + "): a gate multiplies the memory at every step, whose variance then grows without limit; set"
                    + " gateActivationFunction(Activation.SIGMOID) or HARDSIGMOID");
        }
    }

    /** What to say of a unit without bounds. */
    static Optional<String> warning(IActivation unit) {
        return largest(unit) <= BOUNDED
                ? Optional.empty()
                : Optional.of("the activation " + unit
                        + " has no bounds: from step to step variances can grow until batches are"
                        + " rejected, of sequences of more than some 8 steps nearly all; TANH has bounds");
    }

    private static double largest(IActivation activation) {
        return activation
                .getActivation(
                        Nd4j.linspace(DataType.DOUBLE, -FARTHEST, 2 * FARTHEST / (POINTS - 1), POINTS)
                                .reshape(1, POINTS),
                        false)
                .amaxNumber()
                .doubleValue();
    }
}
