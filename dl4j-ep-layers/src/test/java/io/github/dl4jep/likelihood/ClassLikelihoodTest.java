package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

class ClassLikelihoodTest extends LikelihoodContractTest {

    /** A memory of one batch, so that the statistics are those of the current scale. */
    private static final LearningPhase FIRST = new LearningPhase(1, true, 1);

    @Override
    Likelihood likelihood() {
        return new ClassLikelihood(0.1);
    }

    @Override
    Likelihood other() {
        return new ClassLikelihood();
    }

    @Override
    INDArray labels(int rows) {
        INDArray labels = Arrays2d.filled(rows, OUTPUTS, 0);
        for (int n = 0; n < rows; n++) {
            labels.putScalar(n, random.nextInt(OUTPUTS), 1);
        }
        return labels;
    }

    @Override
    double lossOfEntry(Prediction prediction, double label, int row, int column) {
        return label * -Math.log(prediction.probabilities().getDouble(row, column));
    }

    /** The largest log likelihood of log k under its prior, by search, from statistics taken there: a fixed point of learning. */
    @Test
    void theScaleIsTheMostProbableOne() {
        OutputBatch batch = uncertain(60, null);
        ClassLikelihood likelihood = new ClassLikelihood();
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        for (int step = 0; step < 50; step++) {
            learn(likelihood, likelihood.observeWithheld(batch, parameters), parameters, FIRST);
        }
        assertThat(Math.log(ProbabilityScale.values(parameters)[0]))
                .as("before the first pass says more, log k has variance 1, and what later passes may change")
                .isCloseTo(mostProbable(batch, 1, 0, 60, new Normal(0, 1 / (1 + 0.25))), within(2e-3));
    }

