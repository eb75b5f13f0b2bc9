package io.github.dl4jep.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.hipparchus.special.Gamma;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every likelihood of one label an output must do. A new one is one line in {@link #cases}, which states its density once more. */
class ScalarContractTest {

    /** A likelihood, and what it is to be. */
    private record Case(
            ScalarLikelihood likelihood, Density density, LabelDraw labels, double tolerance, double... scales) {

        @Override
        public String toString() {
            return likelihood.toString();
        }
    }

    /** log p(label | potential), written independently. */
    @FunctionalInterface
    private interface Density {
        double log(double label, double potential, double[] scales);
    }

    @FunctionalInterface
    private interface LabelDraw {
        double of(SplittableRandom random);
    }

    /** A density that only a test knows, with nothing but its logarithm: logistic noise. */
    public static final class Logistic extends ScalarLikelihood {

        private static final long serialVersionUID = 1L;

        @Override
        protected java.util.List<String> scaleNames() {
            return java.util.List.of("logisticScale");
        }

        @Override
        protected double logDensity(double label, double potential, double[] scales) {
            double r = Math.abs(label - potential) / scales[0];
            return -r - 2 * Math.log1p(Math.exp(-r)) - Math.log(scales[0]);
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        new Logistic(),
                        (y, u, s) -> Math.log(Math.pow(Math.cosh((y - u) / (2 * s[0])), -2) / (4 * s[0])),
                        random -> random.nextDouble(-2, 2),
                        1e-6,
                        0.4),
                new Case(new LaplaceLikelihood(), ScalarContractTest::laplace, ScalarContractTest::number, 1e-3, 0.3),
                new Case(
                        new PoissonLikelihood(),
                        poisson(u -> Math.log1p(Math.exp(u))),
                        ScalarContractTest::count,
                        1e-6),
                new Case(
                        new PoissonLikelihood(Link.SIGMOID),
                        poisson(u -> 1 / (1 + Math.exp(-u))),
                        ScalarContractTest::count,
                        1e-6),
                new Case(new PoissonLikelihood(Link.EXPONENTIAL), poisson(Math::exp), ScalarContractTest::count, 1e-6),
                new Case(
                        new PoissonLikelihood(Link.RELU),
                        poisson(u -> u > 0.05 ? u : 0.05 * Math.exp(u / 0.05 - 1)),
                        ScalarContractTest::count,
                        0.2),
                new Case(
                        new LogGaussianLikelihood(),
                        (y, u, s) -> !(y > -1)
                                ? Double.NEGATIVE_INFINITY
                                : -Math.pow(Math.log((1 + y) / (1 + Math.log1p(Math.exp(u)))) / s[0], 2) / 2
                                        - Math.log(s[0] * Math.sqrt(2 * Math.PI) * (1 + y)),
                        random -> random.nextDouble(0, 5),
                        1e-3,
                        0.3),
                new Case(new HingeLikelihood(), hinge(1), ScalarContractTest::sign, 0.03),
                new Case(new HingeLikelihood(true), hinge(2), ScalarContractTest::sign, 0.03));
    }

    private static double laplace(double y, double u, double[] s) {
        return -Math.abs(y - u) / s[0] - Math.log(2 * s[0]);
    }

    private static Density poisson(DoubleUnaryOperator rate) {
        return (y, u, s) -> {
            double log = -rate.applyAsDouble(u);
            return log + (y > 0 ? y * Math.log(rate.applyAsDouble(u)) : 0) - Gamma.logGamma(y + 1);
        };
    }

    private static Density hinge(int power) {
        return (y, u, s) -> {
            double right = Math.exp(-Math.pow(Math.max(0, 1 - y * u), power));
            double wrong = Math.exp(-Math.pow(Math.max(0, 1 + y * u), power));
            return Math.log(right / (right + wrong));
        };
    }

    private static double number(SplittableRandom random) {
        return random.nextDouble(-2, 2);
    }

    private static double count(SplittableRandom random) {
        return random.nextInt(5);
    }

    private static double sign(SplittableRandom random) {
        return random.nextBoolean() ? 1 : -1;
    }

    private static final int OUTPUTS = 3;
    private final SplittableRandom random = new SplittableRandom(7);

    private static Map<String, INDArray> parameters(Case of, int outputs) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        of.likelihood
                .parameterLengths(outputs)
                .forEach((name, length) -> parameters.put(name, Nd4j.create(DataType.DOUBLE, 1, length)));
        of.likelihood.initialise(parameters);
        for (int i = 0; i < of.scales.length; i++) {
            Parameters.get(parameters, of.likelihood.scaleNames().get(i)).assign(of.scales[i]);
        }
        if (parameters.containsKey(TargetScaling.NAME)) {
            TargetScaling.fix(parameters, null);
        }
        return parameters;
    }

    private INDArray labels(Case of, int rows, int columns) {
        double[][] labels = new double[rows][columns];
        for (double[] row : labels) {
            for (int c = 0; c < columns; c++) {
                row[c] = of.labels.of(random);
            }
        }
        return Arrays2d.of(labels);
    }

    /** Expected log density, its slope and curvature, by the trapezoidal rule and Stein's lemma. */
    private static double[] expected(Case of, double label, double mean, double variance) {
        double deviation = Math.sqrt(variance);
        double[] sums = new double[3];
        double step = 1e-3;
        for (double x = -9; x <= 9; x += step) {
            double weight = step * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
            double log = of.density.log(label, mean + deviation * x, of.scales);
            sums[0] += weight * log;
            sums[1] += weight * log * x / deviation;
            sums[2] -= weight * log * (x * x - 1) / variance;
        }
        return sums;
    }

    private static double predictive(Case of, double label, double mean, double variance) {
        double sum = 0;
        double step = 1e-3;
        for (double x = -9; x <= 9; x += step) {
            sum += step
                    * Math.exp(of.density.log(label, mean + Math.sqrt(variance) * x, of.scales) - x * x / 2)
                    / Math.sqrt(2 * Math.PI);
        }
        return Math.log(sum);
    }

    private OutputBatch batch(Case of, INDArray mean, INDArray covariance, INDArray importance) {
        INDArray variance = Nd4j.diag(covariance)
                .reshape(covariance.rows(), 1)
                .broadcast(covariance.rows(), mean.columns())
                .dup();
        return new OutputBatch(
                new ForwardMessage(new Moments(mean, variance), BatchCovariance.of(covariance)),
                labels(of, mean.rows(), of.likelihood.labelColumns(mean.columns())),
                importance,
                null);
    }

    /** (K^-1 + W)^-1 of one output, W = G / (1 - G V). */
    private static double[][] left(INDArray covariance, INDArray g) {
        double[][] precision = Arrays2d.inverse(covariance.toDoubleMatrix());
        for (int n = 0; n < precision.length; n++) {
            precision[n][n] += g.getDouble(n) / (1 - g.getDouble(n) * covariance.getDouble(n, n));
        }
        return Arrays2d.inverse(precision);
    }

    /** With K of the batch and z of the message, l = w + K z: z is the slope there, and the curvature is that at l. */
    @ParameterizedTest
    @MethodSource("cases")
    void theMessageIsThatOfTheJointMaximum(Case of) {
        int rows = 6;
        INDArray covariance = Arrays2d.gram(random, rows, 4)
                .addi(Nd4j.eye(rows).castTo(DataType.DOUBLE).muli(0.2));
        OutputBatch batch = batch(of, Arrays2d.uniform(random, rows, OUTPUTS, -1, 1), covariance, null);
        Likelihood.Update update = of.likelihood.update(batch, parameters(of, OUTPUTS));
        INDArray z = update.message().shift();
        INDArray l = batch.mean().add(covariance.mmul(z));
        for (int c = 0; c < OUTPUTS; c++) {
            double[][] left = left(covariance, update.message().curvature().getColumn(c));
            for (int n = 0; n < rows; n++) {
                double variance = batch.variance().getDouble(n, c);
                double g = update.message().curvature().getDouble(n, c);
                double[] expected = expected(of, batch.labels().getDouble(n, c), l.getDouble(n, c), left[n][n]);
                double curvature = g / (1 - g * variance);
                assertThat(z.getDouble(n, c))
                        .as("shift")
                        .isCloseTo(expected[1], within((0.02 + of.tolerance) * (1 + Math.abs(expected[1]))));
                assertThat(curvature)
                        .as("curvature")
                        .isCloseTo(
                                Math.max(0, expected[2]),
                                within((0.05 + 2 * of.tolerance) * (1 + Math.abs(expected[2]))));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theExpectationIsAnIntegral(Case of) {
        for (int i = 0; i < 20; i++) {
            double label = of.labels.of(random);
            double mean = random.nextDouble(-1, 1);
            double variance = random.nextDouble(0.05, 0.8);
            double[] derivatives = new double[2];
            double value = of.likelihood.expectation(label, mean, variance, of.scales, derivatives);
            double[] expected = expected(of, label, mean, variance);
            assertThat(new double[] {value, derivatives[0], derivatives[1]})
                    .containsExactly(expected, within(of.tolerance * (1 + Math.abs(expected[0]))));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void theLossIsMinusTheLogarithmOfThePredictiveDensity(Case of) {
        OutputBatch batch = batch(of, Arrays2d.uniform(random, 9, OUTPUTS, -1, 1), Arrays2d.gram(random, 9, 12), null);
        INDArray loss = of.likelihood.negativeLogLikelihood(batch, parameters(of, OUTPUTS));
        for (int n = 0; n < 9; n++) {
            double expected = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                expected -= predictive(
                        of,
                        batch.labels().getDouble(n, c),
                        batch.mean().getDouble(n, c),
                        batch.variance().getDouble(n, c));
            }
            assertThat(loss.getDouble(n)).isCloseTo(expected, within(Math.max(1e-5, of.tolerance)));
        }
    }

    /** The closed forms of a label's moments against sums over labels. */
    @ParameterizedTest
    @MethodSource("cases")
    void momentsOfALabelAreSumsOverLabels(Case of) {
        for (double potential : new double[] {-1, -0.2, 0.5, 1.5}) {
            double[] expected =
                    of.likelihood.labelSpace().moments(label -> of.density.log(label, potential, of.scales), potential);
            assertThat(of.likelihood.labelMoments(potential, of.scales))
                    .containsExactly(expected, within(Math.max(1e-5, of.tolerance)));
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void predictionsAreMomentsOverThePotential(Case of) {
        INDArray mean = Arrays2d.uniform(random, 5, OUTPUTS, -1, 1);
        INDArray variance = Arrays2d.uniform(random, 5, OUTPUTS, 0.05, 0.6);
        Prediction prediction = of.likelihood.predict(new Moments(mean, variance), parameters(of, OUTPUTS));
        for (int n = 0; n < 5; n++) {
            double[] sums = new double[3];
            for (double x = -8; x <= 8; x += 0.02) {
                double weight = 0.02 * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
                double potential = mean.getDouble(n, 0) + Math.sqrt(variance.getDouble(n, 0)) * x;
                double[] moments = of.likelihood
                        .labelSpace()
                        .moments(label -> of.density.log(label, potential, of.scales), potential);
                sums[0] += weight * moments[0];
                sums[1] += weight * moments[0] * moments[0];
                sums[2] += weight * moments[1];
            }
            assertThat(prediction.mean().getDouble(n, 0)).isCloseTo(sums[0], within(2e-3 + of.tolerance));
            assertThat(prediction.epistemicVariance().getDouble(n, 0))
                    .isCloseTo(sums[1] - sums[0] * sums[0], within(2e-3 + of.tolerance));
            assertThat(prediction.aleatoricVariance().getDouble(n, 0)).isCloseTo(sums[2], within(2e-3 + of.tolerance));
        }
        Prediction certain = of.likelihood.predict(Moments.pointMass(mean), parameters(of, OUTPUTS));
        assertThat(certain.epistemicVariance().amaxNumber().doubleValue()).isLessThan(1e-12);
        assertThat(certain.entropy().sumNumber().doubleValue()).isFinite();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void whatIsNotObservedSaysNothing(Case of) {
        INDArray importance = Arrays2d.filled(4, of.likelihood.labelColumns(OUTPUTS), 1);
        importance.getRow(2).assign(0);
        OutputBatch batch =
                batch(of, Arrays2d.uniform(random, 4, OUTPUTS, -1, 1), Arrays2d.gram(random, 4, 8), importance);
        batch.labels().getRow(2).assign(1e9);
        Likelihood.Update update = of.likelihood.update(batch, parameters(of, OUTPUTS));
        assertThat(update.message().shift().getRow(2).amaxNumber().doubleValue())
                .isZero();
        assertThat(update.message().curvature().getRow(2).amaxNumber().doubleValue())
                .isZero();
        assertThat(update.message().shift().getRow(1).amaxNumber().doubleValue())
                .isPositive();
        assertThat(of.likelihood
                        .negativeLogLikelihood(batch, parameters(of, OUTPUTS))
                        .getDouble(2))
                .isZero();
    }

    @ParameterizedTest
    @MethodSource("cases")
    void extremePotentialsGiveFiniteMessages(Case of) {
        boolean explodes = of.likelihood.equals(new PoissonLikelihood(Link.EXPONENTIAL));
        for (double size : explodes ? new double[] {3, 30} : new double[] {3, 30, 300}) {
            for (double scale : explodes ? new double[] {1e-8, 1} : new double[] {1e-8, 1, 1e3}) {
                INDArray mean = Arrays2d.uniform(random, 8, OUTPUTS, -size, size);
                OutputBatch batch = batch(of, mean, Arrays2d.gram(random, 8, 4).muli(scale), null);
                Likelihood.Update update = of.likelihood.update(batch, parameters(of, OUTPUTS));
                assertThat(update.message().shift().sumNumber().doubleValue())
                        .as("shift at means of size %s, variances of size %s", size, scale)
                        .isFinite();
                assertThat(update.message().curvature().minNumber().doubleValue())
                        .isNotNegative();
                assertThat(of.likelihood
                                .negativeLogLikelihood(batch, parameters(of, OUTPUTS))
                                .sumNumber()
                                .doubleValue())
                        .isFinite();
            }
        }
    }

    /** Labels drawn with other scales: learning from many batches finds these. */
    @ParameterizedTest
    @MethodSource("cases")
    void scalesAreLearned(Case of) {
        if (of.scales.length == 0) {
            return;
        }
        Map<String, INDArray> parameters = parameters(of, 1);
        String name = of.likelihood.scaleNames().get(0);
        INDArray potentials = Arrays2d.uniform(random, 400, 1, -1, 1);
        double[][] labels = new double[400][1];
        for (int n = 0; n < 400; n++) {
            labels[n][0] = drawn(of, potentials.getDouble(n));
        }
        Parameters.get(parameters, name).muli(3);
        OutputBatch batch = new OutputBatch(ForwardMessage.observed(potentials), Arrays2d.of(labels), null, null);
        double before = Double.NaN;
        for (int i = 0; i < 200; i++) {
            Likelihood.Update update = of.likelihood.update(batch, parameters);
            before = Parameters.scalar(parameters, name);
            Parameters.get(parameters, name)
                    .assign(Rows.row(of.likelihood.learn(
                            name,
                            Parameters.values(parameters, name),
                            update.statistics().get(name),
                            new LearningPhase(100, false, 5))));
        }
        double learned = Parameters.scalar(parameters, name);
        assertThat(learned).isCloseTo(before, within(1e-3 * before));
        assertThat(learned).isCloseTo(of.scales[0], within(0.15 * of.scales[0]));
        double[] held = of.likelihood.learn(
                name,
                Parameters.values(parameters, name),
                of.likelihood.update(batch, parameters).statistics().get(name),
                new LearningPhase(1, true, 5));
        assertThat(held[0]).isEqualTo(learned);
    }

    /** A draw of a label by rejection from a wide box; counts are drawn from its whole numbers. */
    private double drawn(Case of, double potential) {
        double highest = Double.NEGATIVE_INFINITY;
        for (double y = -12; y <= 12; y += 0.01) {
            double log = of.density.log(y, potential, of.scales);
            highest = Double.isNaN(log) ? highest : Math.max(highest, log);
        }
        while (true) {
            double label = random.nextDouble(-12, 12);
            if (Math.log(random.nextDouble()) < of.density.log(label, potential, of.scales) - highest) {
                return label;
            }
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void travelsInJsonAndIsAValue(Case of) throws Exception {
        String json = NeuralNetConfiguration.mapper().writeValueAsString(of.likelihood);
        Likelihood read = NeuralNetConfiguration.mapper().readValue(json, Likelihood.class);
        assertThat(read)
                .isEqualTo(of.likelihood)
                .hasSameHashCodeAs(of.likelihood)
                .hasToString(of.likelihood.toString());
        assertThat(of.likelihood).isNotEqualTo(null);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aDensityThatIsNotANumberIsAnError(Case of) {
        INDArray mean = Arrays2d.filled(2, OUTPUTS, Double.NaN);
        OutputBatch batch = batch(of, mean, Arrays2d.gram(random, 2, 4), null);
        assertThatThrownBy(() -> of.likelihood.update(batch, parameters(of, OUTPUTS)))
                .isInstanceOf(ArithmeticException.class);
    }
}
