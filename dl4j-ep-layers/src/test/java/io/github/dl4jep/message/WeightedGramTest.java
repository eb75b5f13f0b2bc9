package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Half a product against the whole one, and against the formula in double precision. */
class WeightedGramTest {

    @ParameterizedTest
    @CsvSource({"1, 4, f", "20, 30, f", "20, 30, c", "40, 1, c"})
    void isThePlainProduct(int rows, int columns, char order) {
        Nd4j.getRandom().setSeed(8);
        INDArray x = Nd4j.randn(DataType.FLOAT, rows, columns).dup(order);
        INDArray weights = Nd4j.rand(DataType.FLOAT, columns, 1);
        weights.putScalar(0, 0, 0);
        INDArray doubles = x.castTo(DataType.DOUBLE);
        INDArray expected = doubles.mul(
                        weights.castTo(DataType.DOUBLE).reshape(1, columns).broadcast(rows, columns))
                .mmul(doubles.transpose());
        INDArray fast = columns(WeightedGram.of(x, weights, InducingExamples.all()));
        INDArray plain = columns(WeightedGram.plain(x, weights, InducingExamples.all()));
        assertThat(fast.distance2(expected)).isLessThan(1e-5 * rows * columns);
        assertThat(plain.distance2(expected)).isLessThan(1e-5 * rows * columns);

        InducingExamples some = InducingExamples.of(rows, Math.max(1, rows / 2));
        int[] numbers = some.numbers(rows);
        INDArray ofSome = columns(WeightedGram.of(x, weights, some));
        for (int k = 0; k < numbers.length; k++) {
            assertThat(ofSome.getColumn(k).distance2(expected.getColumn(numbers[k])))
                    .isLessThan(1e-5 * rows * columns);
        }
    }

    private static INDArray columns(ExampleCovariance covariance) {
        return Objects.requireNonNull(covariance.columns()).castTo(DataType.DOUBLE);
    }
}
