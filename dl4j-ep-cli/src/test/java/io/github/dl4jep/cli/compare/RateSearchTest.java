package io.github.dl4jep.cli.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.metric.Figures;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class RateSearchTest {
    @Test
    void theRateWithTheSmallestLossOnWithheldTrainingRowsIsTaken() {
        RateSearch search = RateSearch.of(split(40), 0.003, 5, (rate, parts) -> {
            assertThat(parts.trainRows().count()).isEqualTo(36);
            double[] together = IntStream.range(0, 40)
                    .mapToDouble(row -> (row < 36 ? parts.train() : parts.test())
                            .getFeatures()
                            .getDouble(row < 36 ? row : row - 36, 0))
                    .sorted()
                    .toArray();
            assertThat(together)
                    .containsExactly(IntStream.range(0, 40).asDoubleStream().toArray());
            return rate > 0.01
                    ? Figures.NONE
                    : new Figures(null, null, null, null, null, Math.abs(Math.log(rate / 0.0009)), 0.0);
        });

        assertThat(search.rate()).isEqualTo(0.0009);
        assertThat(search.losses().keySet()).containsExactly(0.0003, 0.0009, 0.003, 0.009, 0.03);
        assertThat(search.losses().get(0.03)).isNull();
    }

    @Test
    void aTenthOfNineRowsIsRefused() {
        assertThatThrownBy(() -> RateSearch.of(split(9), 0.1, 5, (rate, parts) -> Figures.NONE))
                .isInstanceOf(UserException.class)
                .hasMessage("--lr auto holds out a tenth of the training rows, but there are only 9: give a rate, for"
                        + " example --lr 0.01.");
    }

    private static Split split(int rows) {
        double[] numbers = IntStream.range(0, rows).asDoubleStream().toArray();
        DataSet train = new DataSet(Nd4j.create(new double[][] {numbers}).transpose(), Nd4j.ones(rows, 1));
        return new Split(0, Task.REGRESSION, train, train, 0, 1);
    }
}
