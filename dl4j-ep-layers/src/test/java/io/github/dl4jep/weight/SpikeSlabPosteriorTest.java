package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.unit.NormalQuadrature;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle integrates over the slab and adds the point mass. */
class SpikeSlabPosteriorTest extends ElementwisePosteriorContractTest {

    @Override
    WeightPrior prior() {
        return new SpikeSlabPrior();
    }

    @Override
    double[] eta(SplittableRandom random) {
        double t = 2 + 10 * random.nextDouble();
        return new double[] {t, t * (2 * random.nextDouble() - 1), 6 * random.nextDouble() - 3};
    }

    @Override
    double expect(double[] eta, DoubleUnaryOperator f) {
        double slab = 1 / (1 + Math.exp(-eta[2]));
        return slab * new NormalQuadrature(eta[1] / eta[0], 1 / eta[0]).expect(f) + (1 - slab) * f.applyAsDouble(0);
    }

    @Override
    double siteSlope(double shift, double precision, double mean, double variance) {
        return (1 + precision * variance) * shift + precision * mean;
    }

    /** The certainty is that of not being zero. */
    @Override
    double[] certain(double certainty) {
        return new double[] {4, 4, certainty};
    }

    @Test
    void withoutAPointMassItIsTheGaussianPosterior() {
        Arrays arrays = Arrays.of(prior(), DataType.DOUBLE, 1, 1);
        arrays.put(0, 0, new double[] {3, 1.2, 30});
        double prior = arrays.posterior().moments(null).variance().getDouble(0);
        INDArray shift = Nd4j.valueArrayOf(new long[] {1, 1}, 0.8, DataType.DOUBLE);
        INDArray precision = Nd4j.valueArrayOf(new long[] {1, 1}, 2.5, DataType.DOUBLE);
        arrays.posterior().update(new WeightSite(shift, precision), new SiteStep(1, 1, 1));
        WeightMoments after = arrays.posterior().moments(null);
        assertThat(prior).isCloseTo(1.0 / 3, within(1e-9));
        assertThat(after.mean().getDouble(0)).isCloseTo(1.2 / 3 + 0.8 / 3, within(1e-9));
        assertThat(after.variance().getDouble(0)).isCloseTo(1 / 5.5, within(1e-9));
    }

    @Test
    void retentionForgetsSitesButKeepsTheMeanOfTheSlab() {
        Arrays arrays = Arrays.of(prior(), DataType.DOUBLE, 1, 1);
        double t0 = arrays.natural(0).getDouble(0);
        arrays.put(0, 0, new double[] {t0 + 8, 2 * (t0 + 8), 3});
        WeightSite nothing = new WeightSite(Nd4j.zeros(DataType.DOUBLE, 1, 1), Nd4j.zeros(DataType.DOUBLE, 1, 1));
        arrays.posterior().update(nothing, new SiteStep(0.75, 1, 1));
        assertThat(arrays.get(0, 0)).containsExactly(new double[] {t0 + 6, 2 * (t0 + 6), 2.25}, within(1e-9));
    }

    @Test
    void pointWeightIsZeroWhereZeroIsMoreProbable() {
        Arrays arrays = Arrays.of(prior(), DataType.DOUBLE, 1, 2);
        arrays.put(0, 0, new double[] {2, 1, -0.1});
        arrays.put(0, 1, new double[] {2, 1, 0.1});
        assertThat(arrays.posterior().mode().toDoubleVector()).containsExactly(0, 0.5);
    }

    @Test
    void activationsKeepTheirScaleHoweverSparseThePriorIs() {
        for (double logOdds : new double[] {-3, 0, 3}) {
            Arrays arrays = Arrays.of(new SpikeSlabPrior(logOdds, 0.5), DataType.DOUBLE, 200, 100);
            double square = arrays.posterior()
                    .plainMoments()
                    .secondMoment()
                    .meanNumber()
                    .doubleValue();
            // Drawn means of variance C^2 and a variance of C^2 / 2, both divided by pi, times pi.
            assertThat(square).isCloseTo(1.5 * C * C, within(0.05 * C * C));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {-21, 20.5, Double.NaN, Double.POSITIVE_INFINITY})
    void impossibleLogOddsAreRefused(double logOdds) {
        assertThatThrownBy(() -> new SpikeSlabPrior(logOdds, 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prior log-odds of the slab are " + logOdds
                        + ", allowed is [-20.0, 20.0]; for weights that are never zero use the Gaussian prior");
    }
}
