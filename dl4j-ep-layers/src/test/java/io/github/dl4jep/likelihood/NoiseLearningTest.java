package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.solve.DenseJointSolve;
import io.github.dl4jep.solve.JointSolve;
import io.github.dl4jep.solve.PseudoObservation;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class NoiseLearningTest {

    private final SplittableRandom random = new SplittableRandom(60);

    /** The EM step by its definition: noise given the residual is N(N z, N - N (K + N)^-1 N), by a dense inverse. */
    @Test
    void isTheExpectationMaximisationStep() {
        INDArray variance = Arrays2d.uniform(random, 12, 2, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 12, 4);
        INDArray importance = Arrays2d.uniform(random, 12, 2, 0.5, 3);
        importance.putScalar(3, 1, 0);
        double noise = 0.7;
        PseudoObservation observation =
                PseudoObservation.of(Arrays2d.uniform(random, 12, 2, -2, 2), Arrays2d.filled(12, 2, noise), importance);
        INDArray next = next(variance, covariance, observation, noise, 1, true);
        for (int c = 0; c < 2; c++) {
            assertThat(next.getDouble(c)).isCloseTo(denseStep(variance, covariance, observation, c), within(1e-10));
        }
    }

    private static double denseStep(INDArray variance, INDArray covariance, PseudoObservation observation, int output) {
        DenseJointSolve dense = new DenseJointSolve(variance, covariance);
        double[] z = dense.shift(output, observation);
        double[] diagonal = dense.inverseDiagonal(output, observation);
        double sum = 0;
        int count = 0;
        for (int n = 0; n < z.length; n++) {
            double omega = observation.importance().getDouble(n, output);
            if (omega > 0) {
                double noise = observation.noise().getDouble(n, output);
                sum += omega * (noise * noise * z[n] * z[n] + noise - noise * noise * diagonal[n]);
                count++;
            }
        }
        return sum / count;
    }

    /** At the fixed point the derivative of the log evidence by R is zero. */
    @Test
    void fixedPointIsTheMaximumOfTheEvidence() {
        INDArray variance = Arrays2d.filled(60, 1, 0.8);
        INDArray covariance = Arrays2d.gram(random, 60, 3).muli(0.5);
        INDArray residual = Arrays2d.uniform(random, 60, 1, -2, 2);
        INDArray ones = Arrays2d.filled(60, 1, 1);
        double noise = 1;
        for (int step = 0; step < 400; step++) {
            PseudoObservation observation = PseudoObservation.of(residual, Arrays2d.filled(60, 1, noise), ones);
            noise = next(variance, covariance, observation, noise, 1, true).getDouble(0);
        }
        double[][] k = new DenseJointSolve(variance, covariance).covarianceOf(0);
        double h = 1e-4;
        double slope = (logEvidence(k, residual, noise + h) - logEvidence(k, residual, noise - h)) / (2 * h);
        assertThat(slope).isCloseTo(0, within(1e-3));
    }

    private static double logEvidence(double[][] k, INDArray residual, double noise) {
        double[][] total = new double[k.length][];
        for (int n = 0; n < k.length; n++) {
            total[n] = k[n].clone();
            total[n][n] += noise;
        }
        double[] e = residual.toDoubleVector();
        double[] z = Arrays2d.solve(total, e);
        double quadratic = 0;
        for (int n = 0; n < e.length; n++) {
            quadratic += e[n] * z[n];
        }
        double determinant = new org.hipparchus.linear.LUDecomposition(
                        org.hipparchus.linear.MatrixUtils.createRealMatrix(total))
                .getDeterminant();
        return -0.5 * (quadratic + Math.log(determinant));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.01, 0.25, 4})
    void recoversTheNoiseOfSimulatedData(double truth) {
        java.util.Random normal = new java.util.Random(3);
        INDArray residual = Arrays2d.filled(400, 1, 0);
        INDArray variance = Arrays2d.filled(400, 1, 0.05);
        for (int n = 0; n < 400; n++) {
            residual.putScalar(n, 0, normal.nextGaussian() * Math.sqrt(truth + 0.05));
        }
        double noise = 1;
        for (int step = 0; step < 300; step++) {
            PseudoObservation observation =
                    PseudoObservation.of(residual, Arrays2d.filled(400, 1, noise), Arrays2d.filled(400, 1, 1));
            noise = next(variance, null, observation, noise, 1, true).getDouble(0);
        }
        // Four standard errors of a variance from 400 numbers.
        assertThat(noise).isCloseTo(truth, within(4 * Math.sqrt(2.0 / 400) * (truth + 0.05)));
    }

    @Test
    void importanceWeighsTheSquaredResiduals() {
        // Without uncertainty in the network the estimate is the mean of omega e^2.
        INDArray residual = Arrays2d.of(new double[] {1}, new double[] {2}, new double[] {50});
        INDArray importance = Arrays2d.of(new double[] {4}, new double[] {0.5}, new double[] {0});
        PseudoObservation observation = PseudoObservation.of(residual, Arrays2d.filled(3, 1, 0.9), importance);
        INDArray next = next(Arrays2d.filled(3, 1, 0), null, observation, 0.9, 1, true);
        assertThat(next.getDouble(0)).isCloseTo((4 * 1 + 0.5 * 4) / 2, within(1e-12));
    }

    @Test
    void outputsOfWhichNothingWasObservedStay() {
        INDArray importance = Arrays2d.of(new double[] {1, 0}, new double[] {1, 0});
        PseudoObservation observation =
                PseudoObservation.of(Arrays2d.filled(2, 2, 1), Arrays2d.filled(2, 2, 0.9), importance);
        assertThat(next(Arrays2d.filled(2, 2, 0.1), null, observation, 0.9, 1, true)
                        .getDouble(1))
                .isEqualTo(0.9);
        PseudoObservation nothing =
                PseudoObservation.of(Arrays2d.filled(2, 2, 1), Arrays2d.filled(2, 2, 0.9), Arrays2d.filled(2, 2, 0));
        assertThat(next(Arrays2d.filled(2, 2, 0.1), null, nothing, 0.9, 1, false)
                        .toDoubleVector())
                .containsExactly(0.9, 0.9);
    }

    @Test
    void rateIsTheWeightOfTheNewBatch() {
        INDArray variance = Arrays2d.filled(4, 1, 0.3);
        PseudoObservation observation = PseudoObservation.of(
                Arrays2d.uniform(random, 4, 1, -2, 2), Arrays2d.filled(4, 1, 0.9), Arrays2d.filled(4, 1, 1));
        double whole = next(variance, null, observation, 0.9, 1, true).getDouble(0);
        double part = next(variance, null, observation, 0.9, 0.25, true).getDouble(0);
        assertThat(part).isCloseTo(0.75 * 0.9 + 0.25 * whole, within(1e-12));
    }

    @Test
    void commonNoiseIsTheMeanOverAllEntries() {
        INDArray variance = Arrays2d.uniform(random, 6, 3, 0.2, 1);
        PseudoObservation observation = PseudoObservation.of(
                Arrays2d.uniform(random, 6, 3, -2, 2), Arrays2d.filled(6, 3, 0.9), Arrays2d.filled(6, 3, 1));
        INDArray each = next(variance, null, observation, 0.9, 1, true);
        INDArray common = next(variance, null, observation, 0.9, 1, false);
        assertThat(common.toDoubleVector())
                .containsOnly(new double[] {each.meanNumber().doubleValue()}, within(1e-12));
    }

    @Test
    void stepIsNeverNegative() {
        for (double noise : new double[] {1e-12, 1e-3, 1, 1e6}) {
            INDArray variance = Arrays2d.filled(5, 1, 1e-6);
            PseudoObservation observation = PseudoObservation.of(
                    Arrays2d.filled(5, 1, 0), Arrays2d.filled(5, 1, noise), Arrays2d.filled(5, 1, 1));
            INDArray covariance = Arrays2d.filled(5, 5, 1e-6);
            assertThat(next(variance, covariance, observation, noise, 1, true).getDouble(0))
                    .as("next noise after %s", noise)
                    .isNotNegative();
        }
    }

    @Test
    void learningRateIsOneOverThePassOrFifty() {
        assertThat(new LearningPhase(3, true, 1).rate()).isEqualTo(1);
        assertThat(new LearningPhase(30, false, 10).rate()).isEqualTo(0.1);
        assertThat(new LearningPhase(3000, false, 900).rate()).isEqualTo(0.02);
        assertThat(new LearningPhase(1, true, 0).rate()).isEqualTo(1);
    }

    private static INDArray next(
            INDArray variance,
            INDArray covariance,
            PseudoObservation observation,
            double noise,
            double rate,
            boolean perOutput) {
        JointSolve.Solution solution = new JointSolve(variance, ExampleCovariance.of(covariance), observation).solve();
        INDArray current = Nd4j.valueArrayOf(new long[] {1, variance.columns()}, noise, variance.dataType());
        return Rows.row(NoiseLearning.next(
                Rows.flat(current), NoiseLearning.statistic(solution, observation), rate, perOutput));
    }
}
