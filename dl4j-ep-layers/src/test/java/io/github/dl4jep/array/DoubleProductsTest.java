package io.github.dl4jep.array;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.DoubleProducts.Factor;
import io.github.dl4jep.array.DoubleProducts.Matrix;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products, by whatever this machine takes and by loops, and the inverses of factors that are made of them, against sums over columns. */
class DoubleProductsTest {

    private static final Random RANDOM = new Random(5);

    private interface Product {
        void of(int rows, int columns, int over, double alpha, Factor a, Factor b, double beta, Matrix c);
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "3, 5, 2", "40, 33, 7", "256, 10, 128", "300, 64, 200", "1000, 10, 40"})
    void areSumsOverColumns(int rows, int columns, int over) {
        for (Product product : new Product[] {DoubleProducts::product, DoubleProducts::byLoops}) {
            for (int way = 0; way < 8; way++) {
                boolean turnedA = way % 2 == 1;
                boolean turnedB = way / 2 % 2 == 1;
                double alpha = way < 4 ? 1 : -0.5;
                double beta = way < 4 ? 0 : 2;
                Factor a = new Factor(random(turnedA ? over : rows, turnedA ? rows : over), turnedA);
                Factor b = new Factor(random(turnedB ? columns : over, turnedB ? over : columns), turnedB);
                Matrix c = random(rows, columns);
                double[] before = new double[c.data().capacity()];
                c.data().get(0, before);

                product.of(rows, columns, over, alpha, a, b, beta, c);

                for (int j = 0; j < columns; j++) {
                    for (int i = 0; i < c.stride(); i++) {
                        double old = before[i + j * c.stride()];
                        double expected = i < rows ? beta * old : old;
                        for (int k = 0; i < rows && k < over; k++) {
                            expected += alpha * a.get(i, k) * b.get(k, j);
                        }
                        assertThat(c.get(i, j)).isCloseTo(expected, within(1e-11 * over));
                    }
                }
            }
        }
    }

    /** Whose columns are three elements further apart than they are long. */
    private static Matrix random(int rows, int columns) {
        return Matrix.of(
                RANDOM.doubles((long) (rows + 3) * columns).map(x -> x - 0.5).toArray(), rows + 3);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 31, 32, 33, 64, 100, 257})
    void theInverseFactorMakesTheIdentityOfAMatrix(int n) {
        double[] matrix = positiveDefinite(n);
        double[] x = Cholesky.inverseFactor(matrix.clone(), n);

        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                if (i < j) {
                    assertThat(x[j * n + i]).isZero();
                }
            }
        }
        // X A X' = I.
        double[] half = times(x, matrix, n, false);
        assertIdentity(times(half, x, n, true), n);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 33, 70})
    void theInverseOfATriangleMakesItTheIdentity(int n) {
        int stride = n + 4;
        double[] matrix = RANDOM.doubles((long) stride * stride).toArray();
        double[] lower = new double[n * n];
        for (int j = 0; j < n; j++) {
            matrix[j * stride + j] += n;
            System.arraycopy(matrix, j * stride + j, lower, j * n + j, n - j);
        }

        assertIdentity(times(Cholesky.inverseOfTriangle(matrix, n, stride), lower, n, false), n);
    }

    @Test
    void onlyTheLowerTriangleIsRead() {
        double[] matrix = positiveDefinite(50);
        double[] garbled = matrix.clone();
        for (int j = 1; j < 50; j++) {
            Arrays.fill(garbled, j * 50, j * 50 + j, Double.NaN);
        }

        assertThat(Cholesky.inverseFactor(garbled, 50)).isEqualTo(Cholesky.inverseFactor(matrix, 50));
    }

    private static double[] positiveDefinite(int n) {
        double[] g = RANDOM.doubles((long) n * n).map(x -> x - 0.5).toArray();
        double[] matrix = times(g, g, n, true);
        for (int i = 0; i < n; i++) {
            matrix[i * n + i] += 0.3;
        }
        return matrix;
    }

    private static double[] times(double[] a, double[] b, int n, boolean turnedB) {
        double[] product = new double[n * n];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                for (int k = 0; k < n; k++) {
                    product[j * n + i] += a[k * n + i] * (turnedB ? b[k * n + j] : b[j * n + k]);
                }
            }
        }
        return product;
    }

    private static void assertIdentity(double[] matrix, int n) {
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
                assertThat(matrix[j * n + i]).isCloseTo(i == j ? 1 : 0, within(1e-10));
            }
        }
    }
}
