package io.github.dl4jep.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.likelihood.InvalidLabelException;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every likelihood must do whose labels speak to several outputs, or several columns to one. */
class RowContractTest {

    private static final int DRAWS = 40_000;

    /** log p(row of labels | row of potentials), written independently. */
    @FunctionalInterface
    private interface Density {
        double log(double[] label, double[] potential);
    }

    @FunctionalInterface
    private interface LabelDraw {
        double[] of(SplittableRandom random);
    }

    /** A likelihood, what it is to be, and how near the expectation it takes is to the true one. */
    private record Case(
            DensityLikelihood likelihood, int outputs, Density density, LabelDraw labels, double tolerance) {

        @Override
        public String toString() {
            return likelihood.toString();
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        new HeteroscedasticLikelihood(),
                        4,
                        (y, u) -> normal(y[0], u[0], Math.exp(u[2] / 2)) + normal(y[1], u[1], Math.exp(u[3] / 2)),
                        random -> new double[] {random.nextDouble(-2, 2), random.nextDouble(-2, 2)},
                        0.01),
                new Case(
                        new MixtureDensityLikelihood(2, 1),
                        6,
                        // Potentials of 0 are components at the quartiles of a normal distribution, half as wide.
                        (y, u) -> Math.log(Math.exp(u[0] + normal(y[0], u[4] - 0.6744898, Math.exp(u[2]) / 2))
                                        + Math.exp(u[1] + normal(y[0], u[5] + 0.6744898, Math.exp(u[3]) / 2)))
                                - Math.log(Math.exp(u[0]) + Math.exp(u[1])),
                        random -> new double[] {random.nextDouble(-1, 1)},
                        0.15),
                new Case(
                        new DirectionLikelihood(),
                        3,
                        // On the sphere of three dimensions C is kappa / (4 pi sinh kappa); kappa starts at 1.
                        (y, u) -> (y[0] * u[0] + y[1] * u[1] + y[2] * u[2]) / (norm(y) * norm(u))
                                - Math.log(4 * Math.PI * Math.sinh(1)),
                        random -> new double[] {random.nextDouble(-2, 2), random.nextDouble(-2, 2), 1},
                        0.1),
                new Case(
                        new OrdinalLikelihood(4),
                        1,
                        (y, u) -> {
                            double[] t = {-30, -1, 0, 1, 30};
                            int of = y[1] > 0 ? 1 : y[2] > 0 ? 2 : y[3] > 0 ? 3 : 0;
                            return Math.log(phi(t[of + 1] - u[0]) - phi(t[of] - u[0]));
                        },
                        random -> {
                            double[] label = new double[4];
                            label[random.nextInt(4)] = 1;
                            return label;
                        },
                        0.02));
    }

    private static double normal(double y, double mean, double deviation) {
        double r = (y - mean) / deviation;
        return -0.5 * r * r - Math.log(deviation * Math.sqrt(2 * Math.PI));
    }

    private static double norm(double[] values) {
        double squares = 0;
        for (double value : values) {
            squares += value * value;
        }
        return Math.sqrt(squares);
    }

    private static double phi(double z) {
        return 0.5 * org.hipparchus.special.Erf.erfc(-z / Math.sqrt(2));
    }

    private final SplittableRandom random = new SplittableRandom(11);

    private static Map<String, INDArray> parameters(Likelihood likelihood, int outputs) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        likelihood
                .parameterLengths(outputs)
                .forEach((name, length) -> parameters.put(name, Nd4j.create(DataType.DOUBLE, 1, length)));
        likelihood.initialise(parameters);
        if (parameters.containsKey(TargetScaling.NAME)) {
            TargetScaling.fix(parameters, null);
        }
        if (parameters.containsKey("noiseIsLearned")) {
            parameters.get("noiseIsLearned").assign(1);
        }
        return parameters;
    }

    private static double[][] scales(Case of) {
        Map<String, INDArray> parameters = parameters(of.likelihood, of.outputs);
        return of.likelihood.scales(parameters);
    }

    private double[] uniform(int length, double low, double high) {
        double[] values = new double[length];
        for (int i = 0; i < length; i++) {
            values[i] = random.nextDouble(low, high);
        }
        return values;
    }

    private static double[] ones(int length) {
        double[] ones = new double[length];
        java.util.Arrays.fill(ones, 1);
        return ones;
    }

    private static double value(Case of, double[] label, double[] mean, double[] variance) {
        return of.likelihood.expect(
                label,
                ones(label.length),
                scales(of),
                mean,
                variance,
                new double[mean.length],
                new double[mean.length]);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void slopesAreDerivatives(Case of) {
        for (int i = 0; i < 10; i++) {
            double[] label = of.labels.of(random);
            double[] mean = uniform(of.outputs, -1, 1);
            double[] variance = uniform(of.outputs, 0.05, 0.3);
            double[] slope = new double[of.outputs];
            double[] curvature = new double[of.outputs];
            of.likelihood.expect(label, ones(label.length), scales(of), mean, variance, slope, curvature);
            for (int c = 0; c < of.outputs; c++) {
                double[] above = mean.clone();
                double[] below = mean.clone();
                above[c] += 1e-5;
                below[c] -= 1e-5;
                double expected = (value(of, label, above, variance) - value(of, label, below, variance)) / 2e-5;
                assertThat(slope[c])
                        .as("slope of output %s", c)
                        .isCloseTo(expected, within(1e-5 * (1 + Math.abs(expected))));
                assertThat(curvature[c]).as("curvature of output %s", c).isNotNegative();
            }
        }
    }

    /** The mean of the density over draws of the potentials. */
    @ParameterizedTest
    @MethodSource("cases")
    void theExpectationIsNearTheTrueOne(Case of) {
        for (int i = 0; i < 3; i++) {
            double[] label = of.labels.of(random);
            double[] mean = uniform(of.outputs, -1, 1);
            double[] variance = uniform(of.outputs, 0.02, 0.08);
            double expectation = 0;
            double density = 0;
            java.util.Random normal = new java.util.Random(i);
            double[] u = new double[of.outputs];
            for (int draw = 0; draw < DRAWS; draw++) {
                for (int c = 0; c < of.outputs; c++) {
                    u[c] = mean[c] + Math.sqrt(variance[c]) * normal.nextGaussian();
                }
                double log = of.density.log(label, u);
                expectation += log / DRAWS;
                density += Math.exp(log) / DRAWS;
            }
            assertThat(value(of, label, mean, variance))
                    .isCloseTo(expectation, within((0.01 + of.tolerance) * (1 + Math.abs(expectation))));
            assertThat(of.likelihood.logPredictive(label, ones(label.length), scales(of), mean, variance))
                    .isCloseTo(Math.log(density), within(0.02 + of.tolerance / 2));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void withoutVarianceItIsTheDensity(Case of) {
        double[] none = new double[of.outputs];
        for (int i = 0; i < 10; i++) {
            double[] label = of.labels.of(random);
            double[] mean = uniform(of.outputs, -1, 1);
            double expected = of.density.log(label, mean);
            assertThat(value(of, label, mean, none)).isCloseTo(expected, within(1e-4));
            assertThat(of.likelihood.logPredictive(label, ones(label.length), scales(of), mean, none))
                    .isCloseTo(expected, within(1e-6));
        }
    }

    /** Moments of labels drawn from the density by rejection. */
    @ParameterizedTest
    @MethodSource("cases")
    void predictionsHaveTheMomentsOfLabels(Case of) {
        double[] mean = uniform(of.outputs, -1, 1);
        RowPrediction row = of.likelihood.predict(scales(of), mean, new double[of.outputs]);
        Prediction prediction = RowPrediction.all(java.util.List.of(row));
        if (prediction.isClassification()) {
            for (int c = 0; c < 4; c++) {
                double[] label = new double[4];
                label[c] = 1;
                assertThat(prediction.probabilities().getDouble(0, c))
                        .isCloseTo(Math.exp(of.density.log(label, mean)), within(1e-9));
            }
            return;
        }
        int columns = prediction.mean().columns();
        double[] sum = new double[columns];
        double[] squares = new double[columns];
        double entropy = 0;
        double mass = 0;
        for (int draw = 0; draw < 400_000; draw++) {
            double[] label = uniform(columns, -6, 6);
            double weight;
            if (of.likelihood instanceof DirectionLikelihood) {
                double length = norm(label);
                if (length > 6) {
                    continue;
                }
                for (int c = 0; c < columns; c++) {
                    label[c] /= length;
                }
            }
            double log = of.density.log(label, mean);
            weight = Math.exp(log);
            mass += weight;
            entropy -= weight * log;
            for (int c = 0; c < columns; c++) {
                sum[c] += weight * label[c];
                squares[c] += weight * label[c] * label[c];
            }
        }
        for (int c = 0; c < columns; c++) {
            double expected = sum[c] / mass;
            assertThat(prediction.mean().getDouble(0, c)).isCloseTo(expected, within(0.03));
            assertThat(prediction.variance().getDouble(0, c))
                    .isCloseTo(squares[c] / mass - expected * expected, within(0.06));
        }
        double ofLabels = entropy / mass;
        if (of.likelihood instanceof MixtureDensityLikelihood) {
            assertThat(prediction.entropy().getDouble(0)).isBetween(ofLabels - 0.02, ofLabels + Math.log(2));
        } else {
            assertThat(prediction.entropy().getDouble(0)).isCloseTo(ofLabels, within(0.03));
        }
    }

    private OutputBatch batch(Case of, int rows, INDArray importance) {
        double[][] labels = new double[rows][];
        for (int n = 0; n < rows; n++) {
            labels[n] = of.labels.of(random);
        }
        INDArray mean = Arrays2d.uniform(random, rows, of.outputs, -1, 1);
        return new OutputBatch(
                new ForwardMessage(
                        new Moments(mean, Arrays2d.uniform(random, rows, of.outputs, 0.1, 0.5)),
                        BatchCovariance.of(Arrays2d.gram(random, rows, 5).muli(0.3))),
                Arrays2d.of(labels),
                importance,
                null);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theMessageRaisesTheObjective(Case of) {
        OutputBatch batch = batch(of, 8, null);
        Map<String, INDArray> parameters = parameters(of.likelihood, of.outputs);
        Likelihood.Update update = of.likelihood.update(batch, parameters);
        assertThat(update.message().shift().shape()).containsExactly(8, of.outputs);
        assertThat(update.message().shift().amaxNumber().doubleValue())
                .isFinite()
                .isPositive();
        assertThat(update.message().curvature().minNumber().doubleValue()).isNotNegative();
        INDArray loss = of.likelihood.negativeLogLikelihood(batch, parameters);
        assertThat(loss.shape()).containsExactly(8, 1);
        INDArray moved = batch.mean().add(update.message().shift().mul(batch.variance()));
        OutputBatch after = new OutputBatch(
                new ForwardMessage(new Moments(moved, batch.variance()), BatchCovariance.none()),
                batch.labels(),
                null,
                null);
        assertThat(of.likelihood
                        .negativeLogLikelihood(after, parameters)
                        .sumNumber()
                        .doubleValue())
                .isLessThan(loss.sumNumber().doubleValue());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsNotObservedSaysNothing(Case of) {
        int columns = of.likelihood.labelColumns(of.outputs);
        INDArray importance = Arrays2d.filled(4, columns, 1);
        importance.getRow(2).assign(0);
        OutputBatch batch = batch(of, 4, importance);
        Map<String, INDArray> parameters = parameters(of.likelihood, of.outputs);
        Likelihood.Update update = of.likelihood.update(batch, parameters);
        assertThat(update.message().shift().getRow(2).amaxNumber().doubleValue())
                .isZero();
        assertThat(update.message().curvature().getRow(2).amaxNumber().doubleValue())
                .isZero();
        assertThat(of.likelihood.negativeLogLikelihood(batch, parameters).getDouble(2))
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void travelsInJsonAndIsAValue(Case of) throws Exception {
        String json = NeuralNetConfiguration.mapper().writeValueAsString(of.likelihood);
        Likelihood read = NeuralNetConfiguration.mapper().readValue(json, Likelihood.class);
        assertThat(read)
                .isEqualTo(of.likelihood)
                .hasSameHashCodeAs(of.likelihood)
                .hasToString(of.toString());
        assertThat(of.likelihood).isNotEqualTo(null);
    }

    @Test
    void numbersOfOutputsAreChecked() {
        assertThatThrownBy(() -> new HeteroscedasticLikelihood().labelColumns(3))
                .hasMessage(
                        "the layer has 3 outputs, allowed is an even number: a mean for each label column, then a log"
                                + " variance for each");
        assertThatThrownBy(() -> new MixtureDensityLikelihood(3, 1).labelColumns(4))
                .hasMessage(
                        "the layer has 4 outputs, allowed is 9: for each of 3 components a weight, a deviation and 1"
                                + " mean(s)");
        assertThatThrownBy(() -> new MixtureDensityLikelihood(0, 1))
                .hasMessage("number of components is 0 and of label columns 1, allowed: 1 and more");
        assertThatThrownBy(() -> new OrdinalLikelihood(4).labelColumns(4))
                .hasMessage(
                        "the layer has 4 outputs, allowed is 1: ordered classes are parts of one line; set nOut(1)");
        assertThatThrownBy(() -> new OrdinalLikelihood(2)).hasMessageStartingWith("number of ordered classes is 2");
        assertThatThrownBy(() -> new DirectionLikelihood().labelColumns(1)).hasMessageContaining("has no direction");
        assertThatThrownBy(() -> new QuantileLikelihood(0.1, 0.9).labelColumns(3))
                .hasMessage("the layer has 3 outputs, but there are 2 levels; allowed is one output for each level");
        assertThatThrownBy(() -> new QuantileLikelihood(0, 0.9)).hasMessageStartingWith("levels are [0.0, 0.9]");
    }

    @Test
    void labelsAreChecked() {
        INDArray one = Arrays2d.filled(1, 1, 1);
        assertThatThrownBy(() -> new PoissonLikelihood().validate(Arrays2d.filled(1, 1, -2), one))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessage("label at row 0, column 0 is -2.0; counts are 0 or more; for numbers of both signs use the"
                        + " squared error (MSE) with the identity");
        new PoissonLikelihood().validate(Arrays2d.filled(1, 1, -2), Arrays2d.filled(1, 1, 0));
        assertThatThrownBy(() -> new LogGaussianLikelihood().validate(Arrays2d.filled(1, 1, -1), one))
                .hasMessageContaining("needs labels above -1");
        assertThatThrownBy(() -> new RelativeLaplaceLikelihood().validate(Arrays2d.filled(1, 1, 0), one))
                .hasMessageContaining("needs labels other than 0");
        assertThatThrownBy(() -> new HingeLikelihood().validate(Arrays2d.filled(1, 1, 0), one))
                .hasMessageContaining("a hinge loss has labels -1 and +1");
        assertThatThrownBy(() -> new DirectionLikelihood().validate(Arrays2d.filled(1, 3, 0), Arrays2d.filled(1, 3, 1)))
                .hasMessageStartingWith("label row 0 is 0 everywhere");
        assertThatThrownBy(() -> new OrdinalLikelihood(3).validate(Arrays2d.filled(1, 3, 0), Arrays2d.filled(1, 3, 1)))
                .hasMessageContaining("sums to 0.0");
        assertThatThrownBy(() -> new SparseLabels(new io.github.dl4jep.likelihood.ClassLikelihood())
                        .validate(Arrays2d.filled(1, 1, 3), one, 3))
                .hasMessage(
                        "label at row 0 is 3.0; allowed are the numbers of the classes, 0 to 2. For one-hot labels use"
                                + " the cross-entropy loss (MCXENT)");
    }

    /** Each output of a quantile likelihood is the asymmetric Laplace density of its level. */
    @Test
    void quantilesHaveTheirLevels() {
        QuantileLikelihood likelihood = new QuantileLikelihood(0.1, 0.5, 0.9);
        double[] slope = new double[3];
        likelihood.expect(
                new double[] {0.3},
                new double[] {1},
                new double[][] {{0.7}},
                new double[] {1, 0.3, -1},
                new double[] {1e-8, 1e-8, 1e-8},
                slope,
                new double[3]);
        assertThat(slope).containsExactly(new double[] {-0.9 / 0.7, 0, 0.9 / 0.7}, within(1e-6));
        assertThat(likelihood.labelColumns(3)).isEqualTo(1);
    }

    /** A mixture that knows nothing has components that differ: means at quantiles of the labels, in each label column. */
    @Test
    void componentsStartApart() {
        MixtureDensityLikelihood likelihood = new MixtureDensityLikelihood(3, 2);
        Map<String, INDArray> parameters = parameters(likelihood, 12);
        parameters.put(TargetScaling.NAME, Nd4j.createFromArray(new double[][] {{-1, -1, 5, 7, 10, 100}}));
        double[] start = likelihood.pointScale(parameters).offset().toDoubleVector();
        // Phi^-1 of 1/6 is -.967422; the deviation of round components is the geometric mean of both columns' ones, by
        // 3.
        double deviation = Math.log(Math.sqrt(1000) / 3);
        assertThat(start)
                .containsExactly(
                        new double[] {
                            0,
                            0,
                            0,
                            deviation,
                            deviation,
                            deviation,
                            5 - 9.67422,
                            7,
                            5,
                            7 + 96.7422,
                            5 + 9.67422,
                            7 - 96.7422
                        },
                        within(1e-3));
    }

    /** A relative error is an absolute one in units of the label. */
    @Test
    void relativeErrorsAreInUnitsOfTheLabel() {
        double[] of = new double[2];
        double[] expected = new double[2];
        double value = new RelativeLaplaceLikelihood().expectation(-4, -3, 0.2, new double[] {0.5}, of);
        assertThat(value)
                .isCloseTo(new LaplaceLikelihood().expectation(-4, -3, 0.2, new double[] {2}, expected), within(1e-12));
        assertThat(of).containsExactly(expected, within(1e-12));
    }

    /** What is written down elsewhere is what is predicted. */
    @Test
    void theFormOfAPredictionIsThePrediction() {
        LaplaceLikelihood likelihood = new LaplaceLikelihood();
        Map<String, INDArray> parameters = parameters(likelihood, 2);
        parameters.put(TargetScaling.NAME, Nd4j.createFromArray(new double[][] {{-1, -1, -1, -1, 3, 3}}));
        parameters.get("laplaceScale").assign(0.4);
        Moments potentials = new Moments(Arrays2d.uniform(random, 3, 2, -1, 1), Arrays2d.uniform(random, 3, 2, 0.1, 1));
        Prediction prediction = likelihood.predict(potentials, parameters);
        io.github.dl4jep.likelihood.PredictiveForm form = likelihood.predictiveForm(parameters);
        assertThat(Arrays2d.worstDifference(
                        prediction.mean(),
                        potentials.mean().mulRowVector(form.factor()).addRowVector(form.offset())))
                .isLessThan(1e-9);
        assertThat(prediction.aleatoricVariance().getDouble(0, 0))
                .isCloseTo(form.noise().getDouble(0), within(1e-12))
                .isCloseTo(2 * 1.2 * 1.2, within(1e-12));
    }
}
