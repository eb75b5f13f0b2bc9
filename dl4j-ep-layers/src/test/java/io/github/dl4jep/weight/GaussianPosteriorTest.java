package io.github.dl4jep.weight;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class GaussianPosteriorTest {

    private static final double PRIOR_PRECISION = 1.7;
    private static final SiteStep WHOLE = new SiteStep(1, 1, 1);

    @BeforeEach
    void seed() {
        Nd4j.getRandom().setSeed(12);
    }

    /** The arrays of a posterior, and the posterior that lives in them. */
    private record Arrays(
            INDArray precision,
            INDArray meanTimesPrecision,
            INDArray average,
            INDArray priorMean,
            GaussianPosterior posterior) {

        static Arrays of(DataType type, long... shape) {
            INDArray t = Nd4j.create(type, shape, 'f');
            INDArray r = Nd4j.create(type, shape, 'f');
            INDArray average = Nd4j.create(type, shape, 'f');
            INDArray prior = Nd4j.create(type, shape, 'f');
            Arrays arrays = of(t, r, average, prior);
            arrays.posterior.initialiseWeights();
            return arrays;
        }

        private static Arrays of(INDArray t, INDArray r, INDArray average, INDArray prior) {
            INDArray counted = Nd4j.ones(t.dataType(), 1, 1);
            return new Arrays(
                    t, r, average, prior, new GaussianPosterior(t, r, average, prior, counted, PRIOR_PRECISION, 0.4));
        }

        Arrays copy() {
            INDArray t = precision.dup('f');
            INDArray r = meanTimesPrecision.dup('f');
            INDArray average = this.average.dup('f');
            return of(t, r, average, priorMean.dup('f'));
        }

        INDArray mean() {
            return meanTimesPrecision.div(precision);
        }
    }

    private static WeightSite site(DataType type, long... shape) {
        return new WeightSite(
                Nd4j.randn(type, shape).dup('f'), Nd4j.rand(type, shape).muli(2).dup('f'));
    }

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-12", "FLOAT, 1e-4"})
    void anotherWidthOfThePriorKeepsTheMeans(DataType type, double rounding) {
        Arrays arrays = Arrays.of(type, 4, 3);
        arrays.posterior.update(site(type, 4, 3), WHOLE);
        INDArray mean = arrays.mean();
        INDArray precision = arrays.precision.dup();
        arrays.posterior.rescalePrior(1, 8);
        assertThat(arrays.mean().distance2(mean)).isLessThan(rounding);
        assertThat(arrays.precision.distance2(precision.add(7 * PRIOR_PRECISION)))
                .isLessThan(rounding);
        arrays.posterior.rescalePrior(8, 1);
        assertThat(arrays.precision.distance2(precision)).isLessThan(rounding);
    }

    /** Sizes below and above a chunk and the parallel limit of the fused loop; double goes through the plain operations. */
    @ParameterizedTest
    @CsvSource({
        "FLOAT, 1, 1",
        "FLOAT, 3, 5",
        "FLOAT, 1, 300",
        "FLOAT, 64, 33",
        "FLOAT, 200, 200",
        "DOUBLE, 3, 5",
        "DOUBLE, 64, 33"
    })
    void updateIsTheFormula(DataType type, int rows, int columns) {
        Arrays arrays = Arrays.of(type, rows, columns);
        SiteStep step = new SiteStep(0.8, 0.3, 0.6).withPriorFactor(2.5).withPull(0.2);
        arrays.posterior.update(site(type, rows, columns), WHOLE);
        INDArray t = arrays.precision.dup();
        INDArray mean = arrays.mean().castTo(DataType.DOUBLE);
        INDArray average = arrays.average.dup();
        WeightSite site = site(type, rows, columns);
        arrays.posterior.update(site, step);
        double tolerance = type == DataType.FLOAT ? 1e-5 : 1e-12;
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                // (t M + Rw + p m0) / (t + p), t0' + f (t - t0') + T with t0' = 2.5 t0 and p = .2 t0, r = t M
                double prior = 2.5 * PRIOR_PRECISION;
                double m = (t.getDouble(i, j) * mean.getDouble(i, j)
                                + 0.6 * site.shift().getDouble(i, j)
                                + 0.2 * PRIOR_PRECISION * arrays.priorMean.getDouble(i, j))
                        / (t.getDouble(i, j) + 0.2 * PRIOR_PRECISION);
                double next = prior
                        + 0.8 * (t.getDouble(i, j) - prior)
                        + 0.6 * site.precision().getDouble(i, j);
                assertThat(arrays.precision.getDouble(i, j)).isCloseTo(next, within(tolerance * next));
                assertThat(arrays.meanTimesPrecision.getDouble(i, j))
                        .isCloseTo(next * m, within(tolerance * next * (1 + Math.abs(m))));
                assertThat(arrays.average.getDouble(i, j))
                        .isCloseTo(0.7 * average.getDouble(i, j) + 0.3 * m, within(tolerance * (1 + Math.abs(m))));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"3, 5", "64, 33", "300, 200"})
    void fusedAndPlainVersionAgree(int rows, int columns) {
        Arrays fused = Arrays.of(DataType.FLOAT, rows, columns);
        Arrays plain = fused.copy();
        SiteStep step = new SiteStep(0.9, 0.2, 0.7).withPull(0.1);
        for (int batch = 0; batch < 3; batch++) {
            WeightSite site = site(DataType.FLOAT, rows, columns);
            fused.posterior.update(site, step);
            plain.posterior.plainUpdate(site, step);
        }
        assertNear(fused.precision, plain.precision, 1e-5);
        assertNear(fused.meanTimesPrecision, plain.meanTimesPrecision, 1e-5);
        assertNear(fused.average, plain.average, 1e-5);
        WeightMoments moments = fused.posterior.moments(null);
        WeightMoments expected = fused.posterior.plainMoments();
        assertNear(moments.mean(), expected.mean(), 1e-6);
        assertNear(moments.variance(), expected.variance(), 1e-6);
        assertNear(moments.secondMoment(), expected.secondMoment(), 1e-6);
    }

    /** Large arrays give means over inputs in place of second moments; small ones, and double ones, all moments. */
    @ParameterizedTest
    @CsvSource({"FLOAT, 100, 100, true", "FLOAT, 300, 130, true", "FLOAT, 99, 200, false", "DOUBLE, 100, 100, false"})
    void sumsOverManyWeightsSeeMeans(DataType type, int rows, int columns, boolean many) {
        Arrays arrays = Arrays.of(type, rows, columns);
        arrays.posterior.update(site(type, rows, columns), new SiteStep(0.9, 0.2, 0.7));
        WeightMoments expected = arrays.posterior.plainMoments();
        WeightMoments moments = arrays.posterior.momentsOfSums(null, true);
        WeightMoments withProducts = arrays.posterior.momentsOfSums(null, false);
        assertNear(requireNonNull(withProducts.secondMoment()), requireNonNull(expected.secondMoment()), 1e-5);
        assertNear(moments.mean(), expected.mean(), 1e-6);
        assertNear(moments.variance(), expected.variance(), 1e-6);
        assertNear(moments.unitMeanVariance(), expected.variance().mean(true, 1), 1e-5);
        assertNear(
                moments.unitMeanSquaredMean(),
                expected.mean().mul(expected.mean()).mean(true, 1),
                1e-5);
        WeightMoments.InputMeans means = moments.inputMeans();
        assertThat(means != null).isEqualTo(many);
        if (means != null) {
            assertNear(means.variance(), expected.variance().mean(true, 0), 1e-5);
            assertNear(means.squaredMean(), expected.mean().mul(expected.mean()).mean(true, 0), 1e-5);
            INDArray second = requireNonNull(expected.secondMoment()).mean(true, 0);
            assertNear(means.secondMomentShares(), second.div(second.meanNumber()), 1e-5);
        }
        WeightSite pending = site(type, rows, columns);
        assertThat(arrays.posterior.momentsOfSums(pending, true).inputMeans())
                .as("pending sites move single weights")
                .isNull();
    }

    /** Also of inputs that were never seen, and where examples are remembered several times. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 0.3", "7, 1", "7, 0.3", "120, 1"})
    void predictionsOfManyWeightsSeeMeans(int unseen, double counted) {
        Arrays arrays = unseen(120, 110, unseen, counted);
        WeightMoments expected = arrays.posterior.plainPredictiveMoments();
        WeightMoments moments = arrays.posterior.predictiveMomentsOfSums(true);
        WeightMoments withProducts = arrays.posterior.predictiveMomentsOfSums(false);
        assertNear(requireNonNull(withProducts.secondMoment()), requireNonNull(expected.secondMoment()), 1e-5);
        WeightMoments.InputMeans means = requireNonNull(moments.inputMeans());
        assertNear(moments.mean(), expected.mean(), 1e-6);
        assertNear(moments.variance(), expected.variance(), 1e-5);
        assertNear(moments.unitMeanVariance(), expected.unitMeanVariance(), 1e-5);
        assertNear(means.variance(), expected.variance().mean(true, 0), 1e-5);
        assertThatThrownBy(moments::unitMeanSquaredMean).hasMessageContaining("no means of squares");
        assertThatThrownBy(means::secondMomentShares).hasMessageContaining("no means of squares");
    }

    @ParameterizedTest
    @CsvSource({"5, 3, 0, 1", "5, 3, 2, 0.3", "40, 70, 7, 1", "120, 110, 7, 0.3", "1, 6, 0, 0.3", "6, 1, 6, 1"})
    void fusedPredictionsEqualThePlainOnes(int rows, int columns, int unseen, double counted) {
        Arrays arrays = unseen(rows, columns, unseen, counted);
        INDArray before = arrays.average.dup();
        WeightMoments expected = arrays.posterior.plainPredictiveMoments();

        WeightMoments moments = arrays.posterior.predictiveMoments();

        assertNear(moments.mean(), expected.mean(), 1e-6);
        assertNear(moments.variance(), expected.variance(), 1e-5);
        assertNear(requireNonNull(moments.secondMoment()), requireNonNull(expected.secondMoment()), 1e-5);
        assertNear(moments.unitMeanVariance(), expected.unitMeanVariance(), 1e-5);
        assertNear(moments.unitMeanSquaredMean(), expected.unitMeanSquaredMean(), 1e-5);
        assertThat(moments.inputMeans()).isNull();
        moments.mean().assign(7);
        assertThat(arrays.average).as("the posterior's own array").isEqualTo(before);
    }

    /** A posterior that has learned from one batch, but for its last inputs. */
    private static Arrays unseen(int rows, int columns, int unseen, double counted) {
        Arrays arrays = Arrays.of(DataType.FLOAT, rows, columns);
        WeightSite site = site(DataType.FLOAT, rows, columns);
        for (int i = 0; i < unseen; i++) {
            int input = rows - 1 - i;
            site.shift().getRow(input).assign(0);
            site.requiredPrecision().getRow(input).assign(0);
        }
        arrays.posterior.update(site, new SiteStep(0.9, 0.2, 0.7, 1, 0, counted));
        return arrays;
    }

    @Test
    void precisionNeverFallsBelowThePrior() {
        Arrays arrays = Arrays.of(DataType.FLOAT, 40, 50);
        for (int batch = 0; batch < 200; batch++) {
            double retention = batch % 7 / 6.0;
            WeightSite site = site(DataType.FLOAT, 40, 50);
            site.precision().muli(batch % 3 == 0 ? 0 : 100);
            arrays.posterior.update(site, new SiteStep(retention, 1, 0.5));
            assertThat(arrays.precision.minNumber().floatValue()).isGreaterThanOrEqualTo((float) PRIOR_PRECISION);
        }
    }

    @Test
    void withFullRetentionBatchesAddUp() {
        Arrays arrays = Arrays.of(DataType.DOUBLE, 4, 3);
        WeightSite first = site(DataType.DOUBLE, 4, 3);
        WeightSite second = site(DataType.DOUBLE, 4, 3);
        arrays.posterior.update(first, WHOLE);
        arrays.posterior.update(second, WHOLE);
        INDArray sum = first.precision().add(second.precision()).addi(PRIOR_PRECISION);
        assertNear(arrays.precision, sum, 1e-12);
    }

    @Test
    void withoutRetentionOnlyTheLastBatchIsLeft() {
        Arrays arrays = Arrays.of(DataType.DOUBLE, 4, 3);
        arrays.posterior.update(site(DataType.DOUBLE, 4, 3), WHOLE);
        WeightSite last = site(DataType.DOUBLE, 4, 3);
        arrays.posterior.update(last, new SiteStep(0, 1, 1));
        assertNear(arrays.precision, last.precision().add(PRIOR_PRECISION), 1e-12);
    }

    @Test
    void dampingAppliesThatShareOfTheSites() {
        Arrays arrays = Arrays.of(DataType.DOUBLE, 4, 3);
        Arrays scaled = arrays.copy();
        WeightSite site = site(DataType.DOUBLE, 4, 3);
        arrays.posterior.update(site, new SiteStep(1, 1, 0.25));
        scaled.posterior.update(
                new WeightSite(site.shift().mul(0.25), site.precision().mul(0.25)), WHOLE);
        assertNear(arrays.precision, scaled.precision, 1e-12);
        assertNear(arrays.meanTimesPrecision, scaled.meanTimesPrecision, 1e-12);
    }

    @ParameterizedTest
    @ValueSource(strings = {"FLOAT", "DOUBLE"})
    void averagingAtOneOverNIsTheRunningMean(DataType type) {
        Arrays arrays = Arrays.of(type, 3, 2);
        INDArray sum = Nd4j.create(DataType.DOUBLE, 3, 2);
        for (int n = 1; n <= 20; n++) {
            arrays.posterior.update(site(type, 3, 2), new SiteStep(1, 1.0 / n, 1));
            sum.addi(arrays.mean().castTo(DataType.DOUBLE));
        }
        assertNear(arrays.posterior.predictiveMean().castTo(DataType.DOUBLE), sum.div(20), 1e-5);
        WeightMoments moments = arrays.posterior.predictiveMoments();
        assertNear(moments.mean(), arrays.average, 1e-9);
        assertNear(moments.variance(), arrays.precision.rdiv(1), 1e-6);
        assertNear(moments.secondMoment(), moments.mean().mul(moments.mean()).addi(moments.variance()), 1e-6);
        assertNear(arrays.posterior.mode(), arrays.average, 1e-9);
    }

    /** What predictions see counts every example once; training goes on with what it remembers. */
    @Test
    void predictionsCountEveryExampleOnce() {
        Arrays arrays = Arrays.of(DataType.FLOAT, 6, 4);
        arrays.posterior.update(site(DataType.FLOAT, 6, 4), new SiteStep(1, 1, 1, 1, 0, 0.25));
        INDArray once = arrays.precision.sub(PRIOR_PRECISION).muli(0.25).addi(PRIOR_PRECISION);
        assertNear(arrays.posterior.predictiveMoments().variance(), once.rdiv(1), 1e-6);
        assertNear(arrays.posterior.moments(null).variance(), arrays.precision.rdiv(1), 1e-6);
    }

    /** Prior variance, and the mean squared length of what the weights of the other inputs moved by. */
    @Test
    void weightsOfAnInputThatWasNeverSeenAreAsUncertainAsOthersHaveShownToBe() {
        Arrays arrays = Arrays.of(DataType.DOUBLE, 3, 4);
        WeightSite site = site(DataType.DOUBLE, 3, 4);
        site.shift().getRow(1).assign(0);
        site.precision().getRow(1).assign(0);
        arrays.posterior.update(site, WHOLE);
        INDArray moved = arrays.average.sub(arrays.priorMean);
        double expected = 1 / PRIOR_PRECISION + Math.pow(moved.norm2Number().doubleValue(), 2) / 2;
        INDArray variance = arrays.posterior.predictiveMoments().variance();
        for (int unit = 0; unit < 4; unit++) {
            // Lengths are summed in single precision.
            assertThat(variance.getDouble(1, unit)).isCloseTo(expected, within(1e-7));
            assertThat(variance.getDouble(0, unit)).isCloseTo(1 / arrays.precision.getDouble(0, unit), within(1e-12));
        }
    }

    @ParameterizedTest
    @CsvSource({"DOUBLE, 1e-12", "FLOAT, 1e-6"})
    void aProbePullsTheMeansOfPredictionsAndPutsThemBack(DataType type, double rounding) {
        Arrays arrays = Arrays.of(type, 3, 2);
        arrays.posterior.update(site(type, 3, 2), WHOLE);
        INDArray before = arrays.average.dup();
        Runnable undo = arrays.posterior.pulled(0.5);
        INDArray pull = arrays.precision.rdiv(0.5 * PRIOR_PRECISION);
        INDArray expected = before.add(arrays.priorMean.mul(pull)).divi(pull.add(1));
        assertNear(arrays.average, expected, rounding);
        undo.run();
        assertThat(arrays.average).isEqualTo(before);
    }

    @Test
    void pendingSitesMoveTheMeanButNotTheVariance() {
        Arrays arrays = Arrays.of(DataType.FLOAT, 6, 4);
        WeightSite site = site(DataType.FLOAT, 6, 4);
        WeightMoments moments = arrays.posterior.moments(site);
        assertNear(moments.mean(), arrays.mean().add(site.shift().div(arrays.precision)), 1e-5);
        assertNear(moments.variance(), arrays.precision.rdiv(1), 1e-6);
        assertNear(moments.secondMoment(), moments.mean().mul(moments.mean()).addi(moments.variance()), 1e-5);
    }

    @Test
    void samplesHaveTheMeanAndVarianceOfThePosterior() {
        Arrays arrays = Arrays.of(DataType.FLOAT, 400, 500);
        arrays.precision.assign(4);
        arrays.average.assign(0.3);
        INDArray sample = arrays.posterior.sample();
        // Five standard errors of 200,000 draws.
        assertThat(sample.meanNumber().doubleValue()).isCloseTo(0.3, within(5 * 0.5 / Math.sqrt(2e5)));
        assertThat(sample.varNumber().doubleValue()).isCloseTo(0.25, within(5 * 0.25 * Math.sqrt(2 / 2e5)));
        assertThat(arrays.posterior.sample()).isNotEqualTo(sample);
    }

    @Test
    void weightsStartFromRandomMeansAndBiasesFromZero() {
        Arrays arrays = Arrays.of(DataType.FLOAT, 400, 500);
        assertThat(arrays.precision.minNumber().floatValue()).isEqualTo((float) PRIOR_PRECISION);
        assertThat(arrays.precision.maxNumber().floatValue()).isEqualTo((float) PRIOR_PRECISION);
        assertThat(arrays.average.varNumber().doubleValue()).isCloseTo(0.4, within(5 * 0.4 * Math.sqrt(2 / 2e5)));
        assertNear(arrays.mean(), arrays.average, 1e-6);
        arrays.posterior.initialiseBias();
        assertThat(arrays.meanTimesPrecision.amaxNumber().doubleValue()).isZero();
        assertThat(arrays.average.amaxNumber().doubleValue()).isZero();
    }

    private static void assertNear(INDArray actual, INDArray expected, double tolerance) {
        INDArray scale =
                org.nd4j.linalg.ops.transforms.Transforms.abs(expected, true).addi(1);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).divi(scale).amaxNumber().doubleValue()).isLessThan(tolerance);
    }
}
