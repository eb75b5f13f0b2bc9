package io.github.dl4jep.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Covariances that are kept with some examples, made of exact ones: the oracle of every map that passes them on. */
public final class KeptCovariance {

    private KeptCovariance() {}

    /** Of all pairs what is kept with some. */
    public static ExampleCovariance of(INDArray covariance, InducingExamples inducing) {
        int[] numbers = inducing.numbers(covariance.rows());
        return ExampleCovariance.of(
                inducing, columns(covariance, numbers), Nd4j.diag(covariance).toDoubleVector());
    }

    /** An exact message, kept with some examples. */
    public static BatchCovariance of(BatchCovariance exact, InducingExamples inducing) {
        INDArray all = exact.covariance();
        return all == null
                ? BatchCovariance.none(inducing)
                : new BatchCovariance(of(all, inducing), exact.gain(), exact.positions());
    }

    /** That what is kept is what the exact message has. */
    public static void assertKept(BatchCovariance kept, BatchCovariance exact, double tolerance) {
        INDArray all = Objects.requireNonNull(exact.covariance());
        int[] numbers = kept.inducing().numbers(all.rows());
        assertThat(kept.inducing().areAll()).isFalse();
        assertThat(numbers.length).isLessThan(all.rows());
        assertClose(Objects.requireNonNull(kept.covariance()), columns(all, numbers), tolerance);
        assertClose(kept.examples().variances(), Nd4j.diag(all).reshape(all.rows(), 1), tolerance);
        if (exact.gain() == null) {
            assertThat(kept.gain()).isNull();
        } else {
            assertClose(Objects.requireNonNull(kept.gain()), exact.gain(), 0);
        }
    }

    private static INDArray columns(INDArray matrix, int[] numbers) {
        INDArray columns = Nd4j.create(matrix.dataType(), new long[] {matrix.rows(), numbers.length}, 'f');
        for (int i = 0; i < numbers.length; i++) {
            columns.putColumn(i, matrix.getColumn(numbers[i]));
        }
        return columns;
    }

    private static void assertClose(INDArray actual, INDArray expected, double tolerance) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.dataType()).isEqualTo(expected.dataType());
        assertThat(actual.sub(expected).amaxNumber().doubleValue())
                .isLessThanOrEqualTo(tolerance * (1 + expected.amaxNumber().doubleValue()));
    }
}
