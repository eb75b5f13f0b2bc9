package io.github.dl4jep.weight;

import io.github.dl4jep.array.Snapshot;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The moments of a layer's weights that predictions use, found once for all predictions between two changes of the parameters.
 *
 * <p>Whoever has a view of the parameters may write to them, and nothing says so. Moments are therefore kept with a copy of all that they are
 * functions of, and are used only while every bit of it is the same: comparing reads memory once, which is faster than finding moments.
 * The first prediction after a change keeps nothing, so that one prediction between two batches takes no more time and memory than without
 * this; the second keeps, if memory allows. While a batch is learned from, nothing is kept.
 *
 * <p>Safe for use by any number of threads, while none writes to the parameters.
 */
public final class KeptMoments {

    private enum Parameters {
        /** Others may write to them. */
        COMPARED,
        /** They change now. */
        CHANGING,
        /** Nobody writes to them any more. */
        FIXED
    }

    /**
     * Moments, and what they were found from; nothing of parameters that are fixed.
     *
     * @param table all parameters of the layer
     * @param read what was read of them
     */
    private record Found(Collection<INDArray> table, List<Snapshot> read, WeightMoments moments) {

        boolean areOf(Map<String, INDArray> now) {
            // Other arrays in the table would be read, whatever is in these; some moments are views of them.
            Iterator<INDArray> before = table.iterator();
            for (INDArray array : now.values()) {
                if (!before.hasNext() || before.next() != array) {
                    return false;
                }
            }
            return !before.hasNext() && read.stream().allMatch(Snapshot::isUnchanged);
        }
    }

    private final Map<String, Found> kept = new ConcurrentHashMap<>();
    /** Moments that were asked for since the last change that was seen. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    private volatile Parameters parameters = Parameters.COMPARED;

    /** From now on the parameters stay as they are: they are not compared any more. */
    public void fix() {
        parameters = Parameters.FIXED;
    }

    /**
     * Says that parameters change, or that they have changed. What is kept is forgotten, and its memory free, because predictions after a batch
     * need other moments.
     *
     * @param changing whether they change now
     */
    public void setChanging(boolean changing) {
        parameters = changing ? Parameters.CHANGING : Parameters.COMPARED;
        kept.clear();
        asked.clear();
    }

    /**
     * Moments that are found now, or were found before of the same parameters.
     *
     * @param name which of the layer's
     * @param table the layer's current parameters
     * @param posterior makes the current posterior of them
     * @param moments finds them
     * @return moments that are read only
     */
    public WeightMoments get(
            String name,
            Map<String, INDArray> table,
            Supplier<WeightPosterior> posterior,
            Function<WeightPosterior, WeightMoments> moments) {
        return switch (parameters) {
            case CHANGING -> moments.apply(posterior.get());
            case COMPARED -> compared(name, table, posterior, moments);
            case FIXED ->
                kept.computeIfAbsent(name, key -> found(List.of(), List.of(), posterior.get(), moments))
                        .moments();
        };
    }

    private WeightMoments compared(
            String name,
            Map<String, INDArray> table,
            Supplier<WeightPosterior> posterior,
            Function<WeightPosterior, WeightMoments> moments) {
        Found before = kept.get(name);
        if (before != null && before.areOf(table)) {
            return before.moments();
        }
        WeightPosterior current = posterior.get();
        if (before != null || asked.add(name)) {
            kept.remove(name);
            return moments.apply(current);
        }
        List<INDArray> read = current.readByPredictions();
        if (!Snapshot.accepts(read)) {
            return moments.apply(current);
        }
        Found found = found(List.copyOf(table.values()), read, current, moments);
        kept.put(name, found);
        return found.moments();
    }

    private static Found found(
            Collection<INDArray> table,
            List<INDArray> read,
            WeightPosterior posterior,
            Function<WeightPosterior, WeightMoments> moments) {
        try (MemoryWorkspace none = Nd4j.getMemoryManager().scopeOutOfWorkspaces()) {
            return new Found(table, read.stream().map(Snapshot::of).toList(), moments.apply(posterior));
        }
    }
}
