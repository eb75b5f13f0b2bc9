package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class IndependentClassLikelihoodTest extends LikelihoodContractTest {

    @Override
    Likelihood likelihood() {
        return new IndependentClassLikelihood(0.1);
    }

    @Override
    Likelihood other() {
        return new ClassLikelihood(0.1);
    }

    @Override
    INDArray labels(int rows) {
        INDArray labels = Arrays2d.filled(rows, OUTPUTS, 0);
        for (int i = 0; i < labels.length(); i++) {
            labels.putScalar(i, random.nextInt(2));
        }
        return labels;
    }

    @Override
    double lossOfEntry(Prediction prediction, double label, int row, int column) {
        double p = prediction.probabilities().getDouble(row, column);
        return -(label * Math.log(p) + (1 - label) * Math.log1p(-p));
    }

    /** Where the scale is known, against a fine sum over normal potentials. */
    @Test
    void probabilitiesAreNearlyTheMeanOverThePotentials() {
        double[] means = {-4, -1, 0.3, 2, 6};
        double[] variances = {0.5, 3, 20, 8, 60};
        Map<String, INDArray> parameters = parametersOf(likelihood(), means.length);
        likelihood().startFromStock(null, parameters);
        double[] p = likelihood()
                .predict(new Moments(Arrays2d.of(means), Arrays2d.of(variances)), parameters)
                .probabilities()
                .toDoubleVector();
        for (int c = 0; c < means.length; c++) {
            double deviation = Math.sqrt(variances[c]);
            double mean = 0;
            for (double x = -8; x < 8; x += 0.01) {
                mean += 0.01
                        * Math.exp(-x * x / 2)
                        / Math.sqrt(2 * Math.PI)
                        / (1 + Math.exp(-means[c] - deviation * x));
            }
            assertThat(p[c]).as("output %s", c).isCloseTo(mean, within(0.02));
        }
    }

    /** Without a covariance the variance of an output is its own. */
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

    /** Two classes of half the potential and its negative, and of half the variance. */
    @Test
    void anOutputIsOneOfTwoClasses() {
        int rows = 9;
        INDArray mean = Arrays2d.uniform(random, rows, 1, -2, 2);
        INDArray variance = Arrays2d.uniform(random, rows, 1, 0.2, 0.5);
        INDArray k = Arrays2d.gram(random, rows, 4);
        INDArray labels = Arrays2d.uniform(random, rows, 1, 0, 1);
        OutputBatch one = new OutputBatch(
                new ForwardMessage(new Moments(mean, variance), BatchCovariance.of(k)), labels, null, null);
        OutputBatch two = new OutputBatch(
                new ForwardMessage(
                        new Moments(
                                Nd4j.hstack(mean.mul(0.5), mean.mul(-0.5)),
                                Nd4j.hstack(variance.mul(0.5), variance.mul(0.5))),
                        BatchCovariance.of(k.mul(0.5))),
                Nd4j.hstack(labels, labels.rsub(1)),
                null,
                null);
        Likelihood independent = new IndependentClassLikelihood();
        Likelihood classes = new ClassLikelihood();
        INDArray ofOne =
                independent.update(one, parametersOf(independent, 1)).message().shift();
        INDArray ofTwo =
                classes.update(two, parametersOf(classes, 2)).message().shift().getColumn(0, true);
        assertThat(Arrays2d.worstDifference(ofOne, ofTwo)).isLessThan(0.02);
        INDArray ofSigmoid = independent
                .predict(new Moments(mean, variance.mul(0)), parametersOf(independent, 1))
                .probabilities();
        INDArray ofSoftmax = classes.predict(
                        Moments.pointMass(two.forward().moments().mean()), parametersOf(classes, 2))
                .probabilities()
                .getColumn(0, true);
        assertThat(Arrays2d.worstDifference(ofSigmoid, ofSoftmax)).isLessThan(1e-12);
    }

    /** The variance of an output decides how much of the common covariance it has. */
    @Test
    void outputsDoNotShareTheirUncertainty() {
        int rows = 6;
        INDArray mean = Arrays2d.filled(rows, 2, 0);
        INDArray labels = Arrays2d.filled(rows, 2, 1);
        INDArray variance = Nd4j.hstack(Arrays2d.filled(rows, 1, 0.1), Arrays2d.filled(rows, 1, 1.9));
        INDArray k = Nd4j.ones(DataType.DOUBLE, rows, rows);
        Likelihood both = new IndependentClassLikelihood();
        INDArray shift = both.update(
                        new OutputBatch(
                                new ForwardMessage(new Moments(mean, variance), BatchCovariance.of(k)),
                                labels,
                                null,
                                null),
                        parametersOf(both, 2))
                .message()
                .shift();
        for (int c = 0; c < 2; c++) {
            INDArray alone = both.update(
                            new OutputBatch(
                                    new ForwardMessage(
                                            new Moments(
                                                    mean.getColumn(c, true).dup(),
                                                    variance.getColumn(c, true).dup()),
                                            BatchCovariance.of(k.mul(c == 0 ? 0.1 : 1.9))),
                                    labels.getColumn(c, true).dup(),
                                    null,
                                    null),
                            parametersOf(both, 1))
                    .message()
                    .shift();
            assertThat(Arrays2d.worstDifference(shift.getColumn(c, true), alone))
                    .isLessThan(1e-12);
        }
    }

    /** Outputs that all see one uncertain number move it once from sixteen on, and fifteen times where there are fifteen. */
    @Test
    void sixteenOutputsThatShareAFeatureMoveItOnce() {
        for (int outputs : new int[] {15, 16}) {
            INDArray ones = Arrays2d.filled(1, outputs, 1);
            BatchCovariance shared = BatchCovariance.of(
                    ExampleCovariance.of(Arrays2d.filled(1, 1, 50)),
                    x -> ones.mul(50 * x.sumNumber().doubleValue()));
            OutputBatch batch = new OutputBatch(
                    new ForwardMessage(new Moments(ones.mul(0), ones.mul(50)), shared), ones.mul(0.8), null, null);
            Likelihood likelihood = likelihood();
            Likelihood.Update update = likelihood.update(batch, parametersOf(likelihood, outputs));
            INDArray shift = update.message().shift();
            double moved = 50 * shift.sumNumber().doubleValue() / Math.log(4);
            assertThat(moved).isCloseTo(outputs == 15 ? 15 : 1, within(outputs == 15 ? 3 : 0.2));
            Likelihood teacher = likelihood.teacher();
            INDArray ofTeacher = teacher.update(batch, parametersOf(teacher, outputs))
                    .message()
                    .shift();
            double taught = 50 * ofTeacher.sumNumber().doubleValue() / (0.6 * (2 * 0.8 - 1));
            assertThat(taught).isCloseTo(outputs == 15 ? 15 : 1, within(outputs == 15 ? 0.2 : 0.05));
            if (outputs == 16) {
                for (int c = 0; c < 16; c++) {
                    double p = 1 / (1 + Math.exp(-update.expected().getDouble(0, c)));
                    assertThat(update.message().curvature().getDouble(0, c))
                            .isCloseTo(p * (1 - p) / (1 + 50 * p * (1 - p)), within(1e-6));
                }
            }
        }
    }

    /** By search, for each output by itself, under a prior of deviation 1/2. */
    @Test
    void everyOutputHasItsMostProbableScale() {
        int rows = 80;
        INDArray mean = Arrays2d.uniform(random, rows, OUTPUTS, -2, 2);
        INDArray labels = labels(rows);
        OutputBatch batch = new OutputBatch(
                new ForwardMessage(new Moments(mean, Arrays2d.filled(rows, OUTPUTS, 0.5)), BatchCovariance.none()),
                labels,
                null,
                null);
        Likelihood likelihood = new IndependentClassLikelihood();
        Map<String, INDArray> parameters = new HashMap<>(parametersOf(likelihood, OUTPUTS));
        LearningPhase first = new LearningPhase(1, true, 1);
        for (int step = 0; step < 60; step++) {
            likelihood
                    .observeWithheld(batch, parameters)
                    .forEach((name, statistic) -> parameters.put(
                            name,
                            Rows.row(likelihood.learn(name, Parameters.values(parameters, name), statistic, first))));
        }
        for (int c = 0; c < OUTPUTS; c++) {
            double best = 0;
            double largest = Double.NEGATIVE_INFINITY;
            for (double log = -6; log < 2; log += 1e-4) {
                double value = -0.8 * log * log / 2;
                for (int n = 0; n < rows; n++) {
                    double u = Math.exp(log) * mean.getDouble(n, c) / Math.sqrt(1 + Math.PI * 0.5 / 8);
                    value -= Math.log1p(Math.exp(labels.getDouble(n, c) > 0.5 ? -u : u));
                }
                if (value > largest) {
                    largest = value;
                    best = log;
                }
            }
            assertThat(Math.log(ProbabilityScale.values(parameters)[c]))
                    .as("output %s", c)
                    .isCloseTo(best, within(2e-3));
        }
    }

    @Test
    void theTeacherHasANoiseForEachOutput() {
        Likelihood teacher = likelihood().teacher();
        assertThat(teacher.parameterLengths(OUTPUTS)).isEqualTo(Map.of("noiseVariance", OUTPUTS));
        OutputBatch batch = batch(40, DataType.DOUBLE, null);
        Map<String, INDArray> parameters = parametersOf(teacher, OUTPUTS);
        Map<String, INDArray> learned =
                learned(teacher, teacher.update(batch, parameters), parameters, new LearningPhase(200, false, 10));
        INDArray noise = learned.get("noiseVariance");
        assertThat(noise.shape()).containsExactly(1, OUTPUTS);
        assertThat(noise.getDouble(0)).isNotEqualTo(noise.getDouble(1));
    }

    @Test
    void aWithheldExampleTeachesNoWeight() {
        OutputBatch batch = batch(6, DataType.DOUBLE, null);
        OutputBatch part =
                new OutputBatch(batch.forward(), batch.labels(), null, null, new double[] {1, 0, 1, 1, 0, 1});
        for (Likelihood each : new Likelihood[] {likelihood(), likelihood().teacher()}) {
            INDArray shift =
                    each.update(part, parametersOf(each, OUTPUTS)).message().shift();
            for (int n = 0; n < 6; n++) {
                assertThat(shift.getRow(n).amaxNumber().doubleValue() == 0)
                        .as("row %s", n)
                        .isEqualTo(n == 1 || n == 4);
            }
        }
    }

    @Test
    void labelsThatAreNoProbabilitiesAreRejected() {
        INDArray ones = Arrays2d.filled(1, OUTPUTS, 1);
        likelihood().validate(Arrays2d.of(new double[] {0.5, 0.6, 0, 1, 0.1}), ones);
        assertThatThrownBy(() -> likelihood().validate(Arrays2d.of(new double[] {0, 1.5, 0, 0, 0}), ones))
                .isInstanceOf(InvalidLabelException.class)
                .hasMessage("label at row 0, column 1 is 1.5; allowed are probabilities from 0 to 1");
        assertThatThrownBy(() -> likelihood().validate(Arrays2d.of(new double[] {0, 0, Double.NaN, 0, 0}), ones))
                .hasMessageStartingWith("label at row 0, column 2 is NaN");
    }
}
