package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle sums over the three values. */
class TernaryPosteriorTest extends ElementwisePosteriorContractTest {

    @Override
    WeightPrior prior() {
        return new TernaryPrior(0, 1, 1);
    }

    @Override
    double[] eta(SplittableRandom random) {
        return new double[] {6 * random.nextDouble() - 3, 8 * random.nextDouble() - 3};
    }

    @Override
    double expect(double[] eta, DoubleUnaryOperator f) {
        double plus = Math.exp(eta[0] - eta[1] / 2);
        double minus = Math.exp(-eta[0] - eta[1] / 2);
        return (plus * f.applyAsDouble(C) + minus * f.applyAsDouble(-C) + f.applyAsDouble(0)) / (plus + minus + 1);
    }

    @Override
    double siteSlope(double shift, double precision, double mean, double variance) {
        return shift + precision * mean;
    }

    @Override
    double[] certain(double certainty) {
        return new double[] {certainty, 0};
    }

    @Test
    void pointWeightIsTheMostProbableValue() {
        Arrays arrays = Arrays.of(prior(), DataType.FLOAT, 1, 4);
        double[][] eta = {{2, 1}, {-2, 1}, {2, 5}, {-2, 5}};
        for (int j = 0; j < 4; j++) {
            arrays.put(0, j, eta[j]);
        }
        float c = (float) C;
        assertThat(arrays.posterior().mode()).isEqualTo(Nd4j.createFromArray(new float[][] {{c, -c, 0, 0}}));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-20, -2, 0, 1.5, 20})
    void startsWithTheGivenLogOddsOfZero(double logOdds) {
        Arrays arrays = Arrays.of(new TernaryPrior(logOdds), DataType.DOUBLE, 1, 1);
        double e = arrays.natural(1).getDouble(0);
        double zero = 1 / (1 + 2 * Math.exp(-e / 2));
        assertThat(Math.log(zero) - Math.log1p(-zero)).isCloseTo(logOdds, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-21, 20.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void impossibleLogOddsAreRefused(double logOdds) {
        assertThatThrownBy(() -> new TernaryPrior(logOdds))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("prior log-odds of zero are " + logOdds + ", allowed is [-20.0, 20.0]")
                .hasMessageEndingWith("use the binary prior");
    }
}
