package io.github.dl4jep.recurrent;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The states of the recurrent layers of a network between two segments of the same sequences, by layer. Those after a segment take the place
 * of those before it when the segment is over, however often it was run through.
 */
public final class SequenceStates {

    private final Map<String, RecurrentState> before = new LinkedHashMap<>();
    private final Map<String, RecurrentState> after = new LinkedHashMap<>();

    /**
     * The state of a layer before the segment.
     *
     * @param place which layer
     * @return moments, or null if none is known: zeros
     */
    public synchronized @Nullable RecurrentState get(String place) {
        return before.get(place);
    }

    /**
     * Says what the state of a layer is after the segment.
     *
     * @param place which layer
     * @param state its state
     */
    public synchronized void put(String place, RecurrentState state) {
        after.put(place, state);
    }

    /** The segment is over. */
    public synchronized void advance() {
        before.putAll(after);
        after.clear();
    }

    /** The segment is as if it had not been. */
    public synchronized void stay() {
        after.clear();
    }

    /** Forgets all states. */
    public synchronized void clear() {
        before.clear();
        after.clear();
    }
}
