package io.github.dl4jep.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.UnitCovariance;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class CoupledSolveTest {

    private static final double TIGHT = 1e-12;

    private final SplittableRandom random = new SplittableRandom(70);

    @ParameterizedTest
    @CsvSource({"1, 3", "2, 3", "3, 3", "1, 9", "2, 9", "3, 9"})
    void covarianceIsThatOfTheLinearisedNetwork(int hiddenLayers, int outputs) {
        LinearisedNetwork network = network(hiddenLayers, outputs);
        RealMatrix covariance = covariance(network);
        INDArray x = Arrays2d.uniform(random, network.batch, outputs, -1, 1);
        double[] expected = covariance.operate(Rows.columns(x));
        INDArray actual = UnitCovariance.ofActivations(network.covariance()).times(x.dup('f'));
        assertThat(Rows.columns(actual)).containsExactly(expected, within(1e-9));
    }

    /** The oracle solves in the space of the weights: (S^-1 + J' N^-1 J)^-1 J' N^-1 e. */
    @ParameterizedTest
    @CsvSource({"1, 4, 0", "2, 4, 0", "1, 12, 0", "2, 12, 0", "3, 12, 0", "2, 12, 0.3"})
    void stepIsTheExactPosteriorOfTheLinearisedNetwork(int hiddenLayers, int outputs, double hidden) {
        LinearisedNetwork network = network(hiddenLayers, outputs);
        PseudoObservation observation = observation(network.batch, outputs, hidden);
        INDArray shift = new CoupledSolve(asInCovariance(network), network.covariance(), observation, TIGHT)
                .solve()
                .shift();
        double[] expected = posteriorMoves(network, observation);
        assertThat(network.moves(shift)).containsExactly(expected, within(1e-8));
        assertThat(shift.mul(observation.observed().rsub(1)).amaxNumber().doubleValue())
                .isZero();
    }

    private static double[] posteriorMoves(LinearisedNetwork network, PseudoObservation observation) {
        RealMatrix jacobian = network.jacobian();
        double[] precision = Rows.columns(observation.observed().div(observation.noise()));
        RealMatrix weighted = MatrixUtils.createRealDiagonalMatrix(precision).multiply(jacobian);
        double[] prior = Arrays.stream(network.variances()).map(s -> 1 / s).toArray();
        RealMatrix posterior = jacobian.transposeMultiply(weighted).add(MatrixUtils.createRealDiagonalMatrix(prior));
        return Arrays2d.solve(posterior.getData(), weighted.transpose().operate(Rows.columns(observation.residual())));
    }

    /** Conjugate gradients compare with NaN, which is never larger: they would end at once, and the batch would be taken as learned from. */
    @Test
    void aNumberThatIsNotFiniteIsAnError() {
        LinearisedNetwork network = network(2, 6);
        PseudoObservation observation = observation(network.batch, 6, 0);
        observation.residual().putScalar(1, 2, Double.NaN);
        CoupledSolve ofNan = new CoupledSolve(asInCovariance(network), network.covariance(), observation);
        assertThatThrownBy(ofNan::solve).isInstanceOf(ArithmeticException.class).hasMessageContaining("NaN");
    }

    @Test
    void aVarianceThatIsNotSharedIsEachOutputsOwn() {
        LinearisedNetwork network = network(2, 6);
        PseudoObservation observation = observation(network.batch, 6, 0);
        double[] own = Rows.columns(network.covariance().examples().variances());
        INDArray variance = Arrays2d.uniform(random, network.batch, 6, 2, 3);
        for (int n = 0; n < own.length; n++) {
            variance.getRow(n).muli(own[n]);
        }
        CoupledSolve solve = new CoupledSolve(variance, network.covariance(), observation, TIGHT);
        RealMatrix dense = covariance(network);
        for (int i = 0; i < dense.getRowDimension(); i++) {
            int n = i % network.batch;
            double mean = variance.getRow(n).meanNumber().doubleValue();
            dense.addToEntry(i, i, variance.getDouble(n, i / network.batch) * (1 - own[n] / mean));
        }
        INDArray shift = solve.solve().shift();
        assertThat(Rows.columns(solve.timesCovariance(shift)))
                .containsExactly(dense.operate(Rows.columns(shift)), within(1e-9));
        for (int i = 0; i < dense.getRowDimension(); i++) {
            dense.addToEntry(i, i, Rows.columns(observation.noise())[i]);
        }
        assertThat(Rows.columns(shift))
                .containsExactly(Arrays2d.solve(dense.getData(), Rows.columns(observation.residual())), within(1e-9));
    }

    /** Thirty outputs that all see one uncertain unit move it once, and not thirty times. */
    @ParameterizedTest
    @ValueSource(ints = {1, 30})
    void manyOutputsMoveOneUnitNoFurtherThanToTheirLabels(int outputs) {
        INDArray ones = Arrays2d.filled(1, outputs, 1);
        BatchCovariance covariance =
                BatchCovariance.of(ExampleCovariance.of(Arrays2d.filled(1, 1, 1)), x -> ones.mul(x.sumNumber()));
        PseudoObservation observation = PseudoObservation.of(ones, ones.mul(0.5), ones);
        CoupledSolve solve = new CoupledSolve(ones, covariance, observation, TIGHT);
        INDArray moved = solve.timesCovariance(solve.solve().shift());
        // One number of variance 1, observed as often as there are outputs.
        assertThat(moved.getDouble(0)).isCloseTo(outputs / (outputs + 0.5), within(1e-10));
    }

    @Test
    void independentOutputsAreSolvedAsByThemselves() {
        INDArray k = Arrays2d.gram(random, 9, 4);
        INDArray variance = Arrays2d.filled(9, 5, 1);
        for (int n = 0; n < 9; n++) {
            variance.getRow(n).assign(k.getDouble(n, n) * 1.5);
        }
        PseudoObservation observation = observation(9, 5, 0.2);
        ExampleCovariance examples = ExampleCovariance.of(k);
        INDArray alone = new JointSolve(variance, examples, observation).solve().shift();
        INDArray coupled = new CoupledSolve(variance, BatchCovariance.of(examples), observation, TIGHT)
                .solve()
                .shift();
        // D P D and K + rho are one matrix where all outputs have one variance.
        INDArray scaled = new JointSolve(variance, ExampleCovariance.of(k), observation)
                .solveEach()
                .shift();
        assertThat(Arrays2d.worstDifference(coupled, scaled)).isLessThan(1e-8);
        assertThat(Arrays2d.worstDifference(coupled, alone)).isLessThan(1e-5);
    }

    @Test
    void withAllExamplesInducingItIsTheSame() {
        LinearisedNetwork network = network(2, 6);
        PseudoObservation observation = observation(network.batch, 6, 0);
        BatchCovariance exact = network.covariance();
        INDArray k = exact.covariance();
        double[] diagonal = Rows.columns(exact.examples().variances());
        InducingExamples all = InducingExamples.of(network.batch, network.batch);
        BatchCovariance kept = BatchCovariance.of(ExampleCovariance.of(all, k, diagonal), exact.preActivations());
        INDArray variance = asInCovariance(network);
        assertThat(Arrays2d.worstDifference(
                        new CoupledSolve(variance, kept, observation, TIGHT)
                                .solve()
                                .shift(),
                        new CoupledSolve(variance, exact, observation, TIGHT)
                                .solve()
                                .shift()))
                .isLessThan(1e-8);
    }

    @Test
    void aSolutionToTheToleranceOfTrainingIsNear() {
        LinearisedNetwork network = network(2, 12);
        PseudoObservation observation = observation(network.batch, 12, 0);
        INDArray variance = asInCovariance(network);
        BatchCovariance covariance = network.covariance();
        INDArray exact = new CoupledSolve(variance, covariance, observation, TIGHT)
                .solve()
                .shift();
        INDArray trained =
                new CoupledSolve(variance, covariance, observation).solve().shift();
        assertThat(trained.distance2(exact))
                .isLessThan(0.02 * exact.norm2Number().doubleValue());
    }

    /** z' e - z' (C + N) z / 2 is what the solution maximises; at 0 it is 0. */
    @ParameterizedTest
    @ValueSource(doubles = {1e-3, 1e-6, 1e-9, 1e-12})
    void noiseBelowSinglePrecisionGivesAStepThatExplainsSomething(double noise) {
        LinearisedNetwork network = network(2, 12);
        BatchCovariance exact = network.covariance();
        UnitCovariance products = UnitCovariance.ofActivations(exact);
        INDArray k = exact.covariance().castTo(DataType.FLOAT);
        BatchCovariance rounded = BatchCovariance.of(
                ExampleCovariance.of(k),
                x -> products.times(x.castTo(DataType.DOUBLE)).castTo(DataType.FLOAT));
        INDArray ones = Arrays2d.filled(network.batch, 12, 1);
        INDArray residual = Arrays2d.uniform(random, network.batch, 12, -1, 1);
        PseudoObservation observation = PseudoObservation.of(residual, ones.mul(noise), ones);
        INDArray z = new CoupledSolve(asInCovariance(network), rounded, observation)
                .solve()
                .shift();
        double explained = z.mul(residual).sumNumber().doubleValue();
        double energy = z.mul(products.times(z).addi(z.mul(noise))).sumNumber().doubleValue();
        assertThat(explained - energy / 2).isPositive().isFinite();
    }

    private LinearisedNetwork network(int hiddenLayers, int outputs) {
        return switch (hiddenLayers) {
            case 1 -> new LinearisedNetwork(random, 7, 4, 3, outputs);
            case 2 -> new LinearisedNetwork(random, 7, 4, 2, 5, outputs);
            default -> new LinearisedNetwork(random, 7, 4, 5, 2, 3, outputs);
        };
    }

    private static RealMatrix covariance(LinearisedNetwork network) {
        RealMatrix jacobian = network.jacobian();
        return jacobian.multiply(MatrixUtils.createRealDiagonalMatrix(network.variances()))
                .multiply(jacobian.transpose());
    }

    /** Variances of which the covariance knows all, so that nothing is added to it. */
    private static INDArray asInCovariance(LinearisedNetwork network) {
        return network.covariance().examples().variances().mmul(Arrays2d.filled(1, network.outputs, 1));
    }

    private PseudoObservation observation(int batch, int outputs, double hidden) {
        INDArray importance =
                Arrays2d.uniform(random, batch, outputs, 0, 1).gt(hidden).castTo(DataType.DOUBLE);
        return PseudoObservation.of(
                Arrays2d.uniform(random, batch, outputs, -1, 1),
                Arrays2d.uniform(random, batch, outputs, 0.05, 2),
                importance);
    }
}
