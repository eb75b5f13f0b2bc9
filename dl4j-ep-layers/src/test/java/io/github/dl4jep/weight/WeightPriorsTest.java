package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WeightPriorsTest {

    @Test
    void everyNameGivesThePriorThatSaysSo() {
        assertThat(WeightPriors.names()).containsExactly("gaussian", "binary", "ternary", "spike-slab");
        for (String name : WeightPriors.names()) {
            assertThat(WeightPriors.named(name).toString()).startsWith(name + "(");
        }
    }

    @Test
    void anUnknownNameIsAnsweredWithTheKnownOnes() {
        assertThatThrownBy(() -> WeightPriors.named("quaternary"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "there is no weight prior \"quaternary\"; allowed are gaussian, binary, ternary, spike-slab");
    }
}
