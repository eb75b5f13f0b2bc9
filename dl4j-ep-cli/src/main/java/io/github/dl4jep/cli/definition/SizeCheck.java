package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.network.MemoryEstimate;
import java.util.Locale;

/** Refuses networks whose weights alone do not fit into memory, before any memory is taken for them. */
public final class SizeCheck {
    /** The network itself, and at least mean and precision of each weight in an EP network, in single precision. */
    private static final double BYTES_PER_WEIGHT = 3 * Float.BYTES;

    private static final double MEGABYTE = 1 << 20;

    private SizeCheck() {}

    /**
     * Checks the number of weights.
     *
     * @param name what to call the definition in a message
     * @param definition the definition
     * @throws UserException if they do not fit
     */
    static void require(String name, Definition definition) {
        double weights = 0;
        for (Definition.Place place : definition.layers()) {
            weights += place.conf().getLayer().initializer().numParams(place.conf());
        }
        if (weights * BYTES_PER_WEIGHT > MemoryEstimate.allowedBytes()) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "The network %s has %,.0f weights and biases, which take %,.0f MB, but %,.0f MB are allowed: make it"
                            + " smaller, or start Java with a larger -Xmx.",
                    name,
                    weights,
                    weights * BYTES_PER_WEIGHT / MEGABYTE,
                    MemoryEstimate.allowedBytes() / MEGABYTE));
        }
    }
}
