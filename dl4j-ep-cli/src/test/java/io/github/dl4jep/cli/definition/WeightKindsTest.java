package io.github.dl4jep.cli.definition;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightKindsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "binary | binary | binary | binary",
                "hidden=binary,output=gaussian | binary | gaussian | hidden=binary,output=gaussian",
                "output=ternary, hidden=binary | binary | ternary | hidden=binary,output=ternary",
                "hidden=spike-slab | spike-slab | gaussian | hidden=spike-slab,output=gaussian",
                "output=binary | gaussian | binary | hidden=gaussian,output=binary",
                "hidden=ternary,output=ternary | ternary | ternary | ternary",
            })
    void partsThatAreNotNamedAreGaussian(String text, String hidden, String output, String written) {
        WeightKinds kinds = WeightKinds.parse(text);

        assertThat(kinds).isEqualTo(new WeightKinds(hidden, output)).hasToString(written);
        assertThat(WeightKinds.parse(kinds.toString())).isEqualTo(kinds);
    }

    @Test
    void binaryAndTernaryAreDiscrete() {
        assertThat(WeightKinds.parse("output=ternary").anyDiscrete()).isTrue();
        assertThat(WeightKinds.parse("hidden=binary").anyDiscrete()).isTrue();
        assertThat(WeightKinds.parse("spike-slab").anyDiscrete()).isFalse();
        assertThat(WeightKinds.DEFAULT.anyDiscrete()).isFalse();
    }
}
