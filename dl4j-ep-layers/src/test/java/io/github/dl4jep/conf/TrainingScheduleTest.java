package io.github.dl4jep.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.weight.SiteStep;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.shade.jackson.databind.ObjectMapper;

class TrainingScheduleTest {

    /** f = 1 - 1 / min(step, W), W = max(passes * batches per pass, shortest memory). */
    @ParameterizedTest
    @CsvSource({
        "1, 25, 1, 100, 0",
        "1, 25, 2, 100, .5",
        "1, 25, 100, 100, .99",
        "1, 25, 5000, 100, .99",
        "1, 25, 5000, 4, .96",
        "2, 25, 5000, 100, .995",
        ".5, 25, 5000, 100, .98",
        "1, 1, 5000, 1, 0",
        "Infinity, 25, 1, 100, 1",
        "Infinity, 25, 5000, 100, 1"
    })
    void retentionIsTheMemory(double passes, double shortest, long step, double batchesPerPass, double expected) {
        TrainingSchedule schedule = new TrainingSchedule(passes, shortest, 75, 1, 1);
        assertThat(schedule.at(step, batchesPerPass).retention()).isCloseTo(expected, within(1e-12));
    }

    @ParameterizedTest
    @CsvSource({
        "1, 75, 1",
        "12, 75, .333333333333333333",
        "300, 75, .013333333333333333",
        "9000, 75, .013333333333333333"
    })
    void averagingIsOverTheLastBatches(long step, double batches, double expected) {
        SiteStep at = new TrainingSchedule(1, 25, batches, 0.7, 1).at(step, 100);
        assertThat(at.averagingRate()).isCloseTo(expected, within(1e-12));
        assertThat(at.damping()).isEqualTo(0.7);
    }

    @Test
    void averagingOfOneBatchIsNone() {
        assertThat(new TrainingSchedule(1, 25, 1, 1, 1).at(500, 100).averagingRate())
                .isEqualTo(1);
    }

    @Test
    void defaultsAreTheOneRuleForAllDataSets() {
        assertThat(new TrainingSchedule()).isEqualTo(new TrainingSchedule(1, 25, 75, 1, 1));
    }

    @Test
    void rangesAreChecked() {
        assertRejected(0, 25, 75, 1, 1, "memoryPasses is 0.0, allowed: positive numbers and infinity");
        assertRejected(Double.NaN, 25, 75, 1, 1, "memoryPasses is NaN, allowed: positive numbers and infinity");
        assertRejected(1, 0.5, 75, 1, 1, "minMemoryBatches is 0.5, allowed: 1 and more");
        assertRejected(1, 25, 0, 1, 1, "averagingBatches is 0.0, allowed: 1 and more");
        assertRejected(1, 25, 75, 0, 1, "damping is 0.0, allowed: (0, 1]");
        assertRejected(1, 25, 75, 1.5, 1, "damping is 1.5, allowed: (0, 1]");
        assertRejected(1, 25, 75, 1, 0, "sweepsPerBatch is 0, allowed: 1 and more");
    }

    private static void assertRejected(
            double memory, double shortest, double averaging, double damping, int sweeps, String message) {
        assertThatThrownBy(() -> new TrainingSchedule(memory, shortest, averaging, damping, sweeps))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 2.5, Double.POSITIVE_INFINITY})
    void travelsInJsonAndYaml(double passes) throws Exception {
        TrainingSchedule schedule = new TrainingSchedule(passes, 10, 20, 0.5, 3, 77);
        PassCounter counter = new PassCounter(117, 234);
        for (ObjectMapper mapper :
                new ObjectMapper[] {NeuralNetConfiguration.mapper(), NeuralNetConfiguration.mapperYaml()}) {
            assertThat(mapper.readValue(mapper.writeValueAsString(schedule), TrainingSchedule.class))
                    .isEqualTo(schedule)
                    .hasSameHashCodeAs(schedule);
            assertThat(mapper.readValue(mapper.writeValueAsString(counter), PassCounter.class))
                    .isEqualTo(counter)
                    .hasSameHashCodeAs(counter);
        }
    }

    @Test
    void everySettingCounts() {
        TrainingSchedule schedule = new TrainingSchedule(1, 10, 20, 0.5, 3);
        assertThat(schedule)
                .isNotEqualTo(new TrainingSchedule(2, 10, 20, 0.5, 3))
                .isNotEqualTo(new TrainingSchedule(1, 11, 20, 0.5, 3))
                .isNotEqualTo(new TrainingSchedule(1, 10, 21, 0.5, 3))
                .isNotEqualTo(new TrainingSchedule(1, 10, 20, 0.6, 3))
                .isNotEqualTo(new TrainingSchedule(1, 10, 20, 0.5, 4))
                .isNotEqualTo(new TrainingSchedule(1, 10, 20, 0.5, 3, 255))
                .isEqualTo(new TrainingSchedule(1, 10, 20, 0.5, 3, 256));
    }

    @Test
    void filesWithoutInducingExamplesHaveTheDefault() throws Exception {
        TrainingSchedule schedule = NeuralNetConfiguration.mapper()
                .readValue(
                        "{\"memoryPasses\":1,\"minMemoryBatches\":10,\"averagingBatches\":20,\"damping\":0.5,"
                                + "\"sweepsPerBatch\":3}",
                        TrainingSchedule.class);
        assertThat(schedule).isEqualTo(new TrainingSchedule(1, 10, 20, 0.5, 3));
        assertThat(schedule.getInducingExamples()).isEqualTo(256);
    }

    /** Simulates the sum of what is remembered: every batch adds 1, and the rest is kept by the retention. */
    @Test
    void sitesOfFewBatchesCountOnce() {
        for (double batches : new double[] {1, 7, 25, 40}) {
            TrainingSchedule schedule = new TrainingSchedule();
            double remembered = 0;
            for (int step = 1; step <= 300; step++) {
                SiteStep at = schedule.at(step, batches);
                remembered = at.retention() * remembered + 1;
                double expected = Math.min(1, Math.min(step, batches) / remembered);
                assertThat(at.counted()).isCloseTo(expected, within(1e-9));
            }
        }
        assertThat(new TrainingSchedule(Double.POSITIVE_INFINITY, 25, 75, 1, 1)
                        .at(30, 10)
                        .counted())
                .isEqualTo(1);
    }
}
