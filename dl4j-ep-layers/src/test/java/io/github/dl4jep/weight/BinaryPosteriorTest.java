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
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle sums over both values. */
class BinaryPosteriorTest extends ElementwisePosteriorContractTest {

    @Override
    WeightPrior prior() {
        return new BinaryPrior(1);
    }

    @Override
    double[] eta(SplittableRandom random) {
        return new double[] {6 * random.nextDouble() - 3};
    }

    @Override
    double expect(double[] eta, DoubleUnaryOperator f) {
        double plus = Math.exp(eta[0]);
        double minus = Math.exp(-eta[0]);
        return (plus * f.applyAsDouble(C) + minus * f.applyAsDouble(-C)) / (plus + minus);
    }

    @Override
    double siteSlope(double shift, double precision, double mean, double variance) {
        return shift;
    }

    @Override
    double[] certain(double certainty) {
        return new double[] {certainty};
    }

    @Test
    void pointWeightIsTheMoreProbableSign() {
        Arrays arrays = Arrays.of(prior(), DataType.FLOAT, 2, 2);
        double[][] h = {{-2, 0.1}, {0, 40}};
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                arrays.put(i, j, new double[] {h[i][j]});
            }
        }
        float c = (float) C;
        assertThat(arrays.posterior().mode()).isEqualTo(Nd4j.createFromArray(new float[][] {{-c, c}, {c, c}}));
    }

    @Test
    void startsWithNormalLogOddsOfDeviationTwo() {
        INDArray h = Arrays.of(prior(), DataType.DOUBLE, 100, 100).natural(0);
        assertThat(h.meanNumber().doubleValue()).isCloseTo(0, within(0.1));
        assertThat(h.stdNumber().doubleValue()).isCloseTo(2, within(0.1));
    }

    @Test
    void polarisationMultipliesTheLogOddsOfHiddenLayersOnly() {
        WeightSite nothing = new WeightSite(Nd4j.zeros(DataType.DOUBLE, 1, 1), Nd4j.zeros(DataType.DOUBLE, 1, 1));
        BinaryPrior polarised = new BinaryPrior(1.01);
        assertThat(moved(polarised, nothing)).isCloseTo(2.02, within(1e-12));
        assertThat(moved(polarised.forOutput(), nothing)).isCloseTo(2, within(1e-12));
    }

    private static double moved(WeightPrior prior, WeightSite site) {
        Arrays arrays = Arrays.of(prior, DataType.DOUBLE, 1, 1);
        arrays.put(0, 0, new double[] {2});
        arrays.posterior().update(site, WHOLE);
        return arrays.get(0, 0)[0];
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.99, 1.2, -1, Double.NaN, Double.POSITIVE_INFINITY})
    void polarisationIsAFactorALittleAboveOne(double rho) {
        assertThatThrownBy(() -> new BinaryPrior(rho))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("polarisation is " + rho + ", allowed is [1, 1.1]: a factor per batch, 1 for none");
    }
}
