package io.github.dl4jep.cli.definition;

import io.github.dl4jep.cli.failure.UserException;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;

/** Refuses networks whose weights alone do not fit into memory, before any memory is taken for them. */
public final class SizeCheck {
    /** The network itself, and at least mean and precision of each weight in an EP network, in single precision. */
    private static final double BYTES_PER_WEIGHT = 3 * Float.BYTES;

    private static final double MEGABYTE = 1 << 20;

    private SizeCheck() {}

    /**
     * Returns the limit of JavaCPP, which owns ND4J's memory.
     *
     * @return bytes that the program was started with; {@link Long#MAX_VALUE} if there is no limit
     */
    public static long allowed() {
        // Limits of 0 mean none.
        long bytes = Pointer.maxBytes() > 0 ? Pointer.maxBytes() : Long.MAX_VALUE;
        long physical = Pointer.maxPhysicalBytes() > 0 ? Pointer.maxPhysicalBytes() : Long.MAX_VALUE;
        return Math.min(bytes, physical);
    }

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
        if (weights * BYTES_PER_WEIGHT > allowed()) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "The network %s has %,.0f weights and biases, which take %,.0f MB, but %,.0f MB are allowed: make it"
                            + " smaller, or start Java with a larger -Xmx.",
                    name,
                    weights,
                    weights * BYTES_PER_WEIGHT / MEGABYTE,
                    allowed() / MEGABYTE));
        }
    }
}
