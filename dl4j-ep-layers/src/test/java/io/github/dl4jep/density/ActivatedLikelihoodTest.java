package io.github.dl4jep.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.unit.UnitMoments;
import io.github.dl4jep.unit.Units;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Likelihoods that hand on to another: after an activation, or with class numbers for labels. */
class ActivatedLikelihoodTest {

    private final SplittableRandom random = new SplittableRandom(3);
    private final Likelihood sigmoid =
            new ActivatedLikelihood(new ActivationSigmoid(), new GaussianLikelihood(0.05, true));

    private static Map<String, INDArray> parameters(Likelihood likelihood, int outputs) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        likelihood
                .parameterLengths(outputs)
                .forEach((name, length) -> parameters.put(name, Nd4j.create(DataType.DOUBLE, 1, length)));
        likelihood.initialise(parameters);
        return parameters;
    }

    private OutputBatch batch(int rows, int outputs, INDArray labels) {
        return new OutputBatch(
                new ForwardMessage(
                        new Moments(
                                Arrays2d.uniform(random, rows, outputs, -1, 1),
                                Arrays2d.uniform(random, rows, outputs, 0.05, 0.2)),
                        BatchCovariance.of(Arrays2d.gram(random, rows, 6).muli(0.1))),
                labels,
                null,
                null);
    }

    /** Values of many outputs that see one uncertain feature vary as D C D; the oracle solves the dense equations of all of them. */
    @Test
    void outputsThatVaryTogetherDoSoBehindAnActivation() {
        int rows = 5;
        int outputs = 6;
        INDArray labels = Arrays2d.uniform(random, rows, outputs, 0, 1);
        OutputBatch alone = batch(rows, outputs, labels);
        Moments potentials = alone.forward().moments();
        ExampleCovariance k = alone.forward().covariance().examples();
        INDArray all = k.allPairs();
        BatchCovariance together = BatchCovariance.of(k, x -> {
            INDArray ofFeature = all.mmul(x.sum(true, 1));
            return ofFeature.mmul(Nd4j.ones(DataType.DOUBLE, 1, outputs));
        });
        OutputBatch batch = new OutputBatch(new ForwardMessage(potentials, together), labels, null, null);
        UnitMoments activated = Units.of(new ActivationSigmoid()).moments(potentials);
        INDArray gain = Objects.requireNonNull(activated.gain());
        INDArray values = activated.moments().mean();
        INDArray variance = Objects.requireNonNull(activated.moments().variance());
        double[] residual = Rows.columns(labels.sub(values));
        double[][] dense = new double[rows * outputs][rows * outputs];
        for (int i = 0; i < dense.length; i++) {
            int n = i % rows;
            for (int j = 0; j < dense.length; j++) {
                dense[i][j] =
                        gain.getDouble(n, i / rows) * all.getDouble(n, j % rows) * gain.getDouble(j % rows, j / rows);
            }
            INDArray gains = gain.getRow(n);
            double known = all.getDouble(n, n) * gains.mul(gains).meanNumber().doubleValue();
            double mean = variance.getRow(n).meanNumber().doubleValue();
            dense[i][i] += variance.getDouble(n, i / rows) * Math.max(0, 1 - known / mean) + 0.05;
        }
        double[] expected = Arrays2d.solve(dense, residual);
        INDArray message =
                sigmoid.update(batch, parameters(sigmoid, outputs)).message().shift();
        double worst = 0;
        double largest = 0;
        double[] shift = Rows.columns(message.div(gain));
        for (int i = 0; i < shift.length; i++) {
            worst = Math.max(worst, Math.abs(shift[i] - expected[i]));
            largest = Math.max(largest, Math.abs(expected[i]));
        }
        assertThat(worst).isLessThan(0.02 * largest);
    }

    /** A unit that changes nothing leaves the message, the score and the prediction as they are. */
    @Test
    void theIdentityIsNoActivation() {
        OutputBatch batch = batch(6, 2, Arrays2d.uniform(random, 6, 2, -1, 1));
        Likelihood plain = new GaussianLikelihood(0.3, false);
        Likelihood identity = new ActivatedLikelihood(new ActivationIdentity(), plain);
        Map<String, INDArray> asTheyAre = parameters(plain, 2);
        GaussianLikelihood.takeLabelsAsTheyAre(asTheyAre);
        Likelihood.Update expected = plain.update(batch, asTheyAre);
        Likelihood.Update actual = identity.update(batch, parameters(identity, 2));
        assertThat(Arrays2d.worstDifference(
                        actual.message().shift(), expected.message().shift()))
                .isLessThan(1e-9);
        assertThat(Arrays2d.worstDifference(
                        actual.message().curvature(), expected.message().curvature()))
                .isLessThan(1e-12);
        assertThat(Arrays2d.worstDifference(
                        identity.negativeLogLikelihood(batch, parameters(identity, 2)),
                        plain.negativeLogLikelihood(batch, asTheyAre)))
                .isLessThan(1e-12);
    }

    /** One example: the message is that of the Gauss-Newton step around the mean activation, by finite differences. */
    @Test
    void theMessageComesBackThroughTheActivation() {
        double mean = 0.4;
        double variance = 1e-6;
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(
                        new Moments(Arrays2d.filled(1, 1, mean), Arrays2d.filled(1, 1, variance)),
                        BatchCovariance.none()),
                Arrays2d.filled(1, 1, 0.9),
                null,
                null);
        Likelihood.Update update = sigmoid.update(batch, parameters(sigmoid, 1));
        double step = 1e-5;
        double slope = (loss(mean - step) - loss(mean + step)) / (2 * step);
        assertThat(update.message().shift().getDouble(0)).isCloseTo(slope, within(1e-3));
    }

    private static double loss(double potential) {
        double f = 1 / (1 + Math.exp(-potential));
        return (0.9 - f) * (0.9 - f) / (2 * 0.05);
    }

    @Test
    void predictionsAreMomentsOfTheActivation() {
        INDArray mean = Arrays2d.uniform(random, 4, 2, -2, 2);
        INDArray variance = Arrays2d.uniform(random, 4, 2, 0.1, 1);
        INDArray before = mean.dup();
        Prediction prediction = sigmoid.predict(new Moments(mean, variance), parameters(sigmoid, 2));
        assertThat(mean).isEqualTo(before);
        for (int i = 0; i < 8; i++) {
            double sum = 0;
            double squares = 0;
            for (double x = -8; x <= 8; x += 0.01) {
                double f = 1 / (1 + Math.exp(-mean.getDouble(i) - Math.sqrt(variance.getDouble(i)) * x));
                double weight = 0.01 * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
                sum += weight * f;
                squares += weight * f * f;
            }
            assertThat(prediction.mean().getDouble(i)).isCloseTo(sum, within(1e-5));
            assertThat(prediction.epistemicVariance().getDouble(i)).isCloseTo(squares - sum * sum, within(1e-5));
            assertThat(prediction.aleatoricVariance().getDouble(i)).isCloseTo(0.05, within(1e-12));
        }
    }

    /** Each position is a row: K of the examples is scaled by the gains of all positions. */
    @Test
    void labelsAtPositionsAreRows() {
        INDArray labels = Arrays2d.uniform(random, 6, 1, 0, 1);
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(
                        new Moments(Arrays2d.uniform(random, 6, 1, -1, 1), Arrays2d.filled(6, 1, 0.1)),
                        BatchCovariance.of(Arrays2d.gram(random, 3, 4).muli(0.1))),
                labels,
                null,
                null);
        Likelihood.Update update = sigmoid.update(batch, parameters(sigmoid, 1));
        assertThat(update.message().shift().shape()).containsExactly(6, 1);
        assertThat(update.message().shift().amaxNumber().doubleValue())
                .isFinite()
                .isPositive();
    }

    @Test
    void labelsAreNotStandardised() {
        OutputBatch batch = batch(4, 1, Arrays2d.filled(4, 1, 1e-6));
        Map<String, INDArray> parameters = parameters(sigmoid, 1);
        Likelihood.Update update = sigmoid.update(batch, parameters);
        update.statistics().forEach((name, statistic) -> {
            double[] current = Parameters.values(parameters, name);
            double[] next = sigmoid.learn(name, current, statistic, new LearningPhase(2, true, 2));
            assertThat(next).as(name).isEqualTo(current);
        });
        assertThat(sigmoid.pointScale(parameters(sigmoid, 1)).factor().getDouble(0))
                .isEqualTo(1);
    }

    @Test
    void classNumbersAreOneHotLabels() {
        Likelihood classes = new ClassLikelihood();
        Likelihood sparse = new SparseLabels(classes);
        OutputBatch dense = batch(3, 4, Arrays2d.of(new double[][] {{0, 1, 0, 0}, {0, 0, 0, 1}, {1, 0, 0, 0}}));
        OutputBatch numbers = dense.withLabels(Arrays2d.of(new double[][] {{1}, {3}, {0}}), null);
        Map<String, INDArray> parameters = parameters(classes, 4);
        assertThat(Arrays2d.worstDifference(
                        sparse.update(numbers, parameters).message().shift(),
                        classes.update(dense, parameters).message().shift()))
                .isLessThan(1e-12);
        assertThat(sparse.negativeLogLikelihood(numbers, parameters))
                .isEqualTo(classes.negativeLogLikelihood(dense, parameters));
        assertThat(sparse.labelColumns(4)).isEqualTo(1);
        assertThat(sparse.teacher()).isEqualTo(new SparseLabels(classes.teacher()));
    }

    @Test
    void travelInJsonAndAreValues() throws Exception {
        for (Likelihood likelihood : new Likelihood[] {
            sigmoid,
            new SparseLabels(new ClassLikelihood()),
            new QuantileLikelihood(0.1, 0.9),
            new RelativeLaplaceLikelihood()
        }) {
            String json = NeuralNetConfiguration.mapper().writeValueAsString(likelihood);
            Likelihood read = NeuralNetConfiguration.mapper().readValue(json, Likelihood.class);
            assertThat(read).isEqualTo(likelihood).hasSameHashCodeAs(likelihood).hasToString(likelihood.toString());
        }
    }
}
