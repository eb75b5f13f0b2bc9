package io.github.dl4jep.cli.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * All runs of a comparison; the content of {@code comparison.json}.
 *
 * @param data the data, as for {@code --data}
 * @param network the network, as for {@code --net}
 * @param parameters the number of weights and biases of the DL4J definition
 * @param seed the seed of initial weights, batches and random splits
 * @param batch the number of rows in a batch
 * @param runs the runs, split by split, in each the trainers in the order asked for
 * @param facts the size of the data; not in JSON
 */
public record ComparisonResult(
        String data,
        String network,
        long parameters,
        long seed,
        int batch,
        List<Run> runs,
        @JsonIgnore DataFacts facts) {
    /**
     * Groups the runs.
     *
     * @return the runs of each trainer, in the order of the first split
     */
    public Map<String, List<Run>> byTrainer() {
        return runs.stream().collect(Collectors.groupingBy(Run::trainer, LinkedHashMap::new, Collectors.toList()));
    }

    /**
     * Counts the passes.
     *
     * @return how many every trainer made
     */
    public int passes() {
        return runs.get(0).passes().size();
    }

    /**
     * Counts the splits.
     *
     * @return over how many the figures are averaged
     */
    public int splits() {
        return (int) runs.stream().mapToInt(Run::split).distinct().count();
    }
}
