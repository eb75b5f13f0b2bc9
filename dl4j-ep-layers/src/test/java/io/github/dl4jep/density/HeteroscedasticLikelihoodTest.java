package io.github.dl4jep.density;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.learned.TargetScaling;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.likelihood.Likelihood;
import io.github.dl4jep.likelihood.OutputBatch;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The share of the variances that predictions count, and the noise of the first pass. */
class HeteroscedasticLikelihoodTest {

    private static final LearningPhase LATER = new LearningPhase(400, false, 20);
    private static final LearningPhase FIRST = new LearningPhase(1, true, 1);

    private static Map<String, INDArray> parameters(Likelihood likelihood) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        likelihood
                .parameterLengths(2)
                .forEach((name, length) -> parameters.put(name, Nd4j.create(DataType.DOUBLE, 1, length)));
        likelihood.initialise(parameters);
        TargetScaling.fix(parameters, null);
        // After the first pass.
        parameters.get("noiseIsLearned").assign(1);
        return parameters;
    }

    private static void learn(
            Likelihood likelihood,
            Map<String, INDArray> parameters,
            Map<String, Statistic> statistics,
            LearningPhase phase) {
        statistics.forEach((name, statistic) -> {
            double[] next = likelihood.learn(name, parameters.get(name).toDoubleVector(), statistic, phase);
            parameters.get(name).assign(Nd4j.createFromArray(new double[][] {next}));
        });
    }

    private static double share(Map<String, INDArray> parameters) {
        return Math.exp(VarianceShare.LOGARITHM.posterior(parameters).means()[0]);
    }

    /** Rows whose potential is told to be uncertain by v, and is so by a share of v. */
    private static OutputBatch batch(Random random, int rows, double share) {
        double[] mean = new double[2 * rows];
        double[] variance = new double[2 * rows];
        double[] labels = new double[rows];
        for (int n = 0; n < rows; n++) {
            mean[n] = random.nextGaussian();
            mean[rows + n] = Math.log(0.01 + 0.2 * random.nextDouble());
            variance[n] = 0.2 + random.nextDouble();
            variance[rows + n] = 1e-3;
            double total = share * variance[n] + Math.exp(mean[rows + n]);
            labels[n] = mean[n] + Math.sqrt(total) * random.nextGaussian();
        }
        return new OutputBatch(
                new ForwardMessage(
                        new Moments(Rows.matrix(mean, rows, 2), Rows.matrix(variance, rows, 2)),
                        BatchCovariance.none()),
                Rows.matrix(labels, rows, 1),
                null,
                null);
    }

    @Test
    void theShareIsThatOfTheData() {
        for (double share : new double[] {0.02, 0.3, 2}) {
            HeteroscedasticLikelihood likelihood = new HeteroscedasticLikelihood();
            Map<String, INDArray> parameters = parameters(likelihood);
            Random random = new Random(5);
            for (int i = 0; i < 300; i++) {
                OutputBatch batch = batch(random, 2000, share);
                learn(likelihood, parameters, likelihood.observeWithheld(batch, parameters), LATER);
            }
            // 40,000 examples are remembered; at .02 the deviation of log gamma is then about .04.
            assertThat(share(parameters)).isCloseTo(share, within(0.15 * share));
        }
    }

    @Test
    void fewExamplesSayLittle() {
        HeteroscedasticLikelihood likelihood = new HeteroscedasticLikelihood();
        Map<String, INDArray> parameters = parameters(likelihood);
        learn(likelihood, parameters, likelihood.observeWithheld(batch(new Random(5), 1, 0.01), parameters), LATER);
        assertThat(share(parameters)).isBetween(Math.exp(-0.5), Math.exp(0.5));
    }

    @Test
    void predictionsAndLikelihoodsCountTheShare() {
        HeteroscedasticLikelihood likelihood = new HeteroscedasticLikelihood();
        HeteroscedasticLikelihood all = new HeteroscedasticLikelihood(0);
        Map<String, INDArray> parameters = parameters(likelihood);
        Map<String, INDArray> ofAll = parameters(all);
        for (int i = 0; i < 50; i++) {
            learn(
                    likelihood,
                    parameters,
                    likelihood.observeWithheld(batch(new Random(i), 400, 0.1), parameters),
                    LATER);
        }
        OutputBatch batch = batch(new Random(99), 20, 0.1);
        Moments given = batch.forward().moments();
        Moments counted = new Moments(given.mean(), given.variance().mul(share(parameters)));
        Prediction prediction = likelihood.predict(given, parameters);
        Prediction expected = all.predict(counted, ofAll);
        assertThat(prediction
                        .epistemicVariance()
                        .sub(expected.epistemicVariance())
                        .amaxNumber()
                        .doubleValue())
                .isLessThan(1e-9);
        OutputBatch narrower =
                new OutputBatch(new ForwardMessage(counted, BatchCovariance.none()), batch.labels(), null, null);
        assertThat(likelihood
                        .negativeLogLikelihood(batch, parameters)
                        .sub(all.negativeLogLikelihood(narrower, ofAll))
                        .amaxNumber()
                        .doubleValue())
                .isLessThan(1e-9);
    }

    @Test
    void theNoiseIsThatOfTheLabelsInTheFirstPass() {
        HeteroscedasticLikelihood likelihood = new HeteroscedasticLikelihood();
        Map<String, INDArray> parameters = parameters(likelihood);
        parameters.get("noiseIsLearned").assign(0);
        OutputBatch batch = batch(new Random(3), 30, 1);
        Prediction first = likelihood.predict(batch.forward().moments(), parameters);
        assertThat(first.aleatoricVariance().sub(1).amaxNumber().doubleValue()).isZero();

        double[] slope = new double[2];
        double[] curvature = new double[2];
        double[] one = {1};
        likelihood.expect(
                new double[] {0.7},
                one,
                likelihood.scales(parameters),
                new double[] {0.2, -3},
                new double[] {0.1, 2},
                slope,
                curvature);
        assertThat(slope).containsExactly(0.7 - 0.2, 0);
        assertThat(curvature).containsExactly(1, 0);

        double[] held = likelihood.learn("noiseIsLearned", new double[1], Statistic.of(one, one), FIRST);
        assertThat(held).containsExactly(0);
        assertThat(likelihood.learn("noiseIsLearned", held, Statistic.of(one, one), LATER))
                .containsExactly(1);
    }

    @Test
    void sharesOfExamplesAreBelowOne() {
        assertThatThrownBy(() -> new HeteroscedasticLikelihood(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("withheldShare is 1.0, allowed is [0, 1)");
    }
}
