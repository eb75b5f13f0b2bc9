package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.linear.BiasTerm;
import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightSite;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** One linear layer, one batch: the updated means are those of exact Bayesian linear regression. */
class ExactRegressionTest {

    private static final int INPUTS = 6;
    private static final double NOISE = 0.3;
    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);

    private final SplittableRandom random = new SplittableRandom(40);

    @ParameterizedTest
    @CsvSource({
        "1, 1, false, DOUBLE, 1e-9",
        "5, 1, false, DOUBLE, 1e-9",
        "40, 1, false, DOUBLE, 1e-9",
        "5, 3, false, DOUBLE, 1e-9",
        "40, 3, false, DOUBLE, 1e-9",
        "5, 1, true, DOUBLE, 1e-9",
        "40, 3, true, DOUBLE, 1e-9",
        "5, 8, true, DOUBLE, 1e-6",
        "40, 8, true, DOUBLE, 1e-6",
        "1, 1, true, FLOAT, 1e-5",
        "40, 1, true, FLOAT, 1e-5",
        "40, 3, true, FLOAT, 1e-5"
    })
    void meansAreExact(int batch, int outputs, boolean hasBias, DataType type, double tolerance) {
        Problem problem = new Problem(batch, outputs, hasBias);
        Problem.Sites sites = problem.sweep(type, null);
        INDArray mean = sites.moved(problem.weights, sites.weights).castTo(DataType.DOUBLE);
        for (int c = 0; c < outputs; c++) {
            double[] expected = problem.exactMeans(c);
            double[] actual = new double[expected.length];
            System.arraycopy(mean.getColumn(c).toDoubleVector(), 0, actual, 0, INPUTS);
            if (hasBias) {
                actual[INPUTS] = sites.moved(problem.bias, sites.bias).getDouble(0, c);
            }
            assertThat(actual).as("means of output %s", c).containsExactly(expected, within(tolerance));
        }
    }

    @Test
    void aBatchOfOneIsThePerSampleUpdate() {
        Problem problem = new Problem(1, 3, false);
        Problem.Sites sites = problem.sweep(DataType.DOUBLE, null);
        INDArray v = sites.forward.moments().variance();
        INDArray residual = problem.labels.sub(sites.forward.moments().mean());
        INDArray total = v.add(NOISE);
        assertThat(Arrays2d.worstDifference(sites.message.shift(), residual.div(total)))
                .isLessThan(1e-12);
        assertThat(Arrays2d.worstDifference(sites.message.curvature(), total.rdiv(1)))
                .isLessThan(1e-12);
    }

    @ParameterizedTest
    @CsvSource({"5, 1", "30, 3"})
    void furtherSweepsLeaveALinearModelWhereItIs(int batch, int outputs) {
        Problem problem = new Problem(batch, outputs, true);
        Problem.Sites first = problem.sweep(DataType.DOUBLE, null);
        Problem.Sites second = problem.sweep(DataType.DOUBLE, first);
        Problem.Sites third = problem.sweep(DataType.DOUBLE, second);
        assertThat(Arrays2d.worstDifference(second.weights.shift(), first.weights.shift()))
                .isLessThan(1e-9);
        assertThat(Arrays2d.worstDifference(third.weights.shift(), first.weights.shift()))
                .isLessThan(1e-9);
    }

    @Test
    void theOrderOfTheRowsDoesNotMatter() {
        Problem problem = new Problem(8, 3, true);
        WeightSite before = problem.sweep(DataType.DOUBLE, null).weights;
        int[] order = {4, 7, 1, 0, 6, 2, 5, 3};
        INDArray features = problem.features.dup();
        INDArray labels = problem.labels.dup();
        for (int n = 0; n < order.length; n++) {
            problem.features.putRow(n, features.getRow(order[n]));
            problem.labels.putRow(n, labels.getRow(order[n]));
        }
        WeightSite after = problem.sweep(DataType.DOUBLE, null).weights;
        assertThat(Arrays2d.worstDifference(after.shift(), before.shift())).isLessThan(1e-10);
        assertThat(Arrays2d.worstDifference(after.precision(), before.precision()))
                .isLessThan(1e-10);
    }

    @Test
    void rowsThatAreNotObservedCouldAsWellBeMissing() {
        Problem problem = new Problem(8, 3, true);
        INDArray importance = Arrays2d.filled(8, 3, 1);
        importance.getRow(7).assign(0);
        problem.importance = importance;
        WeightSite masked = problem.sweep(DataType.DOUBLE, null).weights;
        problem.importance = null;
        problem.features = problem.features.getRows(0, 1, 2, 3, 4, 5, 6);
        problem.labels = problem.labels.getRows(0, 1, 2, 3, 4, 5, 6);
        WeightSite missing = problem.sweep(DataType.DOUBLE, null).weights;
        assertThat(Arrays2d.worstDifference(masked.shift(), missing.shift())).isLessThan(1e-10);
        assertThat(Arrays2d.worstDifference(masked.precision(), missing.precision()))
                .isLessThan(1e-10);
    }

    /** Random features, labels and prior means; prior precision t0 and noise are known. */
    private final class Problem {

        private static final double PRIOR_PRECISION = 2.5;

        private INDArray features;
        private INDArray labels;
        private INDArray importance;
        private final INDArray weights;
        private final INDArray bias;
        private final boolean hasBias;

        Problem(int batch, int outputs, boolean hasBias) {
            this.features = Arrays2d.uniform(random, batch, INPUTS, -1, 1);
            this.labels = Arrays2d.uniform(random, batch, outputs, -2, 2);
            this.weights = Arrays2d.uniform(random, INPUTS, outputs, -0.5, 0.5);
            this.bias = Arrays2d.uniform(random, 1, outputs, -0.5, 0.5);
            this.hasBias = hasBias;
        }

        /** (t0 I + X^T X / R)^-1 (t0 m0 + X^T y / R), by dense elimination. */
        double[] exactMeans(int output) {
            int size = INPUTS + (hasBias ? 1 : 0);
            double[][] precision = new double[size][size];
            double[] right = new double[size];
            for (int i = 0; i < size; i++) {
                precision[i][i] = PRIOR_PRECISION;
                right[i] = PRIOR_PRECISION * (i < INPUTS ? weights : bias).getDouble(i < INPUTS ? i : 0, output);
                for (int n = 0; n < features.rows(); n++) {
                    right[i] += feature(n, i) * labels.getDouble(n, output) / NOISE;
                    for (int j = 0; j < size; j++) {
                        precision[i][j] += feature(n, i) * feature(n, j) / NOISE;
                    }
                }
            }
            return Arrays2d.solve(precision, right);
        }

        private double feature(int row, int column) {
            return column < INPUTS ? features.getDouble(row, column) : 1;
        }

        /** What the weights are told; {@code earlier} are the sites of the sweep before, or null. */
        Sites sweep(DataType type, Sites earlier) {
            INDArray m = features.castTo(type);
            WeightMoments moments = moments(weights, earlier == null ? null : earlier.weights, type);
            WeightMoments biasMoments = hasBias ? moments(bias, earlier == null ? null : earlier.bias, type) : null;
            Moments input = Moments.pointMass(m);
            BatchCovariance covariance =
                    LinearFactor.covarianceOfPreActivation(ForwardMessage.observed(m), moments, biasMoments);
            ForwardMessage forward =
                    new ForwardMessage(LinearFactor.messageToPreActivation(input, moments, biasMoments), covariance);
            BackwardMessage message = gaussian(new OutputBatch(
                    forward, labels.castTo(type), importance, earlier == null ? null : earlier.message.shift()));
            return new Sites(
                    forward,
                    message,
                    LinearFactor.messageToWeights(message, input, moments, true),
                    BiasTerm.message(message));
        }

        private BackwardMessage gaussian(OutputBatch batch) {
            GaussianLikelihood likelihood = new GaussianLikelihood(NOISE, false);
            Map<String, INDArray> parameters = new HashMap<>();
            likelihood
                    .parameterLengths(labels.columns())
                    .forEach((name, length) -> parameters.put(name, Nd4j.create(DataType.DOUBLE, 1, length)));
            likelihood.initialise(parameters);
            return likelihood.update(batch, parameters).message();
        }

        private WeightMoments moments(INDArray mean, WeightSite pending, DataType type) {
            INDArray moved = mean.dup();
            if (pending != null) {
                moved.addi(pending.shift().div(PRIOR_PRECISION));
            }
            INDArray variance = Arrays2d.filled(mean.rows(), mean.columns(), 1 / PRIOR_PRECISION);
            return WeightMoments.of(moved.castTo(type), variance.castTo(type));
        }

        private record Sites(ForwardMessage forward, BackwardMessage message, WeightSite weights, WeightSite bias) {

            /** M + S Rw. */
            INDArray moved(INDArray mean, WeightSite site) {
                return mean.add(site.shift().castTo(DataType.DOUBLE).div(PRIOR_PRECISION));
            }
        }
    }
}
