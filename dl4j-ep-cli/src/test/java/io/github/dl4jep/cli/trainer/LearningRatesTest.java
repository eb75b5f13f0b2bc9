package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.failure.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LearningRatesTest {
    @Test
    void oneNumberIsForEveryTrainer() {
        assertThat(LearningRates.parse("0.05").of("adam", 1)).isEqualTo(0.05);
        assertThat(LearningRates.parse("0.05").of("sgd", 1)).isEqualTo(0.05);
    }

    @Test
    void namedNumberIsForItsTrainerOnly() {
        LearningRates rates = LearningRates.parse("adam=0.01, sgd=0.5");

        assertThat(rates.of("adam", 1)).isEqualTo(0.01);
        assertThat(rates.of("sgd", 1)).isEqualTo(0.5);
        assertThat(LearningRates.parse("adam=0.01").of("sgd", 0.1)).isEqualTo(0.1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "NaN", "Infinity", "", "x", "adam=", "adam=0", "0.1,,"})
    void rateMustBePositive(String text) {
        assertThatThrownBy(() -> LearningRates.parse(text))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("--lr " + text)
                .hasMessageContaining("is not a positive number");
    }

    @Test
    void autoLeavesOutTrainersWithARate() {
        LearningRates rates = LearningRates.parse("auto,sgd=0.5,ensemble:3=0.01");

        assertThat(rates.isSearched("adam")).isTrue();
        assertThat(rates.isSearched("sgd")).isFalse();
        assertThat(rates.isSearched("ensemble:7")).isFalse();
        assertThat(rates.of("ensemble:7", 1)).isEqualTo(0.01);
        assertThat(LearningRates.DEFAULTS.isSearched("adam")).isFalse();
    }

    @Test
    void autoAndARateForAllContradict() {
        assertThatThrownBy(() -> LearningRates.parse("0.1,auto"))
                .isInstanceOf(UserException.class)
                .hasMessage("--lr 0.1,auto says auto and a rate for all trainers: choose one of them.");
    }

    @Test
    void trainerWithoutARateIsRefused() {
        assertThatThrownBy(() -> LearningRates.parse("ep=0.1"))
                .isInstanceOf(UserException.class)
                .hasMessage("--lr ep=0.1: the trainer ep has no learning rate.");
    }

    @Test
    void unknownTrainerIsRefused() {
        assertThatThrownBy(() -> LearningRates.parse("newton=0.1"))
                .isInstanceOf(UserException.class)
                .hasMessageStartingWith("Unknown trainer \"newton\": there are ");
    }
}
