package io.github.dl4jep.conf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.likelihood.LearningPhase;
import org.junit.jupiter.api.Test;

class PassCounterTest {

    @Test
    void firstPassEndsWithTheFirstEpoch() {
        PassCounter counter = new PassCounter();
        assertThat(counter.phase(0)).isEqualTo(new LearningPhase(1, true, 1));
        assertThat(counter.phase(29)).isEqualTo(new LearningPhase(30, true, 30));
        PassCounter second = counter.afterPass(30);
        assertThat(second).isEqualTo(new PassCounter(30, 30));
        assertThat(second.phase(30)).isEqualTo(new LearningPhase(31, false, 30));
        assertThat(second.afterPass(55)).isEqualTo(new PassCounter(25, 55));
    }

    @Test
    void withoutEpochsTheFirstPassEndsAfterAHundredBatches() {
        assertThat(new PassCounter().phase(99).firstPass()).isTrue();
        assertThat(new PassCounter().phase(100)).isEqualTo(new LearningPhase(101, false, 101));
    }

    @Test
    void aGivenLengthIsUsedFromTheStart() {
        PassCounter counter = new PassCounter(50, 0);
        assertThat(counter.phase(0)).isEqualTo(new LearningPhase(1, true, 50));
        assertThat(counter.phase(49).firstPass()).isTrue();
        assertThat(counter.phase(50).firstPass()).isFalse();
    }

    @Test
    void anEpochWithoutBatchesCountsNothing() {
        PassCounter counter = new PassCounter(30, 60);
        assertThat(counter.afterPass(60)).isSameAs(counter);
    }

    @Test
    void rangesAreChecked() {
        assertThatThrownBy(() -> new PassCounter(-1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("batchesPerPass is -1.0, allowed: 0 (unknown) and positive finite numbers");
        assertThatThrownBy(() -> new PassCounter(Double.NaN, 0)).hasMessageStartingWith("batchesPerPass is NaN");
        assertThatThrownBy(() -> new PassCounter(1, -2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("passStart is -2, allowed: 0 and more");
    }
}