    /** Probabilities are means over what is known of log k: against a fine sum. */
    @Test
    void fewExamplesLeaveTheScaleUncertain() {
        OutputBatch batch = uncertain(12, null);
        ClassLikelihood likelihood = new ClassLikelihood();
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        for (int step = 0; step < 50; step++) {
            learn(likelihood, likelihood.observeWithheld(batch, parameters), parameters, FIRST);
        }
        double log = Math.log(ProbabilityScale.values(parameters)[0]);
        double deviation = 1 / Math.sqrt(0.8 + curvature(batch, 1, 0, 12, log));
        assertThat(deviation).isBetween(0.3, 1.0);
        Moments potentials = batch.forward().moments();
        INDArray p = likelihood.predict(potentials, parameters).probabilities();
        INDArray nats = likelihood.negativeLogLikelihood(batch, parameters);
        for (int n = 0; n < 12; n++) {
            double ofLabel = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                double mean = 0;
                for (double x = -8; x < 8; x += 0.01) {
                    double k = Math.exp(log + deviation * x);
                    mean += 0.01 * Math.exp(-x * x / 2 + logProbability(batch.mean(), 0.5, n, c, k, 1));
                }
                mean /= Math.sqrt(2 * Math.PI);
                assertThat(p.getDouble(n, c)).as("row %s, class %s", n, c).isCloseTo(mean, within(6e-3));
                ofLabel += batch.labels().getDouble(n, c) * p.getDouble(n, c);
            }
            assertThat(nats.getDouble(n)).as("row %s", n).isCloseTo(-Math.log(ofLabel), within(1e-5));
        }
    }

    /** A probability next to 1, or of 1e-200, keeps its logarithm. */
    @Test
    void certainPotentialsKeepTheirLogarithms() {
        ClassLikelihood likelihood = new IndependentClassLikelihood();
        INDArray potentials = Arrays2d.of(new double[] {60, -600, 30, 0, -1e5});
        INDArray none = Arrays2d.filled(1, OUTPUTS, 0);
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        likelihood.startFromStock(null, parameters);
        INDArray logs = likelihood.logProbabilities(potentials, none, parameters);
        assertThat(logs.getDouble(0)).isBetween(-1e-15, -1e-26);
        assertThat(logs.getDouble(1)).isBetween(-600.0, -300.0);
        assertThat(logs.getDouble(2)).isBetween(-1e-12, -1e-14);
        assertThat(logs.getDouble(3)).isCloseTo(-Math.log(2), within(1e-12));
        assertThat(logs.getDouble(4)).isBetween(-1e5, -5e4);
    }

    /** Half of what withheld examples and others differ by in the first pass, when all are new. */
    @Test
    void theScaleKnowsHowEasyTheWithheldExamplesAre() {
        double[] trust = new double[60];
        Arrays.fill(trust, 15, 60, 1);
        OutputBatch batch = uncertain(60, trust);
        // Two of three withheld examples are right.
        for (int n = 0; n < 15; n++) {
            if (n % 3 > 0) {
                INDArray row = batch.mean().getRow(n);
                batch.labels().getRow(n).assign(row.eq(row.maxNumber()));
            }
        }
        OutputBatch withheld = new OutputBatch(
                new ForwardMessage(rows(batch.forward().moments(), 15), BatchCovariance.none()),
                batch.labels().get(NDArrayIndex.interval(0, 15), NDArrayIndex.all()),
                null,
                null);
        ClassLikelihood likelihood = new ClassLikelihood();
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        for (int step = 0; step < 50; step++) {
            learn(likelihood, likelihood.observeWithheld(withheld, parameters), parameters, FIRST);
            learn(likelihood, likelihood.observeFresh(batch, parameters), parameters, FIRST);
        }
        double counted = ProbabilityScale.counted(parameters)[0];
        double ofOthers = mostProbable(batch, counted, 15, 60, new Normal(0, 1));
        double known = 1 + curvature(batch, counted, 15, 60, ofOthers);
        double ofWithheld = mostProbable(batch, counted, 0, 15, new Normal(ofOthers, 1 / (1 / known + 0.25)));
        assertThat(ofWithheld).isNotCloseTo(ofOthers, within(0.05));
        double expected = (ofWithheld + ofOthers) / 2;
        assertThat(Math.log(ProbabilityScale.values(parameters)[0])).isCloseTo(expected, within(2e-3));
        assertThat(new ClassLikelihood(0).observeFresh(batch, parameters))
                .as("without withheld examples the scale is 1")
                .isEmpty();
    }

    /** Of labels that were drawn with a scale and a share, against a search of the best of both. */
    @Test
    void theShareOfTheVarianceIsTheBestOneOfNewExamples() {
        int rows = 1500;
        INDArray mean = Arrays2d.uniform(random, rows, OUTPUTS, -6, 6);
        INDArray variance = Arrays2d.uniform(random, rows, 1, 0, 30).broadcast(rows, OUTPUTS);
        INDArray labels = Arrays2d.filled(rows, OUTPUTS, 0);
        for (int n = 0; n < rows; n++) {
            double left = random.nextDouble();
            for (int c = 0; c < OUTPUTS; c++) {
                double p = Math.exp(logProbability(mean, variance.getDouble(n, 0), n, c, 1.4, 0.3));
                if (left >= 0 && left < p) {
                    labels.putScalar(n, c, 1);
                }
                left -= p;
            }
        }
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(new Moments(mean, variance), BatchCovariance.none()), labels, null, null);
        ClassLikelihood likelihood = new ClassLikelihood();
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        Map<String, Statistic> first = new HashMap<>();
        for (int step = 0; step < 60; step++) {
            likelihood.observeWithheld(batch, parameters).forEach(first::put);
            likelihood.observeFresh(batch, parameters).forEach(first::put);
            learn(likelihood, first, parameters, FIRST);
        }
        double best = Double.POSITIVE_INFINITY;
        for (double k = 0.9; k < 2.2; k *= 1.05) {
            for (double counted = 0.05; counted < 1.2; counted *= 1.15) {
                best = Math.min(best, nats(batch, k, counted));
            }
        }
        double counted = ProbabilityScale.counted(parameters)[0];
        double k = Math.exp(first.get("logScaleMeanTimesPrecision").sum()[0]
                / first.get("logScalePrecision").sum()[0]);
        assertThat(counted).isBetween(0.15, 0.6);
        assertThat(nats(batch, k, counted)).isCloseTo(best, within(5e-4));
    }

    private static double nats(OutputBatch batch, double k, double counted) {
        double nats = 0;
        int rows = batch.labels().rows();
        for (int n = 0; n < rows; n++) {
            for (int c = 0; c < OUTPUTS; c++) {
                if (batch.labels().getDouble(n, c) > 0) {
                    nats -= logProbability(batch.mean(), batch.variance().getDouble(n, 0), n, c, k, counted) / rows;
                }
            }
        }
        return nats;
    }

    private static double logProbability(INDArray mean, double v, int n, int label, double k, double counted) {
        double factor = k / Math.sqrt(1 + Math.PI * counted * v / 8);
        double sum = 0;
        for (int c = 0; c < OUTPUTS; c++) {
            sum += Math.exp(factor * mean.getDouble(n, c));
        }
        return factor * mean.getDouble(n, label) - Math.log(sum);
    }

    private OutputBatch uncertain(int rows, double @Nullable [] trust) {
        INDArray mean = Arrays2d.uniform(random, rows, OUTPUTS, -2, 2);
        return new OutputBatch(
                new ForwardMessage(new Moments(mean, Arrays2d.filled(rows, OUTPUTS, 0.5)), BatchCovariance.none()),
                labels(rows),
                null,
                null,
                trust);
    }

    private static Moments rows(Moments moments, int count) {
        INDArrayIndex[] first = {NDArrayIndex.interval(0, count), NDArrayIndex.all()};
        return new Moments(moments.mean().get(first), moments.variance().get(first));
    }

    /** Scales only: classes stay equally frequent. */
    private static void learn(
            Likelihood likelihood,
            Map<String, Statistic> statistics,
            Map<String, INDArray> parameters,
            LearningPhase phase) {
        statistics.forEach((name, statistic) -> {
            if (name.startsWith("log")) {
                parameters.put(
                        name, Rows.row(likelihood.learn(name, Parameters.values(parameters, name), statistic, phase)));
            }
        });
    }

    private record Normal(double mean, double precision) {}

    /** Expected curvature of the negative log likelihood of some rows in log k. */
    private static double curvature(OutputBatch batch, double counted, int from, int to, double log) {
        double curvature = 0;
        double factor = Math.exp(log) / Math.sqrt(1 + Math.PI * counted * 0.5 / 8);
        for (int n = from; n < to; n++) {
            double mean = 0;
            double square = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                double u = factor * batch.mean().getDouble(n, c);
                double p = Math.exp(logProbability(batch.mean(), 0.5, n, c, Math.exp(log), counted));
                mean += p * u;
                square += p * u * u;
            }
            curvature += square - mean * mean;
        }
        return curvature;
    }

    /** log k of some rows. */
    private static double mostProbable(OutputBatch batch, double counted, int from, int to, Normal prior) {
        double best = 0;
        double largest = Double.NEGATIVE_INFINITY;
        for (double log = -6; log < 2; log += 1e-3) {
            double value = -prior.precision() * (log - prior.mean()) * (log - prior.mean()) / 2;
            for (int n = from; n < to; n++) {
                double sum = 0;
                double right = 0;
                for (int c = 0; c < OUTPUTS; c++) {
                    double u =
                            Math.exp(log) * batch.mean().getDouble(n, c) / Math.sqrt(1 + Math.PI * counted * 0.5 / 8);
                    sum += Math.exp(u);
                    right += batch.labels().getDouble(n, c) * u;
                }
                value += right - Math.log(sum);
            }
            if (value > largest) {
                largest = value;
                best = log;
            }
        }
        return best;
    }

    /** A softmax sees differences only: what all potentials of an example have in common says nothing, however unlike their variances. */
    @Test
    void whatAllPotentialsHaveInCommonChangesNoProbability() {
        INDArray mean = Arrays2d.uniform(random, 6, OUTPUTS, -2, 2);
        INDArray variance = Arrays2d.uniform(random, 6, OUTPUTS, 0.1, 9);
        for (Likelihood each : new Likelihood[] {likelihood(), new CategoricalLikelihood()}) {
            Map<String, INDArray> parameters = parametersOf(each, OUTPUTS);
            INDArray before =
                    each.predict(new Moments(mean, variance), parameters).probabilities();
            INDArray after =
                    each.predict(new Moments(mean.add(7), variance), parameters).probabilities();
            assertThat(Arrays2d.worstDifference(before, after)).isLessThan(1e-12);
        }
    }

    /** Its variances are those of the covariance: of a batch of one without, the mean over outputs. */
    @Test
    @Override
    void aBatchOfOneNeedsNoCovariance() {
        OutputBatch batch = batch(1, DataType.DOUBLE, null);
        Moments moments = batch.forward().moments();
        INDArray mean = Arrays2d.filled(1, 1, moments.variance().meanNumber().doubleValue());
        OutputBatch with =
                new OutputBatch(new ForwardMessage(moments, BatchCovariance.of(mean)), batch.labels(), null, null);
        OutputBatch without =
                new OutputBatch(new ForwardMessage(moments, BatchCovariance.none()), batch.labels(), null, null);
        Map<String, INDArray> parameters = parametersOf(likelihood(), OUTPUTS);
        assertThat(Arrays2d.worstDifference(
                        likelihood().update(with, parameters).message().shift(),
                        likelihood().update(without, parameters).message().shift()))
                .isLessThan(1e-12);
    }

    @Test
    void withheldExamplesTeachNoWeight() {
        OutputBatch batch = batch(6, DataType.DOUBLE, null);
        double[] trust = {1, 0, 1, 0.5, 0, 1};
        OutputBatch part = new OutputBatch(batch.forward(), batch.labels(), null, null, trust);
        for (Likelihood each : new Likelihood[] {likelihood(), likelihood().teacher()}) {
            INDArray shift =
                    each.update(part, parametersOf(each, OUTPUTS)).message().shift();
            for (int n = 0; n < 6; n++) {
                assertThat(shift.getRow(n).amaxNumber().doubleValue() == 0)
                        .as("row %s", n)
                        .isEqualTo(trust[n] == 0);
            }
        }
    }

    @Test
    void softLabelsOfZeroAndOneAreHardOnes() {
        INDArray soft = Arrays2d.of(new double[] {0.2, 0.8, 0, 0, 0});
        likelihood().validate(soft, Arrays2d.filled(1, OUTPUTS, 1));
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(
                        new Moments(Arrays2d.filled(1, OUTPUTS, 0), Arrays2d.filled(1, OUTPUTS, 1)),
                        BatchCovariance.of(Arrays2d.filled(1, 1, 1))),
                soft,
                null,
                null);
        INDArray shift = likelihood()
                .update(batch, parametersOf(likelihood(), OUTPUTS))
                .message()
                .shift();
        assertThat(shift.getDouble(0, 1)).isGreaterThan(shift.getDouble(0, 0));
        assertThat(shift.getDouble(0, 0)).isGreaterThan(shift.getDouble(0, 2));
        assertThat(shift.sumNumber().doubleValue()).isCloseTo(0, within(1e-9));
    }

    @Test
    void labelsThatAreNoDistributionAreRejected() {
        INDArray ones = Arrays2d.filled(1, OUTPUTS, 1);
        assertThatThrownBy(() -> likelihood().validate(Arrays2d.of(new double[] {0.5, 0.6, 0, 0, 0}), ones))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessageStartingWith(
                        "label row 0 sums to 1.1; a class label is one-hot, or probabilities that sum to 1.");
        assertThatThrownBy(() -> likelihood().validate(Arrays2d.of(new double[] {-0.5, 1.5, 0, 0, 0}), ones))
                .hasMessage("label at row 0, column 0 is -0.5; allowed are probabilities from 0 to 1");
        assertThatThrownBy(() -> likelihood().validate(Arrays2d.of(new double[] {Double.NaN, 1, 0, 0, 0}), ones))
                .hasMessageStartingWith("label at row 0, column 0 is NaN");
    }

    @Test
    void shareIsChecked() {
        assertThatThrownBy(() -> new ClassLikelihood(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("withheldShare is 1.0, allowed is [0, 1)");
        assertThatThrownBy(() -> new ClassLikelihood(Double.NaN)).hasMessageContaining("NaN");
    }
}
