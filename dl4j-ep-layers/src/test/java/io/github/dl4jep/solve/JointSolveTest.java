package io.github.dl4jep.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.DenseCovariance;
import io.github.dl4jep.array.LowRankCovariance;
import io.github.dl4jep.array.RowCovariance;
import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.KeptCovariance;
import java.util.List;
import java.util.SplittableRandom;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class JointSolveTest {

    private final SplittableRandom random = new SplittableRandom(20);

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1", "30, 1", "30, 3", "30, 4", "30, 10", "64, 26"})
    void solvesTheDenseSystemOfEveryOutput(int batch, int outputs) {
        INDArray variance = Arrays2d.uniform(random, batch, outputs, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, batch, 8);
        PseudoObservation observation = observation(batch, outputs, 0.1, 1.5);
        assertSolves(variance, covariance, observation, 1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void agreesWhenRowsAreDuplicated(int outputs) {
        INDArray half = Arrays2d.gram(random, 12, 4);
        INDArray covariance = Nd4j.concat(0, Nd4j.concat(1, half, half), Nd4j.concat(1, half, half));
        INDArray top = Arrays2d.uniform(random, 12, outputs, 0.1, 1);
        INDArray variance = Nd4j.concat(0, top, top);
        assertSolves(variance, covariance, observation(24, outputs, 0.05, 0.05), 1e-6);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 6})
    void whatIsNotObservedMovesNothing(int outputs) {
        INDArray variance = Arrays2d.uniform(random, 20, outputs, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 20, 5);
        PseudoObservation all = observation(20, outputs, 0.3, 0.3);
        INDArray importance = Arrays2d.filled(20, outputs, 1);
        for (int n = 0; n < 20; n++) {
            importance.putScalar(n, n % outputs, n % 3 == 0 ? 0 : 1);
        }
        importance.getRow(7).assign(0);
        PseudoObservation partly = PseudoObservation.of(all.residual(), all.noise(), importance);
        assertSolves(variance, covariance, partly, 1e-6);
        INDArray shift = new JointSolve(variance, ExampleCovariance.of(covariance), partly)
                .solve()
                .shift();
        assertThat(shift.getRow(7).amaxNumber().doubleValue()).isZero();
        assertThat(shift.mul(importance.rsub(1)).amaxNumber().doubleValue()).isZero();
    }

    @Test
    void importanceDividesTheNoise() {
        INDArray importance = Arrays2d.of(new double[] {1, 2}, new double[] {0.5, 0});
        PseudoObservation observation =
                PseudoObservation.of(Arrays2d.filled(2, 2, 1), Arrays2d.filled(2, 2, 3), importance);
        assertThat(observation.noise()).isEqualTo(Arrays2d.of(new double[] {3, 1.5}, new double[] {6, 3}));
        assertThat(observation.observed()).isEqualTo(Arrays2d.of(new double[] {1, 1}, new double[] {1, 0}));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10})
    void aBatchOfOneIsThePerSampleUpdate(int outputs) {
        INDArray variance = Arrays2d.uniform(random, 1, outputs, 0.2, 2);
        PseudoObservation observation = observation(1, outputs, 0.1, 1);
        INDArray covariance = Arrays2d.filled(1, 1, 0.7);
        JointSolve.Solution solution = new JointSolve(variance, ExampleCovariance.of(covariance), observation).solve();
        INDArray total = variance.add(observation.noise());
        assertThat(Arrays2d.worstDifference(
                        solution.shift(), observation.residual().div(total)))
                .isLessThan(1e-12);
        assertThat(Arrays2d.worstDifference(solution.inverseDiagonal(), total.rdiv(1)))
                .isLessThan(1e-12);
    }

    @Test
    void withoutCovarianceEverySampleIsByItself() {
        INDArray variance = Arrays2d.uniform(random, 6, 5, 0.2, 2);
        PseudoObservation observation = observation(6, 5, 0.1, 1);
        JointSolve solve = new JointSolve(variance, ExampleCovariance.none(InducingExamples.all()), observation);
        INDArray expected = observation.residual().div(variance.add(observation.noise()));
        assertThat(Arrays2d.worstDifference(solve.solve().shift(), expected)).isLessThan(1e-14);
        assertThat(Arrays2d.worstDifference(solve.timesCovariance(expected), variance.mul(expected)))
                .isLessThan(1e-14);
    }

    @Test
    void diagonalOfTheInverseIsExactForFewOutputs() {
        INDArray variance = Arrays2d.uniform(random, 15, 3, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 15, 4);
        PseudoObservation observation = observation(15, 3, 0.1, 1);
        INDArray diagonal = new JointSolve(variance, ExampleCovariance.of(covariance), observation)
                .solve()
                .inverseDiagonal();
        for (int c = 0; c < 3; c++) {
            assertThat(diagonal.getColumn(c).toDoubleVector())
                    .containsExactly(
                            new DenseJointSolve(variance, covariance).inverseDiagonal(c, observation), within(1e-10));
        }
    }

    @Test
    void sharedDiagonalIsExactForEqualOutputs() {
        INDArray column = Arrays2d.uniform(random, 15, 1, 0.2, 2);
        INDArray variance = Nd4j.concat(1, column, column, column, column, column);
        INDArray covariance = Arrays2d.gram(random, 15, 4);
        PseudoObservation observation = observation(15, 5, 0.4, 0.4);
        JointSolve solve = new JointSolve(variance, ExampleCovariance.of(covariance), observation);
        assertThat(Arrays2d.worstDifference(
                        solve.solveShared().inverseDiagonal(), solve.solveEach().inverseDiagonal()))
                .isLessThan(1e-10);
    }

    @Test
    void sharedDiagonalIsNearForOutputsOfSimilarVariance() {
        INDArray variance = Arrays2d.uniform(random, 30, 10, 0.5, 1);
        INDArray covariance = Arrays2d.gram(random, 30, 6).muli(2);
        JointSolve solve = new JointSolve(variance, ExampleCovariance.of(covariance), observation(30, 10, 0.2, 0.2));
        INDArray ratio = solve.solveShared()
                .inverseDiagonal()
                .div(solve.solveEach().inverseDiagonal())
                .subi(1);
        assertThat(ratio.amaxNumber().doubleValue()).as("worst relative error").isLessThan(0.4);
        assertThat(Math.abs(ratio.meanNumber().doubleValue()))
                .as("relative bias")
                .isLessThan(0.02);
    }

    @Test
    void sharedPathTakesNoiseOfAnySize() {
        INDArray variance = Arrays2d.uniform(random, 16, 6, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 16, 5);
        INDArray noise = Arrays2d.filled(16, 6, 1);
        for (int n = 0; n < 16; n++) {
            noise.putScalar(n, n % 6, Math.pow(10, n));
        }
        INDArray residual = Arrays2d.uniform(random, 16, 6, -1, 1);
        assertSolves(variance, covariance, PseudoObservation.of(residual, noise, Arrays2d.filled(16, 6, 1)), 1e-6);
    }

    private static INDArray correlation(INDArray variance, INDArray covariance) {
        int rows = variance.rows();
        RowCovariance correlation =
                JointSolve.correlation(Rows.columns(variance), new DenseCovariance(Rows.columns(covariance), rows));
        double[] identity = Rows.columns(Nd4j.eye(rows).castTo(DataType.DOUBLE));
        return Rows.matrix(correlation.times(identity), rows, rows);
    }

    @ParameterizedTest
    @CsvSource({"20, 20, 1", "20, 3, 1", "40, 1, 1", "20, 5, 1e-8", "20, 5, 1e8"})
    void correlationIsPositiveSemiDefiniteWithUnitDiagonal(int size, int rank, double scale) {
        INDArray half = Arrays2d.gram(random, size, rank).muli(scale);
        INDArray covariance = Nd4j.concat(0, Nd4j.concat(1, half, half), Nd4j.concat(1, half, half));
        INDArray variance = Arrays2d.uniform(random, 2 * size, 3, 0.01, 1);
        INDArray correlation = correlation(variance, covariance);
        double[] eigenvalues = new EigenDecompositionSymmetric(Arrays2d.matrix(correlation)).getEigenvalues();
        assertThat(eigenvalues[eigenvalues.length - 1]).isGreaterThan(-1e-10);
        assertThat(Nd4j.diag(correlation).reshape(-1).toDoubleVector()).containsOnly(1);
        assertThat(correlation.amaxNumber().doubleValue()).isLessThanOrEqualTo(1 + 1e-12);
    }

    @Test
    void correlationOfNothingIsTheIdentity() {
        INDArray correlation = correlation(Arrays2d.filled(3, 2, 0), Arrays2d.filled(3, 3, 0));
        assertThat(correlation).isEqualTo(Nd4j.eye(3).castTo(correlation.dataType()));
    }

    @Test
    void timesCovarianceIsTheDenseProduct() {
        INDArray variance = Arrays2d.uniform(random, 9, 4, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 9, 3);
        INDArray x = Arrays2d.uniform(random, 9, 4, -1, 1);
        INDArray product =
                new JointSolve(variance, ExampleCovariance.of(covariance), observation(9, 4, 1, 1)).timesCovariance(x);
        for (int c = 0; c < 4; c++) {
            double[][] dense = new DenseJointSolve(variance, covariance).covarianceOf(c);
            double[] expected = new double[9];
            for (int n = 0; n < 9; n++) {
                for (int k = 0; k < 9; k++) {
                    expected[n] += dense[n][k] * x.getDouble(k, c);
                }
            }
            assertThat(product.getColumn(c).toDoubleVector()).containsExactly(expected, within(1e-12));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7})
    void permutingTheBatchPermutesTheSolution(int outputs) {
        int[] order = {3, 0, 4, 1, 2};
        INDArray variance = Arrays2d.uniform(random, 5, outputs, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 5, 3);
        PseudoObservation observation = observation(5, outputs, 0.1, 1);
        INDArray shift = new JointSolve(variance, ExampleCovariance.of(covariance), observation)
                .solve()
                .shift();
        PseudoObservation permuted = PseudoObservation.of(
                rows(observation.residual(), order), rows(observation.noise(), order), Arrays2d.filled(5, outputs, 1));
        INDArray permutedCovariance =
                rows(rows(covariance, order).transpose().dup(), order).transpose();
        INDArray ofPermuted = new JointSolve(rows(variance, order), ExampleCovariance.of(permutedCovariance), permuted)
                .solve()
                .shift();
        assertThat(Arrays2d.worstDifference(ofPermuted, rows(shift, order))).isLessThan(1e-6);
    }

    @Test
    void inputsAreLeftAlone() {
        INDArray variance = Arrays2d.uniform(random, 8, 6, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 8, 3);
        PseudoObservation observation = observation(8, 6, 0.1, 1);
        INDArray[] inputs = {variance, covariance, observation.residual(), observation.noise()};
        INDArray[] copies = new INDArray[inputs.length];
        for (int k = 0; k < inputs.length; k++) {
            copies[k] = inputs[k].dup();
        }
        JointSolve solve = new JointSolve(variance, ExampleCovariance.of(covariance), observation);
        solve.solveShared();
        solve.solveEach();
        assertThat(inputs).isEqualTo(copies);
    }

    /** The dense solve with what inducing examples know of K in place of K. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 10})
    void inducingExamplesStandForAll(int outputs) {
        int batch = 40;
        InducingExamples inducing = InducingExamples.of(batch, 9);
        INDArray covariance = Arrays2d.gram(random, batch, 30);
        ExampleCovariance kept = KeptCovariance.of(covariance, inducing);
        INDArray variance = Arrays2d.uniform(random, batch, outputs, 0.2, 2);
        PseudoObservation all = observation(batch, outputs, 0.2, 0.8);
        INDArray importance = Arrays2d.filled(batch, outputs, 1);
        for (int n = 0; n < batch; n += 5) {
            importance.putScalar(n, n % outputs, 0);
        }
        importance.getRow(inducing.numbers(batch)[2]).assign(0);
        INDArray known = kept.allPairs();
        assertThat(Arrays2d.worstDifference(known, covariance)).isGreaterThan(0.01);
        for (PseudoObservation observation :
                List.of(all, PseudoObservation.of(all.residual(), all.noise(), importance))) {
            JointSolve solve = new JointSolve(variance, kept, observation);
            assertSolves(solve, new DenseJointSolve(variance, known), variance, observation, 1e-6);
            INDArray diagonal = solve.solveEach().inverseDiagonal();
            INDArray product = solve.timesCovariance(observation.residual());
            JointSolve exact = new JointSolve(variance, ExampleCovariance.of(known), observation);
            assertThat(Arrays2d.worstDifference(diagonal, exact.solveEach().inverseDiagonal()))
                    .isLessThan(1e-9);
            assertThat(Arrays2d.worstDifference(product, exact.timesCovariance(observation.residual())))
                    .isLessThan(1e-9);
        }
    }

    @Test
    void inducingExamplesThatAreAllAreExact() {
        INDArray variance = Arrays2d.uniform(random, 30, 3, 0.2, 2);
        INDArray covariance = Arrays2d.gram(random, 30, 40);
        PseudoObservation observation = observation(30, 3, 0.2, 0.8);
        int[] order = new int[30];
        java.util.Arrays.setAll(order, n -> n);
        double[] diagonal = Nd4j.diag(covariance).toDoubleVector();
        double[] columns = Rows.columns(covariance);
        RowCovariance all = LowRankCovariance.of(columns, diagonal, order);
        RowCovariance exact = new DenseCovariance(columns, 30);
        double[] variances = Rows.columns(variance);
        double[] x = Rows.columns(observation.residual());
        assertThat(JointSolve.correlation(variances, all).times(x))
                .containsExactly(JointSolve.correlation(variances, exact).times(x), within(1e-8));
        assertThat(JointSolve.correlation(variances, all).inverse(diagonal).times(x))
                .containsExactly(
                        JointSolve.correlation(variances, exact)
                                .inverse(diagonal)
                                .times(x),
                        within(1e-8));
    }

    private static INDArray rows(INDArray array, int[] order) {
        INDArray result = array.dup();
        for (int n = 0; n < order.length; n++) {
            result.putRow(n, array.getRow(order[n]));
        }
        return result;
    }

    private PseudoObservation observation(int batch, int outputs, double lowestNoise, double highestNoise) {
        INDArray noise = lowestNoise == highestNoise
                ? Arrays2d.filled(batch, outputs, lowestNoise)
                : Arrays2d.uniform(random, batch, outputs, lowestNoise, highestNoise);
        return PseudoObservation.of(
                Arrays2d.uniform(random, batch, outputs, -2, 2), noise, Arrays2d.filled(batch, outputs, 1));
    }

    private static void assertSolves(
            INDArray variance, INDArray covariance, PseudoObservation observation, double tolerance) {
        JointSolve solve = new JointSolve(variance, ExampleCovariance.of(covariance), observation);
        assertSolves(solve, new DenseJointSolve(variance, covariance), variance, observation, tolerance);
    }

    private static void assertSolves(
            JointSolve solve,
            DenseJointSolve dense,
            INDArray variance,
            PseudoObservation observation,
            double tolerance) {
        INDArray chosen = solve.solve().shift();
        INDArray each = solve.solveEach().shift();
        INDArray shared = solve.solveShared().shift();
        for (int c = 0; c < variance.columns(); c++) {
            double[] expected = dense.shift(c, observation);
            assertThat(chosen.getColumn(c).toDoubleVector())
                    .as("output %s", c)
                    .containsExactly(expected, within(tolerance));
            assertThat(each.getColumn(c).toDoubleVector())
                    .as("output %s, by itself", c)
                    .containsExactly(expected, within(1e-9));
            assertThat(shared.getColumn(c).toDoubleVector())
                    .as("output %s, shared", c)
                    .containsExactly(expected, within(tolerance));
        }
    }
}
