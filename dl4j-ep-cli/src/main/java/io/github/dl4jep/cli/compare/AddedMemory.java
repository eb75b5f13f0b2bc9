package io.github.dl4jep.cli.compare;

import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.factory.Nd4j;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * By how much the resident memory of the process grows when a network is made and trains: arrays of ND4J, what native code takes for itself, and Java's
 * heap. It is looked at between batches, so what a batch takes and gives back is not seen; workspaces keep their memory, and are.
 *
 * <p>Before it is measured, the memory of earlier networks is given back to the system: by the collector, and on Linux by the C library,
 * which else keeps most of it, so that the next network would seem to need none. Some pages stay, in arrays of less than 32 MiB, and what the next network
 * puts there is not seen: of a trainer after another the figure is a lower bound.
 */
final class AddedMemory {
    private static final Logger LOG = LoggerFactory.getLogger(AddedMemory.class);
    private static final long MEBIBYTE = 1 << 20;
    /** The collector finds arrays, then threads of ND4J free them. */
    private static final Duration FREEING = Duration.ofMillis(50);
    /** Looks in a row that find nothing freed, before the process counts as quiet. */
    private static final int QUIET = 3;

    private final long before;
    private long largest;

    private AddedMemory(long before) {
        this.before = before;
        this.largest = before;
    }

    /**
     * Gives back what earlier networks have left, which takes some tenths of a second, and begins to measure.
     *
     * @return nothing added so far
     */
    static AddedMemory start() {
        Nd4j.getWorkspaceManager().destroyAllWorkspacesForCurrentThread();
        long least = Pointer.physicalBytes();
        for (int quiet = 0; quiet < QUIET; quiet++) {
            System.gc();
            trim();
            LockSupport.parkNanos(FREEING.toNanos());
            long now = Pointer.physicalBytes();
            if (now < least - MEBIBYTE) {
                least = now;
                quiet = -1;
            }
        }
        return new AddedMemory(Pointer.physicalBytes());
    }

    /** JavaCPP calls {@code malloc_trim} when memory is short, and has no public way to ask for it. */
    private static void trim() {
        try {
            Method trim = Pointer.class.getDeclaredMethod("trimMemory");
            trim.setAccessible(true);
            trim.invoke(null);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            LOG.warn(
                    "JavaCPP cannot be asked to give memory back: the memory of trainers after the first is too small.",
                    e);
        }
    }

    /** Looks at the process, which takes some microseconds. */
    void look() {
        largest = Math.max(largest, Pointer.physicalBytes());
    }

    /**
     * Returns the most that was seen.
     *
     * @return bytes above those at the start
     */
    long bytes() {
        return largest - before;
    }
}
