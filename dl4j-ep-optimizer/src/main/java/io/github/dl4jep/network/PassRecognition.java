package io.github.dl4jep.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Where passes begin in a stream of batches of which nobody says so, as in a loop of calls of {@code fit(DataSet)}: where examples come
 * again, in whichever order. Examples are known by their hashes.
 *
 * <p>One example that comes again may be a duplicate in the data. With a of n examples so far duplicates, r of them in a row happen by
 * chance with probability ((a + 1) / (n + 1))^r; a new pass has begun where batches full of known examples are less probable than 10^-9,
 * or where all examples so far came again. If most of the data are duplicates, passes cannot be told from them, and none is
 * recognised.
 */
final class PassRecognition {

    /** More examples are not kept: 50 MB. */
    static final int MOST_EXAMPLES = 1 << 20;

    private static final double LOG_CHANCE = Math.log(1e-9);

    /** The examples of the present pass, but for those that wait. */
    private final Set<Long> seen = new HashSet<>();
    /** The last batches, if all of their examples are known: the beginning of a new pass, or chance. */
    private final List<long[]> waiting = new ArrayList<>();

    private long examples;
    private long duplicates;
    /** Number of the first batch of the pass, and of the first that waits. */
    private long start;

    private long waitingSince;
    private boolean begun;

    /**
     * Looks at a batch before it is learned from.
     *
     * @param hashes of its examples
     * @param batch its number
     * @return how many batches the pass had that ended before this batch, or before some of the last; empty if none ended
     */
    OptionalLong ended(long[] hashes, long batch) {
        begun = isKnown(hashes) && isPass(hashes.length);
        return begun ? OptionalLong.of(passStart(batch) - start) : OptionalLong.empty();
    }

    /**
     * The first batch of a pass that has begun.
     *
     * @param batch number of the batch that {@link #ended} has just looked at
     * @return the number of that batch or of one before
     */
    long passStart(long batch) {
        return waiting.isEmpty() ? batch : waitingSince;
    }

    /**
     * Keeps the examples of the batch that {@link #ended} has looked at, after it was learned from.
     *
     * @param hashes of its examples
     * @param batch its number
     */
    void learned(long[] hashes, long batch) {
        if (begun) {
            List<long[]> first = List.copyOf(waiting);
            long since = passStart(batch);
            forget();
            start = since;
            first.forEach(this::add);
            add(hashes);
        } else if (isKnown(hashes) && !isMostlyDuplicates()) {
            waitingSince = passStart(batch);
            waiting.add(hashes);
        } else {
            start = seen.isEmpty() ? batch : start;
            waiting.forEach(this::add);
            waiting.clear();
            add(hashes);
        }
    }

    /** Forgets everything: a pass ends here. */
    void forget() {
        seen.clear();
        waiting.clear();
        examples = 0;
        duplicates = 0;
        begun = false;
    }

    /** Whether there are more examples than are kept. */
    boolean isFull() {
        return seen.size() > MOST_EXAMPLES;
    }

    private boolean isKnown(long[] hashes) {
        return !seen.isEmpty() && Arrays.stream(hashes).allMatch(seen::contains);
    }

    private boolean isMostlyDuplicates() {
        return 2 * duplicates > examples;
    }

    private boolean isPass(int more) {
        if (isMostlyDuplicates()) {
            return false;
        }
        long again = more + waiting.stream().mapToLong(hashes -> hashes.length).sum();
        boolean all = examples > 1 && duplicates == 0 && again >= examples;
        return all || again * Math.log((duplicates + 1.0) / (examples + 1)) < LOG_CHANCE;
    }

    private void add(long[] hashes) {
        for (long hash : hashes) {
            examples++;
            if (!seen.add(hash)) {
                duplicates++;
            }
        }
    }
}
