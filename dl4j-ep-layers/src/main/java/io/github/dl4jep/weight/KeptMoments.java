package io.github.dl4jep.weight;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The moments of a layer's weights that predictions use, found once, of a network that does not learn any more. Until {@link #start} nothing
 * is kept: whoever has a view of the parameters may write to them.
 */
public final class KeptMoments {

    private final Map<String, WeightMoments> kept = new ConcurrentHashMap<>();
    private volatile boolean started;

    /** From now on the parameters stay as they are. */
    public void start() {
        started = true;
    }

    /**
     * Moments that are found now, or were found before.
     *
     * @param name which of the layer's
     * @param moments finds them
     * @return moments that are read only
     */
    public WeightMoments get(String name, Supplier<WeightMoments> moments) {
        return started ? kept.computeIfAbsent(name, key -> outside(moments)) : moments.get();
    }

    private static WeightMoments outside(Supplier<WeightMoments> moments) {
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return moments.get();
        }
    }
}
