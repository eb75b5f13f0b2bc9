package io.github.dl4jep.solve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.UnitCovariance;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

class CoupledMaximumTest {

    private static final double TIGHT = 1e-12;

    private final SplittableRandom random = new SplittableRandom(71);

    /** The oracle is a damped Newton's method on the whole dense matrix. */
    @ParameterizedTest
    @CsvSource({"2, 4, 0, 2", "2, 12, 0, 2", "3, 12, 0.3, 2", "2, 12, 0, 20"})
    void isTheMaximumThatADenseOptimiserFinds(int layers, int outputs, double hidden, double size) {
        LinearisedNetwork network = network(layers, outputs);
        INDArray mean = Arrays2d.uniform(random, network.batch, outputs, -size, size);
        INDArray labels = Arrays2d.uniform(random, network.batch, outputs, 0, 1);
        double[] importance = importance(network.batch * outputs, hidden);
        OutputMaximum maximum = tight(network, mean, null, labels, importance);
        double[] expected = denseMaximum(covariance(network), Rows.columns(mean), Rows.columns(labels), importance);
        assertThat(maximum.shift()).containsExactly(expected, within(1e-5));
        for (int i = 0; i < expected.length; i++) {
            assertThat(maximum.shift()[i])
                    .isCloseTo(importance[i] * (Rows.columns(labels)[i] - maximum.probabilities()[i]), within(1e-5));
        }
    }

    /** Where outputs share nothing, each has the maximum that it has by itself. */
    @Test
    void independentOutputsAreSolvedAsByThemselves() {
        INDArray k = Arrays2d.gram(random, 9, 4).muli(5);
        INDArray variance = ExampleCovariance.of(k).variances().mmul(Arrays2d.filled(1, 5, 1));
        INDArray mean = Arrays2d.uniform(random, 9, 5, -2, 2);
        INDArray labels = Arrays2d.uniform(random, 9, 5, 0, 1);
        double[] importance = importance(45, 0);
        OutputMaximum coupled = new CoupledMaximum(
                        mean,
                        new CoupledCovariance(variance, BatchCovariance.of(ExampleCovariance.of(k))),
                        null,
                        labels,
                        importance,
                        TIGHT,
                        500,
                        100)
                .solve();
        for (int c = 0; c < 5; c++) {
            JointSoftmax.Maximum alone = new JointSoftmax(
                            Rows.columns(mean.getColumn(c, true)),
                            ExampleCovariance.of(k).rows(),
                            Rows.columns(labels.getColumn(c, true)),
                            Arrays.copyOfRange(importance, 9 * c, 9 * (c + 1)))
                    .solve(1e-10);
            assertThat(Arrays.copyOfRange(coupled.shift(), 9 * c, 9 * (c + 1)))
                    .containsExactly(alone.shift(), within(1e-5));
        }
    }

    /** Outputs that all see one uncertain number of variance 100 move it to where their labels together want it. */
    @ParameterizedTest
    @ValueSource(ints = {4, 300})
    void manyOutputsMoveOneUnitNoFurtherThanToTheirLabels(int outputs) {
        INDArray ones = Arrays2d.filled(1, outputs, 1);
        BatchCovariance covariance = BatchCovariance.of(
                ExampleCovariance.of(Arrays2d.filled(1, 1, 100)),
                x -> ones.mul(100 * x.sumNumber().doubleValue()));
        double[] importance = new double[outputs];
        Arrays.fill(importance, 1);
        double[] potentials = new CoupledMaximum(
                        ones.mul(0), ones.mul(100), covariance, null, ones.mul(0.9), importance)
                .solve()
                .potentials();
        // At the maximum l = 100 * outputs * (.9 - p): nearly the log odds of .9.
        assertThat(potentials[0]).isCloseTo(Math.log(9), within(0.1));
        for (double potential : potentials) {
            assertThat(potential).isCloseTo(potentials[0], within(1e-9));
        }
    }

    @Test
    void aLaterSweepStartsFromWhereTheFirstDid() {
        LinearisedNetwork network = network(2, 6);
        INDArray mean = Arrays2d.uniform(random, network.batch, 6, -2, 2);
        INDArray labels = Arrays2d.uniform(random, network.batch, 6, 0, 1);
        INDArray earlier = Arrays2d.uniform(random, network.batch, 6, -1, 1);
        double[] importance = importance(network.batch * 6, 0);
        double[] moves = covariance(network).operate(Rows.columns(earlier));
        INDArray moved = mean.add(Rows.matrix(moves, network.batch, 6));
        assertThat(tight(network, moved, earlier, labels, importance).shift())
                .containsExactly(tight(network, mean, null, labels, importance).shift(), within(1e-5));
    }

