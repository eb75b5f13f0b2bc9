package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.solve.DenseJointSolve;
import io.github.dl4jep.solve.PseudoObservation;
import io.github.dl4jep.unit.NormalQuadrature;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The probit site against quadrature of Phi(t u) N(u; w, V), and the joint update of saturated entries. */
class ProbitTiltedMomentsTest {

    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);

    @ParameterizedTest
    @CsvSource({
        "0, 1, 1",
        "0, 1, 0",
        "1.5, 0.2, 1",
        "1.5, 0.2, 0",
        "-3, 2, 1",
        "-3, 2, 0",
        "0.1, 1e-4, 1",
        "4, 25, 0",
        "-20, 9, 1"
    })
    void messageGivesTheTiltedMoments(double w, double v, double label) {
        double t = 2 * label - 1;
        NormalQuadrature cavity = new NormalQuadrature(w, v, 0);
        DoubleUnaryOperator probability = u -> cumulative(t * u);
        double mass = cavity.expect(probability);
        double mean = cavity.expect(u -> u * probability.applyAsDouble(u)) / mass;
        double variance = cavity.expect(u -> (u - mean) * (u - mean) * probability.applyAsDouble(u)) / mass;
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(
                        new Moments(Arrays2d.filled(1, 1, w), Arrays2d.filled(1, 1, v)), BatchCovariance.none()),
                Arrays2d.filled(1, 1, label),
                null,
                null);
        ProbitLikelihood probit = new ProbitLikelihood(true);
        Likelihood.Update update = probit.update(batch, Map.of());
        double z = update.message().shift().getDouble(0);
        double g = update.message().curvature().getDouble(0);
        assertThat(w + v * z).as("tilted mean").isCloseTo(mean, within(1e-6 * Math.max(1, Math.abs(mean))));
        assertThat(v - v * v * g).as("tilted variance").isCloseTo(variance, within(1e-6 * v));
        assertThat(probit.negativeLogLikelihood(batch, Map.of()).getDouble(0))
                .as("predictive probability")
                .isCloseTo(-Math.log(mass), within(1e-6 * Math.max(1, -Math.log(mass))));
    }

    /** Phi by hipparchus' error function. */
    private static double cumulative(double z) {
        return 0.5 * org.hipparchus.special.Erf.erfc(-z / Math.sqrt(2));
    }

    /** Entries that are right by 50 standard deviations say nothing, and must not spoil what the others say. */
    @Test
    void saturatedEntriesMoveNothing() {
        int outputs = 10;
        SplittableRandom random = new SplittableRandom(7);
        INDArray mean = Arrays2d.uniform(random, 12, outputs, -1, 1);
        INDArray labels = Arrays2d.filled(12, outputs, 0);
        for (int n = 0; n < 12; n++) {
            labels.putScalar(n, n % outputs, 1);
            for (int c = 2; c < outputs; c++) {
                mean.putScalar(n, c, c == n % outputs ? 60 : -60);
            }
        }
        INDArray variance = Arrays2d.uniform(random, 12, outputs, 0.2, 0.4);
        INDArray covariance = Arrays2d.gram(random, 12, 4);
        INDArray shift = shift(mean, variance, covariance, labels);
        assertThat(shift.sumNumber().doubleValue()).isFinite();
        for (int c = 0; c < outputs; c++) {
            if (c >= 2) {
                assertThat(shift.getColumn(c).amaxNumber().doubleValue()).isLessThan(1e-100);
            }
        }
        // Solved by itself, with the same mean variance over the outputs, an output gets the same message.
        double[][][] sites =
                ProbitLikelihood.sites(mean.toDoubleMatrix(), variance.toDoubleMatrix(), labels.toDoubleMatrix());
        PseudoObservation observation =
                PseudoObservation.of(Arrays2d.of(sites[0]), Arrays2d.of(sites[1]), Arrays2d.filled(12, outputs, 1));
        for (int c = 0; c < 2; c++) {
            assertThat(shift.getColumn(c).toDoubleVector())
                    .containsExactly(new DenseJointSolve(variance, covariance).shift(c, observation), within(1e-6));
        }
    }

    private static INDArray shift(INDArray mean, INDArray variance, INDArray covariance, INDArray labels) {
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(new Moments(mean, variance), BatchCovariance.of(covariance)), labels, null, null);
        return new ProbitLikelihood().update(batch, Map.of()).message().shift();
    }
}
