package io.github.dl4jep.weight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every posterior must do that is given by formulas for one weight. Subclasses supply prior, parameters and oracle. */
abstract class ElementwisePosteriorContractTest {

    static final PriorScale SCALE = new PriorScale(9, 2);
    static final double C = Math.sqrt(2.0 / 9);
    static final SiteStep WHOLE = new SiteStep(1, 1, 1);

    private static final int DRAWS = 40_000;

    /** A prior without polarisation. */
    abstract WeightPrior prior();

    /** Natural parameters of one weight. */
    abstract double[] eta(SplittableRandom random);

    /** E f(w) under the density with these natural parameters, computed from the density itself; f may grow as a site does. */
    abstract double expect(double[] eta, DoubleUnaryOperator f);

    /** Linear coefficient rho of the site exp(-T w^2 / 2 + rho w) that the update multiplies by. */
    abstract double siteSlope(double shift, double precision, double mean, double variance);

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(31);
    }

    /** The arrays of a posterior, by name, and the posterior that lives in them. */
    record Arrays(Map<String, INDArray> byName, ElementwisePosterior posterior) {

        static Arrays of(WeightPrior prior, DataType type, long... shape) {
            Map<String, INDArray> byName = new LinkedHashMap<>();
            prior.parameterNames().forEach(name -> byName.put(name, Nd4j.create(type, shape, 'f')));
            ElementwisePosterior posterior = (ElementwisePosterior) prior.posterior(byName, SCALE);
            posterior.initialiseWeights();
            return new Arrays(byName, posterior);
        }

        /** The natural parameters; their averages follow in the second half. */
        INDArray natural(int parameter) {
            return byName.values().toArray(INDArray[]::new)[parameter];
        }

        int parameters() {
            return byName.size() / 2;
        }

        /** Sets the natural parameters of weight [i, j], and their averages. */
        void put(int i, int j, double[] eta) {
            for (int k = 0; k < eta.length; k++) {
                natural(k).putScalar(i, j, eta[k]);
                natural(k + eta.length).putScalar(i, j, eta[k]);
            }
        }

        double[] get(int i, int j) {
            double[] eta = new double[parameters()];
            for (int k = 0; k < eta.length; k++) {
                eta[k] = natural(k).getDouble(i, j);
            }
            return eta;
        }

        Arrays copy(WeightPrior prior) {
            Map<String, INDArray> copies = new LinkedHashMap<>();
            byName.forEach((name, array) -> copies.put(name, array.dup('f')));
            return new Arrays(copies, (ElementwisePosterior) prior.posterior(copies, SCALE));
        }
    }

    private Arrays random(DataType type, int rows, int columns) {
        Arrays arrays = Arrays.of(prior(), type, rows, columns);
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                arrays.put(i, j, eta(random));
            }
        }
        return arrays;
    }

    private static WeightSite site(DataType type, int rows, int columns) {
        return new WeightSite(
                Nd4j.randn(type, rows, columns).dup('f'),
                Nd4j.rand(type, rows, columns).muli(2).dup('f'));
    }

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-9", "FLOAT, 2e-5"})
    void momentsAreThoseOfTheDensity(DataType type, double tolerance) {
        Arrays arrays = random(type, 7, 5);
        for (WeightMoments moments : new WeightMoments[] {
            arrays.posterior().moments(null), arrays.posterior().predictiveMoments()
        }) {
            double[] meanVariance = new double[7];
            double[] meanSquare = new double[7];
            for (int i = 0; i < 7; i++) {
                for (int j = 0; j < 5; j++) {
                    double[] eta = arrays.get(i, j);
                    double mean = expect(eta, w -> w);
                    double square = expect(eta, w -> w * w);
                    assertThat(moments.mean().getDouble(i, j)).isCloseTo(mean, within(tolerance));
                    assertThat(moments.variance().getDouble(i, j)).isCloseTo(square - mean * mean, within(tolerance));
                    double second = moments.secondMoment() == null
                            ? moments.uniformSecondMoment()
                            : moments.secondMoment().getDouble(i, j);
                    assertThat(second).isCloseTo(square, within(tolerance));
                    meanVariance[i] += (square - mean * mean) / 5;
                    meanSquare[i] += mean * mean / 5;
                }
            }
            assertThat(moments.unitMeanVariance().castTo(DataType.DOUBLE).toDoubleVector())
                    .containsExactly(meanVariance, within(tolerance));
            assertThat(moments.unitMeanSquaredMean().castTo(DataType.DOUBLE).toDoubleVector())
                    .containsExactly(meanSquare, within(tolerance));
        }
        assertThat(arrays.posterior().predictiveMean())
                .isEqualTo(arrays.posterior().predictiveMoments().mean());
    }

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-8", "FLOAT, 5e-5"})
    void updateMultipliesByTheSite(DataType type, double tolerance) {
        Arrays arrays = random(type, 6, 4);
        Arrays before = arrays.copy(prior());
        WeightSite site = site(type, 6, 4);
        arrays.posterior().update(site, WHOLE);
        WeightMoments after = arrays.posterior().moments(null);
        for (int i = 0; i < 6; i++) {
            for (int j = 0; j < 4; j++) {
                double[] eta = before.get(i, j);
                double precision = arrays.posterior().usesSitePrecision()
                        ? site.precision().getDouble(i, j)
                        : 0;
                double mean = expect(eta, w -> w);
                double variance = expect(eta, w -> w * w) - mean * mean;
                double rho = siteSlope(site.shift().getDouble(i, j), precision, mean, variance);
                DoubleUnaryOperator factor = w -> Math.exp(-precision * w * w / 2 + rho * w);
                double normalizer = expect(eta, factor);
                double tilted = expect(eta, w -> w * factor.applyAsDouble(w)) / normalizer;
                double square = expect(eta, w -> w * w * factor.applyAsDouble(w)) / normalizer;
                assertThat(after.mean().getDouble(i, j)).as("mean").isCloseTo(tilted, within(tolerance));
                assertThat(after.variance().getDouble(i, j))
                        .as("variance")
                        .isCloseTo(square - tilted * tilted, within(tolerance));
            }
        }
    }

    /** Sizes below and above a chunk and the parallel limit of the fused loop. */
    @ParameterizedTest
    @CsvSource({"1, 1", "3, 5", "64, 33", "200, 200"})
    void fusedLoopsAgreeWithThePlainFormulas(int rows, int columns) {
        Arrays fused = random(DataType.FLOAT, rows, columns);
        Arrays plain = fused.copy(prior());
        WeightSite site = site(DataType.FLOAT, rows, columns);
        SiteStep step = new SiteStep(0.9, 0.3, 0.6);
        fused.posterior().update(site, step);
        plain.posterior().plainUpdate(site, step);
        for (int k = 0; k < fused.parameters(); k++) {
            assertThat(fused.natural(k).equalsWithEps(plain.natural(k), 1e-4)).isTrue();
        }
        WeightMoments fast = fused.posterior().moments(null);
        WeightMoments slow = fused.posterior().plainMoments();
        assertThat(fast.mean().equalsWithEps(slow.mean(), 1e-5)).isTrue();
        assertThat(fast.variance().equalsWithEps(slow.variance(), 1e-5)).isTrue();
        assertThat(fast.unitMeanVariance().equalsWithEps(slow.unitMeanVariance(), 1e-5))
                .isTrue();
    }

    @Test
    void averagesFollowTheNaturalParameters() {
        Arrays arrays = random(DataType.DOUBLE, 3, 2);
        Arrays before = arrays.copy(prior());
        arrays.posterior().update(site(DataType.DOUBLE, 3, 2), new SiteStep(1, 0.3, 1));
        for (int k = 0; k < arrays.parameters(); k++) {
            INDArray old = before.natural(k);
            INDArray expected = old.add(arrays.natural(k).sub(old).mul(0.3));
            assertThat(arrays.natural(k + arrays.parameters()).equalsWithEps(expected, 1e-12))
                    .isTrue();
        }
    }

    @Test
    void pendingSitesMoveTheMomentsButNotTheParameters() {
        Arrays arrays = random(DataType.DOUBLE, 3, 2);
        Arrays updated = arrays.copy(prior());
        WeightSite site = site(DataType.DOUBLE, 3, 2);
        WeightMoments pending = arrays.posterior().moments(site);
        updated.posterior().update(site, WHOLE);
        assertThat(pending.mean()
                        .equalsWithEps(updated.posterior().moments(null).mean(), 1e-12))
                .isTrue();
        for (int k = 0; k < arrays.parameters(); k++) {
            assertThat(arrays.natural(k)).isNotEqualTo(updated.natural(k));
        }
    }

    @Test
    void drawsHaveTheMomentsOfTheDensity() {
        double[] eta = eta(new SplittableRandom(11));
        Arrays arrays = Arrays.of(prior(), DataType.DOUBLE, DRAWS, 1);
        for (int k = 0; k < eta.length; k++) {
            arrays.natural(k + eta.length).assign(eta[k]);
        }
        INDArray draws = arrays.posterior().sample();
        double mean = expect(eta, w -> w);
        double variance = expect(eta, w -> w * w) - mean * mean;
        assertThat(draws.meanNumber().doubleValue()).isCloseTo(mean, within(4 * Math.sqrt(variance / DRAWS)));
        double fourth = expect(eta, w -> Math.pow(w - mean, 4));
        assertThat(draws.sub(mean).norm2Number().doubleValue())
                .as("root of the sum of squares")
                .isBetween(
                        Math.sqrt(DRAWS * variance - 4 * Math.sqrt(DRAWS * fourth)),
                        Math.sqrt(DRAWS * variance + 4 * Math.sqrt(DRAWS * fourth)));
    }

    @Test
    void travelsInJsonAndYaml() throws Exception {
        for (WeightPrior prior : new WeightPrior[] {prior(), prior().forOutput(), prior().biasPrior()}) {
            for (var mapper : new org.nd4j.shade.jackson.databind.ObjectMapper[] {
                NeuralNetConfiguration.mapper(), NeuralNetConfiguration.mapperYaml()
            }) {
                WeightPrior read = mapper.readValue(mapper.writeValueAsString(prior), WeightPrior.class);
                assertThat(read).isEqualTo(prior).hasSameHashCodeAs(prior).hasToString(prior.toString());
            }
        }
    }

    @Test
    void biasesAreContinuous() {
        assertThat(prior().biasPrior()).isInstanceOf(GaussianPrior.class);
    }

    /** Whatever the parameters are, moments are finite and a hundred contrary batches turn the sign. */
    @ParameterizedTest
    @CsvSource({"FLOAT, 30", "FLOAT, 1e4", "FLOAT, 1e30", "DOUBLE, 1e30"})
    void aCertainWeightStaysFiniteAndCanStillLearn(DataType type, double certainty) {
        Arrays arrays = Arrays.of(prior(), type, 2, 2);
        for (int i = 0; i < 2; i++) {
            for (int j = 0; j < 2; j++) {
                arrays.put(i, j, certain(certainty));
            }
        }
        assertThat(arrays.posterior().moments(null).mean().minNumber().doubleValue())
                .isGreaterThan(0.9 * C);
        WeightSite contrary = new WeightSite(
                Nd4j.valueArrayOf(new long[] {2, 2}, -1 / C, type).dup('f'),
                Nd4j.valueArrayOf(new long[] {2, 2}, 0.01, type).dup('f'));
        for (int batch = 0; batch < 100; batch++) {
            WeightMoments moments = arrays.posterior().moments(null);
            assertThat(moments.mean().amaxNumber().doubleValue()).isFinite();
            assertThat(moments.variance().minNumber().doubleValue()).isNotNegative();
            arrays.posterior().update(contrary, WHOLE);
        }
        assertThat(arrays.posterior().moments(null).mean().maxNumber().doubleValue())
                .isNegative();
    }

    /** Natural parameters of a weight that is positive as certainly as this. */
    abstract double[] certain(double certainty);
}