    /** Sure of the wrong label, with curvatures of 1e-17 and less, and variances of thousands. */
    @ParameterizedTest
    @CsvSource({"40, 1", "40, 1000", "400, 1000", "4, 1000000"})
    void everyBatchHasAStepThatRaisesItsObjective(double size, double factor) {
        LinearisedNetwork network = network(2, 12);
        UnitCovariance products = UnitCovariance.ofActivations(network.covariance());
        BatchCovariance wide = BatchCovariance.of(
                ExampleCovariance.of(
                        network.covariance().covariance().mul(factor).castTo(DataType.FLOAT)),
                x -> products.times(x.castTo(DataType.DOUBLE)).mul(factor).castTo(DataType.FLOAT));
        INDArray mean = Arrays2d.uniform(random, network.batch, 12, -size, size);
        INDArray labels =
                Arrays2d.uniform(random, network.batch, 12, 0, 1).gt(0.5).castTo(DataType.DOUBLE);
        double[] importance = importance(network.batch * 12, 0);
        OutputMaximum maximum =
                new CoupledMaximum(mean, asInCovariance(network).mul(factor), wide, null, labels, importance).solve();
        RealMatrix dense = covariance(network).scalarMultiply(factor);
        double[] none = new double[importance.length];
        double before = objective(dense, Rows.columns(mean), Rows.columns(labels), importance, none);
        double after = objective(dense, Rows.columns(mean), Rows.columns(labels), importance, maximum.shift());
        double best = objective(
                dense,
                Rows.columns(mean),
                Rows.columns(labels),
                importance,
                denseMaximum(dense, Rows.columns(mean), Rows.columns(labels), importance));
        assertThat(after - before).isGreaterThan(0.8 * (best - before));
        assertThat(Arrays.stream(maximum.probabilities())).allMatch(p -> p >= 0 && p <= 1);
    }

    @Test
    void aNumberThatIsNotFiniteIsAnError() {
        LinearisedNetwork network = network(2, 6);
        INDArray mean = Arrays2d.uniform(random, network.batch, 6, -2, 2);
        mean.putScalar(1, 2, Double.NaN);
        INDArray labels = Arrays2d.uniform(random, network.batch, 6, 0, 1);
        double[] importance = importance(network.batch * 6, 0);
        INDArray variance = asInCovariance(network);
        CoupledMaximum ofNan = new CoupledMaximum(mean, variance, network.covariance(), null, labels, importance);
        assertThatThrownBy(ofNan::solve).isInstanceOf(ArithmeticException.class).hasMessageContaining("not finite");
    }

    private static OutputMaximum tight(
            LinearisedNetwork network, INDArray mean, INDArray earlier, INDArray labels, double[] importance) {
        CoupledCovariance covariance = new CoupledCovariance(asInCovariance(network), network.covariance());
        return new CoupledMaximum(mean, covariance, earlier, labels, importance, TIGHT, 500, 100).solve();
    }

    /** z of Newton's method with halved steps: (1 + W C) d = omega (y - p) - z. */
    private static double[] denseMaximum(RealMatrix c, double[] mean, double[] labels, double[] importance) {
        double[] z = new double[mean.length];
        for (int iteration = 0; iteration < 200; iteration++) {
            double[] moved = c.operate(z);
            RealMatrix left = MatrixUtils.createRealIdentityMatrix(z.length);
            double[] right = new double[z.length];
            for (int i = 0; i < z.length; i++) {
                double p = sigmoid(mean[i] + moved[i]);
                right[i] = importance[i] * (labels[i] - p) - z[i];
                for (int k = 0; k < z.length; k++) {
                    left.addToEntry(i, k, importance[i] * p * (1 - p) * c.getEntry(i, k));
                }
            }
            RealVector step = new LUDecomposition(left).getSolver().solve(MatrixUtils.createRealVector(right));
            double reached = objective(c, mean, labels, importance, z);
            for (double length = 1; length > 1e-12; length /= 2) {
                double[] at = MatrixUtils.createRealVector(z)
                        .add(step.mapMultiply(length))
                        .toArray();
                if (objective(c, mean, labels, importance, at) >= reached) {
                    z = at;
                    break;
                }
            }
        }
        return z;
    }

    private static double objective(RealMatrix c, double[] mean, double[] labels, double[] importance, double[] shift) {
        double[] moved = c.operate(shift);
        double sum = 0;
        for (int i = 0; i < shift.length; i++) {
            double l = mean[i] + moved[i];
            double soft = l > 0 ? l + Math.log1p(Math.exp(-l)) : Math.log1p(Math.exp(l));
            sum += importance[i] * (labels[i] * l - soft) - shift[i] * moved[i] / 2;
        }
        return sum;
    }

    private static double sigmoid(double x) {
        return 1 / (1 + Math.exp(-x));
    }

    private double[] importance(int entries, double hidden) {
        double[] importance = new double[entries];
        for (int i = 0; i < entries; i++) {
            importance[i] = random.nextDouble() < hidden ? 0 : 0.5 + random.nextDouble();
        }
        return importance;
    }

    private LinearisedNetwork network(int layers, int outputs) {
        return layers == 2
                ? new LinearisedNetwork(random, 7, 4, 2, 5, outputs)
                : new LinearisedNetwork(random, 7, 4, 5, 2, 3, outputs);
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
}
