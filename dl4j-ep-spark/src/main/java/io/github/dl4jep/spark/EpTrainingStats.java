package io.github.dl4jep.spark;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.SparkContext;
import org.deeplearning4j.spark.api.stats.SparkTrainingStats;
import org.deeplearning4j.spark.stats.BaseEventStats;
import org.deeplearning4j.spark.stats.EventStats;
import org.deeplearning4j.spark.stats.StatsUtils;
import org.jspecify.annotations.Nullable;

/** How long the driver waited for each job of a training, as DL4J's masters say it. */
public final class EpTrainingStats implements SparkTrainingStats {

    /** Key: cutting the data into joint batches. */
    public static final String PREPARE = "EpPrepare";
    /** Key: sending the posterior. */
    public static final String BROADCAST = "EpBroadcastPosterior";
    /** Key: workers send their examples forward. */
    public static final String FORWARD = "EpForward";
    /** Key: workers answer sums. */
    public static final String ANSWER = "EpAnswer";
    /** Key: workers say what the step did. */
    public static final String CHECK = "EpCheck";
    /** Key: a step as a whole. */
    public static final String STEP = "EpStep";

    private static final long serialVersionUID = 1L;

    /** Whether anything is kept. */
    private final boolean collects;
    /** Times by key. */
    @SuppressWarnings("serial") // a LinkedHashMap of ArrayLists
    private final Map<String, List<EventStats>> events = new LinkedHashMap<>();

    /**
     * No times yet.
     *
     * @param collects whether any will be kept
     */
    EpTrainingStats(boolean collects) {
        this.collects = collects;
    }

    /** The result of what is timed. */
    <T> T timed(String key, Supplier<T> work) {
        long start = System.currentTimeMillis();
        T result = work.get();
        if (collects) {
            events.computeIfAbsent(key, unused -> new ArrayList<>())
                    .add(new BaseEventStats(start, System.currentTimeMillis() - start));
        }
        return result;
    }

    @Override
    public Set<String> getKeySet() {
        return events.keySet();
    }

    @Override
    public List<EventStats> getValue(String key) {
        List<EventStats> ofKey = events.get(key);
        if (ofKey == null) {
            throw new IllegalArgumentException("key is " + key + ", allowed are " + getKeySet());
        }
        return ofKey;
    }

    @Override
    public String getShortNameForKey(String key) {
        return key.substring("Ep".length());
    }

    @Override
    public boolean defaultIncludeInPlots(String key) {
        return !key.equals(STEP);
    }

    @Override
    public void addOtherTrainingStats(SparkTrainingStats other) {
        for (String key : other.getKeySet()) {
            events.computeIfAbsent(key, unused -> new ArrayList<>()).addAll(other.getValue(key));
        }
    }

    /**
     * Workers keep no times.
     *
     * @return null
     */
    @Override
    @SuppressWarnings("NullAway") // DL4J's own is null where there is none.
    public @Nullable SparkTrainingStats getNestedTrainingStats() {
        return null;
    }

    @Override
    public String statsAsString() {
        StringBuilder text = new StringBuilder();
        events.forEach(
                (key, times) -> text.append(String.format(Locale.ROOT, SparkTrainingStats.DEFAULT_PRINT_FORMAT, key))
                        .append(StatsUtils.getDurationAsString(times, ","))
                        .append('\n'));
        return text.toString();
    }

    @Override
    public void exportStatFiles(String outputPath, SparkContext sc) throws IOException {
        for (Map.Entry<String, List<EventStats>> times : events.entrySet()) {
            StatsUtils.exportStats(times.getValue(), outputPath, times.getKey() + ".txt", ",", sc);
        }
    }
}
