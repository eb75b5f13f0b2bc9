package io.github.dl4jep.normal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GaussHermiteRuleTest {

    private static final int MOST = 128;

    @Test
    void weightsArePositiveAndSumToOne() {
        for (int n = 1; n <= MOST; n++) {
            double[] weights = GaussHermiteRule.of(n).weights();
            assertThat(weights).as("weights of %s nodes", n).hasSize(n);
            assertThat(Arrays.stream(weights).min().orElseThrow()).isPositive();
            assertThat(Arrays.stream(weights).sum()).as("sum of %s weights", n).isCloseTo(1, within(1e-12));
        }
    }

    @Test
    void nodesAreDistinctAndSymmetric() {
        for (int n = 1; n <= MOST; n++) {
            double[] nodes = GaussHermiteRule.of(n).nodes();
            for (int i = 0; i < n; i++) {
                assertThat(nodes[i]).isCloseTo(-nodes[n - 1 - i], within(1e-12));
                assertThat(i == 0 || nodes[i - 1] > nodes[i])
                        .as("%s nodes fall", n)
                        .isTrue();
            }
        }
    }

    @Test
    void momentsUpToDegreeTwiceNMinusOneAreExact() {
        for (int n = 1; n <= MOST; n++) {
            GaussHermiteRule rule = GaussHermiteRule.of(n);
            // Orthonormal Hermite polynomials: of degree k > 0 the expectation is 0, and no large numbers cancel.
            for (int degree = 1; degree <= 2 * n - 1; degree++) {
                assertThat(expectationOfHermite(rule, degree))
                        .as("polynomial of degree %s by %s nodes", degree, n)
                        .isCloseTo(0, within(1e-10));
            }
        }
    }

    @Test
    void powersOfTheNormalHaveTheirKnownMoments() {
        GaussHermiteRule rule = GaussHermiteRule.of(20);
        double doubleFactorial = 1;
        for (int power = 2; power <= 38; power += 2) {
            doubleFactorial *= power - 1;
            double sum = 0;
            for (int i = 0; i < 20; i++) {
                sum += rule.weights()[i] * Math.pow(rule.nodes()[i], power);
            }
            assertThat(sum / doubleFactorial).as("E e^%s", power).isCloseTo(1, within(1e-11));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 129})
    void rejectsOtherCounts(int n) {
        assertThatThrownBy(() -> GaussHermiteRule.of(n))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of quadrature nodes is " + n + ", allowed is 1 to 128");
    }

    private static double expectationOfHermite(GaussHermiteRule rule, int degree) {
        double[] nodes = rule.nodes();
        double[] weights = rule.weights();
        double sum = 0;
        for (int i = 0; i < nodes.length; i++) {
            double before = 0;
            double current = 1;
            for (int k = 0; k < degree; k++) {
                double next = (nodes[i] * current - Math.sqrt(k) * before) / Math.sqrt(k + 1.0);
                before = current;
                current = next;
            }
            sum += weights[i] * current;
        }
        return sum;
    }
}
