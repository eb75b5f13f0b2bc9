package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SymmetricMatrixTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 64, 260})
    void inverseTimesMatrixIsTheIdentity(int n) {
        double[] matrix = positiveDefinite(n);
        double[] identity = SymmetricMatrix.times(matrix, SymmetricMatrix.inverse(matrix.clone(), n), n);
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                assertThat(identity[i * n + j]).isCloseTo(i == j ? 1 : 0, within(1e-9));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 200})
    void productsAreSumsOverColumns(int n) {
        double[] matrix = positiveDefinite(n);
        double[] columns = new Random(2).doubles(2L * n, -1, 1).toArray();
        double[] products = SymmetricMatrix.times(matrix, columns, n);
        for (int c = 0; c < 2; c++) {
            for (int i = 0; i < n; i++) {
                double sum = 0;
                for (int k = 0; k < n; k++) {
                    sum += matrix[i * n + k] * columns[c * n + k];
                }
                assertThat(products[c * n + i]).isCloseTo(sum, within(1e-9 * n));
            }
        }
    }

    @Test
    void whatIsNotPositiveDefiniteIsRefused() {
        assertThatThrownBy(() -> SymmetricMatrix.inverse(new double[] {1, 2, 2, 1}, 2))
                .isInstanceOf(ArithmeticException.class)
                .hasMessage("the 2 x 2 matrix of the joint solve is not positive definite or not finite");
        for (double unlike : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThatThrownBy(() -> SymmetricMatrix.inverse(new double[] {unlike}, 1))
                    .isInstanceOf(ArithmeticException.class);
            assertThatThrownBy(() -> SymmetricMatrix.inverse(new double[] {3, unlike, unlike, 3}, 2))
                    .isInstanceOf(ArithmeticException.class);
        }
        assertThatThrownBy(() -> SymmetricMatrix.inverse(new double[200 * 200], 200))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageContaining("200 x 200");
    }

    /** G G^T / n + 1/10, from a seeded G. */
    private static double[] positiveDefinite(int n) {
        double[] g = new Random(n).doubles((long) n * n, -1, 1).toArray();
        double[] matrix = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                double sum = i == j ? 0.1 : 0;
                for (int k = 0; k < n; k++) {
                    sum += g[i * n + k] * g[j * n + k] / n;
                }
                matrix[i * n + j] = sum;
            }
        }
        return matrix;
    }
}
