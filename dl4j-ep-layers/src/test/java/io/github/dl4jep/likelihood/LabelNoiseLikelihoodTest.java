package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class LabelNoiseLikelihoodTest extends LikelihoodContractTest {

    /** The share of labels that are drawn at random before anything is learned. */
    private static final double NOISE = 0.8;

    @Override
    Likelihood likelihood() {
        return new LabelNoiseLikelihood(0.1);
    }

    @Override
    Likelihood other() {
        return new ClassLikelihood(0.1);
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
        double p = prediction.probabilities().getDouble(row, column);
        return label * -Math.log((1 - NOISE) * p + NOISE / OUTPUTS);
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

    /** By Bayes' rule from the prediction. */
    @Test
    void aLabelIsBelievedAsFarAsItIsLikely() {
        OutputBatch batch = batch(9, DataType.DOUBLE, null);
        Map<String, INDArray> parameters = parametersOf(likelihood(), OUTPUTS);
        double[] trust = likelihood().trust(batch, parameters);
        INDArray p = likelihood().predict(batch.forward().moments(), parameters).probabilities();
        for (int n = 0; n < 9; n++) {
            double right = (1 - NOISE)
                    * p.getRow(n).mul(batch.labels().getRow(n)).sumNumber().doubleValue();
            assertThat(trust[n]).isCloseTo(right / (right + NOISE / OUTPUTS), within(1e-9));
        }
    }

    /** Noise and scale together, by search over both, under their priors. */
    @Test
    void noiseAndScaleAreTheMostProbableOnes() {
        int rows = 400;
        INDArray mean = Arrays2d.uniform(random, rows, OUTPUTS, -4, 4);
        INDArray labels = Arrays2d.filled(rows, OUTPUTS, 0);
        for (int n = 0; n < rows; n++) {
            int right = mean.getRow(n).argMax().getInt(0);
            labels.putScalar(n, random.nextDouble() < 0.3 ? random.nextInt(OUTPUTS) : right, 1);
        }
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(new Moments(mean, Arrays2d.filled(rows, OUTPUTS, 0)), BatchCovariance.none()),
                labels,
                null,
                null);
        Likelihood likelihood = new LabelNoiseLikelihood();
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        LearningPhase first = new LearningPhase(1, true, 1);
        for (int step = 0; step < 200; step++) {
            likelihood
                    .observeWithheld(batch, parameters)
                    .forEach((name, statistic) -> parameters.put(
                            name,
                            Rows.row(likelihood.learn(name, Parameters.values(parameters, name), statistic, first))));
        }
        double k = ProbabilityScale.values(parameters)[0];
        double noise = LabelNoiseLikelihood.wrongLabels(parameters, OUTPUTS) * OUTPUTS / (OUTPUTS - 1);
        double found = objective(mean, labels, k, noise);
        for (double[] move : new double[][] {{1.05, 0}, {0.95, 0}, {1, 0.02}, {1, -0.02}}) {
            assertThat(objective(mean, labels, k * move[0], noise + move[1])).isLessThan(found);
        }
        assertThat(noise).isCloseTo(0.3, within(0.1));
    }

    private static double objective(INDArray mean, INDArray labels, double k, double noise) {
        double logOdds = Math.log(noise / (1 - noise)) - Math.log(4);
        double value = -Math.log(k) * Math.log(k) / 2 - logOdds * logOdds / 2;
        for (int n = 0; n < mean.rows(); n++) {
            double sum = 0;
            double right = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                double e = Math.exp(k * mean.getDouble(n, c));
                sum += e;
                right += labels.getDouble(n, c) * e;
            }
            value += Math.log((1 - noise) * right / sum + noise / OUTPUTS);
        }
        return value;
    }

    @Test
    void theShareOfWrongLabelsLeavesOutThoseThatAreRightByChance() {
        assertThat(LabelNoiseLikelihood.wrongLabels(parametersOf(likelihood(), OUTPUTS), OUTPUTS))
                .isCloseTo(NOISE * 4 / 5, within(1e-9));
    }
}
