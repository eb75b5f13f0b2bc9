package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PassRecognitionTest {

    private final PassRecognition recognition = new PassRecognition();
    private long batch;

    /** Number of the first batch of each pass that was recognised, and how many batches the pass before had. */
    private Map<Long, Long> passes(List<Long> stream, int size) {
        Map<Long, Long> passes = new TreeMap<>();
        for (int from = 0; from < stream.size(); from += size) {
            long[] hashes = stream.subList(from, Math.min(from + size, stream.size())).stream()
                    .mapToLong(hash -> hash)
                    .toArray();
            OptionalLong length = recognition.ended(hashes, batch);
            long start = recognition.passStart(batch);
            length.ifPresent(batches -> passes.put(start, batches));
            recognition.learned(hashes, batch);
            batch++;
        }
        return passes;
    }

    private static List<Long> examples(int count) {
        return LongStream.range(0, count).boxed().toList();
    }

    private static List<Long> shuffled(List<Long> examples, int passes, long seed) {
        Random random = new Random(seed);
        List<Long> stream = new ArrayList<>();
        for (int pass = 0; pass < passes; pass++) {
            List<Long> some = new ArrayList<>(examples);
            Collections.shuffle(some, random);
            stream.addAll(some);
        }
        return stream;
    }

    private static List<Long> inOrder(int examples, int passes) {
        return Collections.nCopies(passes, examples(examples)).stream()
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void passesInTheSameOrder() {
        assertThat(passes(inOrder(96, 3), 32)).isEqualTo(Map.of(3L, 3L, 6L, 3L));
    }

    @Test
    void shuffledPasses() {
        assertThat(passes(shuffled(examples(960), 4, 1), 32)).isEqualTo(Map.of(30L, 30L, 60L, 30L, 90L, 30L));
    }

    @Test
    void batchesOfOneExample() {
        assertThat(passes(shuffled(examples(200), 3, 2), 1)).isEqualTo(Map.of(200L, 200L, 400L, 200L));
    }

    @Test
    void aFewExamplesThatAreAllThereAre() {
        assertThat(passes(inOrder(4, 3), 4)).isEqualTo(Map.of(1L, 1L, 2L, 1L));
    }

    @Test
    void longerPassesAfterShortOnes() {
        passes(inOrder(32, 2), 32);

        assertThat(passes(shuffled(LongStream.range(100, 420).boxed().toList(), 2, 3), 32))
                .containsEntry(12L, 11L);
    }

    @Test
    void duplicatesEndNoPass() {
        List<Long> data = new ArrayList<>(examples(700));
        data.addAll(examples(300));
        Collections.shuffle(data, new Random(4));

        assertThat(passes(data, 2)).isEmpty();
        assertThat(passes(data, 2)).containsOnly(Map.entry(500L, 500L));
    }

    @Test
    void dataOfFewDifferentExamplesAreNotCutIntoPasses() {
        List<Long> data = LongStream.range(0, 3200).map(n -> n % 4).boxed().toList();

        assertThat(passes(data, 32)).isEmpty();
    }

    @Test
    void examplesThatChangeAreNoPass() {
        assertThat(passes(examples(1000), 10)).isEmpty();
    }

    @Test
    void aTrainingThatBeganInThePassIsSoonInStep() {
        List<Long> stream = shuffled(examples(320), 5, 5);

        Map<Long, Long> passes = passes(stream.subList(160, stream.size()), 32);

        assertThat(passes).containsEntry(35L, 10L);
    }

    @Test
    void whatIsForgottenDoesNotComeAgain() {
        passes(examples(64), 32);
        recognition.forget();

        assertThat(passes(examples(64), 32)).isEmpty();
    }

    @Test
    void thereIsAMostThatIsKept() {
        assertThat(recognition.isFull()).isFalse();
        passes(examples(PassRecognition.MOST_EXAMPLES + 1), 4096);
        assertThat(recognition.isFull()).isTrue();
    }
}
