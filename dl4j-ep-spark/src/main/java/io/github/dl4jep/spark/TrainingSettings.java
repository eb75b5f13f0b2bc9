package io.github.dl4jep.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.spark.storage.StorageLevel;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonPropertyOrder;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.dataformat.yaml.YAMLFactory;

/**
 * What of a training master is written to JSON and YAML.
 *
 * @param batchSize examples of a joint batch
 * @param workers parts of a batch, 0 for Spark's default parallelism
 * @param storageLevel name of Spark's storage level of the examples
 */
@JsonPropertyOrder({"batchSize", "workers", "storageLevel"})
record TrainingSettings(
        @JsonProperty("batchSize") int batchSize,
        @JsonProperty("workers") int workers,
        @JsonProperty("storageLevel") String storageLevel) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

    @JsonCreator
    TrainingSettings {
        if (batchSize < 1) {
            throw new IllegalArgumentException("batchSize is " + batchSize + ", allowed is 1 or more");
        }
        if (workers < 0) {
            throw new IllegalArgumentException(
                    "workers is " + workers + ", allowed are 0 (Spark's default parallelism) and more");
        }
    }

    static String nameOf(StorageLevel level) {
        for (String name : List.of(
                "MEMORY_AND_DISK",
                "MEMORY_ONLY",
                "DISK_ONLY",
                "DISK_ONLY_2",
                "MEMORY_AND_DISK_2",
                "MEMORY_ONLY_2",
                "MEMORY_AND_DISK_SER",
                "MEMORY_ONLY_SER",
                "MEMORY_AND_DISK_SER_2",
                "MEMORY_ONLY_SER_2")) {
            if (StorageLevel.fromString(name).equals(level)) {
                return name;
            }
        }
        throw new IllegalArgumentException("storageLevel is " + level
                + ", allowed are those of memory and disk; examples of every step are asked for again");
    }

    StorageLevel level() {
        return StorageLevel.fromString(storageLevel);
    }

    String toJson() {
        return written(JSON);
    }

    String toYaml() {
        return written(YAML);
    }

    private String written(ObjectMapper mapper) {
        try {
            return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(this);
        } catch (IOException e) {
            throw new UncheckedIOException("the settings cannot be written", e);
        }
    }

    static TrainingSettings fromJson(String json) {
        return read(JSON, json);
    }

    static TrainingSettings fromYaml(String yaml) {
        return read(YAML, yaml);
    }

    private static TrainingSettings read(ObjectMapper mapper, String text) {
        try {
            return mapper.readValue(text, TrainingSettings.class);
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "These are no settings of an EpTrainingMaster: " + e.getMessage() + "; give what toJson() wrote",
                    e);
        }
    }
}
