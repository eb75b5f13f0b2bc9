package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Formulas, settings and registration of the likelihoods with signed targets. */
class SignedTargetsTest {

    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);

    private final Moments potentials =
            new Moments(Arrays2d.of(new double[] {0.5, -0.2, 0.1}), Arrays2d.of(new double[] {0.3, 0.6, 0.9}));
    private final INDArray labels = Arrays2d.of(new double[] {0, 1, 0});
    private final OutputBatch batch =
            new OutputBatch(new ForwardMessage(potentials, BatchCovariance.none()), labels, null, null);

    @Test
    void oneSampleGetsTheSignedResidualOverTheTotalVariance() {
        CategoricalLikelihood likelihood = new CategoricalLikelihood(0.5, 0.05, true);
        Likelihood.Update update = likelihood.update(batch, LikelihoodContractTest.parametersOf(likelihood, 3));
        assertThat(update.message().shift().toDoubleVector())
                .containsExactly(new double[] {-1.5 / 0.8, 1.2 / 1.1, -1.1 / 1.4}, within(1e-12));
        assertThat(update.message().curvature().toDoubleVector())
                .containsExactly(new double[] {1 / 0.8, 1 / 1.1, 1 / 1.4}, within(1e-12));
    }

    /** All classes of an example are divided by the root of one variance, the mean of theirs. */
    @Test
    void probabilitiesAreTheSoftmaxOfTheScaledScores() {
        CategoricalLikelihood likelihood = new CategoricalLikelihood(0.5, 0.05, true);
        double[] p = likelihood
                .predict(potentials, LikelihoodContractTest.parametersOf(likelihood, 3))
                .probabilities()
                .toDoubleVector();
        double deviation = Math.sqrt((0.8 + 1.1 + 1.4) / 3);
        double[] e = {Math.exp(2 * 0.5 / deviation), Math.exp(2 * -0.2 / deviation), Math.exp(2 * 0.1 / deviation)};
        double sum = e[0] + e[1] + e[2];
        assertThat(p).containsExactly(new double[] {e[0] / sum, e[1] / sum, e[2] / sum}, within(1e-12));
    }

    @Test
    void noiseStaysAtOrAboveItsFloor() {
        CategoricalLikelihood likelihood = new CategoricalLikelihood(0.5, 0.45, true);
        OutputBatch right =
                new OutputBatch(ForwardMessage.observed(Arrays2d.of(new double[] {-1, 1, -1})), labels, null, null);
        Map<String, INDArray> parameters = LikelihoodContractTest.parametersOf(likelihood, 3);
        Map<String, INDArray> learned =
                LikelihoodContractTest.learned(likelihood, likelihood.update(right, parameters), parameters, PHASE);
        assertThat(learned.get(SignedTargetLikelihood.NOISE).getDouble(0)).isEqualTo(0.45);
        CategoricalLikelihood fixed = new CategoricalLikelihood(0.5, 0.05, false);
        assertThat(fixed.update(right, LikelihoodContractTest.parametersOf(fixed, 3))
                        .statistics())
                .doesNotContainKey(SignedTargetLikelihood.NOISE);
    }

    /** In a further sweep the means have seen the labels, so they are no predictions. */
    @Test
    void scalesAreFittedInTheFirstSweepOnly() {
        CategoricalLikelihood likelihood = new CategoricalLikelihood();
        OutputBatch again = new OutputBatch(batch.forward(), labels, null, Arrays2d.filled(1, 3, 0.1));
        Map<String, INDArray> parameters = LikelihoodContractTest.parametersOf(likelihood, 3);
        assertThat(likelihood.update(batch, parameters).statistics())
                .containsKeys(
                        SignedTargetLikelihood.NOISE, SignedTargetLikelihood.SCALE, SignedTargetLikelihood.POINT_SCALE);
        assertThat(likelihood.update(again, parameters).statistics()).containsOnlyKeys(SignedTargetLikelihood.NOISE);
    }

    @Test
    void pointNetworkGetsItsOwnScale() {
        BinaryLikelihood binary = new BinaryLikelihood(0.25, 0.05, true);
        assertThat(binary.pointScale(LikelihoodContractTest.parametersOf(binary, 3))
                        .factor()
                        .getDouble(0))
                .as("twice the score, of which kappa is 2 / sqrt(R)")
                .isEqualTo(8);
        CategoricalLikelihood categorical = new CategoricalLikelihood(0.25, 0.05, true);
        assertThat(categorical
                        .pointScale(LikelihoodContractTest.parametersOf(categorical, 3))
                        .factor()
                        .getDouble(0))
                .isEqualTo(4);
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> new CategoricalLikelihood(0.1, 0.2, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("initialNoise is 0.1, but the noiseFloor is 0.2; allowed is at least it");
        assertThatThrownBy(() -> new BinaryLikelihood(Double.NaN, 0.2, true))
                .hasMessage("initialNoise is NaN, allowed are positive finite numbers");
        assertThatThrownBy(() -> new BinaryLikelihood(1, -1, true))
                .hasMessage("noiseFloor is -1.0, allowed are 0 and positive finite numbers");
    }
}
