package io.github.dl4jep.cli.compare;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import io.github.dl4jep.cli.data.split.TrainingSample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * All runs of a comparison; the content of {@code comparison.json}.
 *
 * @param data the data, as for {@code --data}
 * @param network the network, as for {@code --net}
 * @param parameters the number of weights and biases of the DL4J definition
 * @param seed the first seed of initial weights, batches and what is random in the data
 * @param batch the number of rows in a batch
 * @param sample what was made of the training rows
 * @param runs the runs, seed by seed, split by split, in each the trainers in the order asked for
 * @param facts the size of the data; not in JSON
 */
@JsonPropertyOrder({"data", "network", "parameters", "seed", "batch", "sample", "summary", "runs"})
public record ComparisonResult(
        String data,
        String network,
        long parameters,
        long seed,
        int batch,
        TrainingSample sample,
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
     * Averages the figures after the last pass, the training time and the memory added, over the runs of each trainer.
     *
     * @return by trainer, then by the name that the figure has in JSON; without figures that not every run has
     */
    @JsonProperty
    public Map<String, Map<String, Estimate>> summary() {
        Map<String, Map<String, Estimate>> summary = new LinkedHashMap<>();
        byTrainer().forEach((trainer, list) -> {
            Map<String, Estimate> estimates = new LinkedHashMap<>();
            estimates.put(
                    "trainSeconds",
                    Estimate.of(list.stream().map(Run::totalSeconds).toList()));
            estimates.put(
                    "addedMebibytes",
                    Estimate.of(list.stream().map(Run::addedMebibytes).toList()));
            for (String figure : list.get(0).finalFigures().values().keySet()) {
                List<Double> values = list.stream()
                        .map(run -> run.finalFigures().values().get(figure))
                        .filter(Objects::nonNull)
                        .toList();
                if (values.size() == list.size()) {
                    estimates.put(figure, Estimate.of(values));
                }
            }
            summary.put(trainer, estimates);
        });
        return summary;
    }

    /**
     * Says over what the figures are averaged.
     *
     * @return for example {@code 20 splits}, {@code 3 seeds} or {@code 20 splits x 3 seeds}; empty for a single run of each trainer
     */
    public String repeats() {
        long splits = runs.stream().mapToInt(Run::split).distinct().count();
        long seeds = runs.stream().mapToLong(Run::seed).distinct().count();
        String bySplit = splits > 1 ? splits + " splits" : "";
        String bySeed = seeds > 1 ? seeds + " seeds" : "";
        return bySplit + (bySplit.isEmpty() || bySeed.isEmpty() ? "" : " x ") + bySeed;
    }
}
