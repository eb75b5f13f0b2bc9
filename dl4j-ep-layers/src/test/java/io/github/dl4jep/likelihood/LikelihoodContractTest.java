package io.github.dl4jep.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.array.Rows;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.learned.Statistic;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What every likelihood must do. Subclasses supply the likelihood and labels for it. */
abstract class LikelihoodContractTest {

    static final int OUTPUTS = 5;
    private static final LearningPhase LATER = new LearningPhase(200, false, 10);

    final SplittableRandom random = new SplittableRandom(100);
    private Likelihood likelihood;
    Map<String, INDArray> parameters;

    /** The likelihood under test, with other than the default settings where there are any. */
    abstract Likelihood likelihood();

    /** One that is not equal to it. */
    abstract Likelihood other();

    /** Valid labels, [rows, OUTPUTS]. */
    abstract INDArray labels(int rows);

    /** Minus the logarithm of what was predicted for one entry, in nats, from the prediction alone. */
    abstract double lossOfEntry(Prediction prediction, double label, int row, int column);

    @BeforeEach
    void initialise() {
        likelihood = likelihood();
        parameters = parametersOf(likelihood, OUTPUTS);
    }

    static Map<String, INDArray> parametersOf(Likelihood likelihood, int outputs) {
        Map<String, INDArray> parameters = new LinkedHashMap<>();
        likelihood
                .parameterLengths(outputs)
                .forEach((name, length) -> parameters.put(name, Nd4j.create(DataType.DOUBLE, 1, length)));
        likelihood.initialise(parameters);
        return parameters;
    }

    OutputBatch batch(int rows, DataType type, INDArray importance) {
        INDArray mean = Arrays2d.uniform(random, rows, OUTPUTS, -1.5, 1.5);
        INDArray variance = Arrays2d.uniform(random, rows, OUTPUTS, 0.1, 1);
        INDArray covariance = Arrays2d.gram(random, rows, 4);
        ForwardMessage forward = new ForwardMessage(
                new Moments(mean.castTo(type), variance.castTo(type)), BatchCovariance.of(covariance.castTo(type)));
        return new OutputBatch(forward, labels(rows).castTo(type), importance, null);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void messageIsFiniteAndProper(DataType type) {
        Likelihood.Update update = likelihood.update(batch(12, type, null), parameters);
        INDArray shift = update.message().shift();
        INDArray precision = update.message().curvature();
        assertThat(shift.shape()).containsExactly(12, OUTPUTS);
        assertThat(shift.dataType()).isEqualTo(type);
        assertThat(precision.dataType()).isEqualTo(type);
        assertThat(shift.amaxNumber().doubleValue()).isFinite().isPositive();
        assertThat(precision.maxNumber().doubleValue()).isFinite();
        assertThat(precision.minNumber().doubleValue()).isPositive();
    }

    @Test
    void updateChangesNeitherParametersNorBatch() {
        Map<String, INDArray> before = new LinkedHashMap<>();
        parameters.forEach((name, value) -> before.put(name, value.dup()));
        OutputBatch batch = batch(6, DataType.DOUBLE, Arrays2d.filled(6, OUTPUTS, 1));
        INDArray[] arrays = {
            batch.forward().moments().mean(),
            batch.forward().moments().variance(),
            batch.forward().covariance().covariance(),
            batch.labels(),
            batch.importance()
        };
        INDArray[] copies = new INDArray[arrays.length];
        for (int k = 0; k < arrays.length; k++) {
            copies[k] = arrays[k].dup();
        }
        likelihood.update(batch, parameters);
        likelihood.negativeLogLikelihood(batch, parameters);
        likelihood.predict(batch.forward().moments(), parameters);
        assertThat(parameters).isEqualTo(before);
        assertThat(arrays).isEqualTo(copies);
    }

    @Test
    void whatIsLearnedFitsTheParameters() {
        Likelihood.Update update = likelihood.update(batch(12, DataType.DOUBLE, null), parameters);
        Map<String, Integer> lengths = likelihood.parameterLengths(OUTPUTS);
        learned(likelihood, update, parameters, LATER).forEach((name, value) -> {
            assertThat(lengths).containsKey(name);
            assertThat(value.length()).as(name).isEqualTo(lengths.get(name).longValue());
            assertThat(value.sumNumber().doubleValue()).as(name).isFinite();
        });
    }

    @Test
    void aBatchOfOneNeedsNoCovariance() {
        OutputBatch with = batch(1, DataType.DOUBLE, null);
        OutputBatch without = new OutputBatch(
                new ForwardMessage(with.forward().moments(), BatchCovariance.none()), with.labels(), null, null);
        assertSame(likelihood.update(with, parameters), likelihood.update(without, parameters));
    }

    /** What the parameters become that something is said about. */
    static Map<String, INDArray> learned(
            Likelihood likelihood, Likelihood.Update update, Map<String, INDArray> parameters, LearningPhase phase) {
        Map<String, INDArray> learned = new LinkedHashMap<>();
        update.statistics()
                .forEach((name, statistic) -> learned.put(
                        name, Rows.row(likelihood.learn(name, Parameters.values(parameters, name), statistic, phase))));
        return learned;
    }

    /** Two equal parts of a batch say twice as much, and mean the same. */
    @Test
    void statisticsOfPartsAddUp() {
        Likelihood.Update update = likelihood.update(batch(12, DataType.DOUBLE, null), parameters);
        Map<String, Statistic> twice = new LinkedHashMap<>();
        update.statistics().forEach((name, statistic) -> twice.put(name, statistic.plus(statistic)));
        Map<String, INDArray> once = learned(likelihood, update, parameters, LATER);
        learned(likelihood, new Likelihood.Update(update.message(), twice), parameters, LATER)
                .forEach((name, value) -> assertThat(Arrays2d.worstDifference(value, once.get(name)))
                        .isLessThan(1e-12));
        assertThat(twice.values()).allMatch(Statistic::isFinite);
    }

    @Test
    void importanceOfOneIsTheDefault() {
        OutputBatch plain = batch(7, DataType.DOUBLE, null);
        OutputBatch weighted = new OutputBatch(plain.forward(), plain.labels(), Arrays2d.filled(7, OUTPUTS, 1), null);
        assertSame(likelihood.update(plain, parameters), likelihood.update(weighted, parameters));
        assertThat(Arrays2d.worstDifference(
                        likelihood.negativeLogLikelihood(plain, parameters),
                        likelihood.negativeLogLikelihood(weighted, parameters)))
                .isZero();
    }

    @Test
    void aRowThatIsNotObservedCouldAsWellBeMissing() {
        INDArray importance = Arrays2d.filled(7, OUTPUTS, 1);
        importance.getRow(6).assign(0);
        OutputBatch masked = batch(7, DataType.DOUBLE, importance);
        OutputBatch missing = firstRows(masked, 6);
        Likelihood.Update full = likelihood.update(masked, parameters);
        Likelihood.Update less = likelihood.update(missing, parameters);
        INDArray shift = full.message().shift();
        assertThat(Arrays2d.worstDifference(rows(shift, 6), less.message().shift()))
                .isLessThan(1e-6);
        assertThat(shift.getRow(6).amaxNumber().doubleValue()).isZero();
        assertThat(full.message().curvature().getRow(6).amaxNumber().doubleValue())
                .isZero();
        assertThat(likelihood.negativeLogLikelihood(masked, parameters).getDouble(6))
                .isZero();
    }

    private static OutputBatch firstRows(OutputBatch batch, int count) {
        Moments moments = batch.forward().moments();
        INDArray covariance =
                rows(rows(batch.forward().covariance().covariance(), count).transpose(), count);
        return new OutputBatch(
                new ForwardMessage(
                        new Moments(rows(moments.mean(), count), rows(moments.variance(), count)),
                        BatchCovariance.of(covariance)),
                rows(batch.labels(), count),
                null,
                null);
    }

    private static INDArray rows(INDArray array, int count) {
        double[][] values = new double[count][];
        for (int n = 0; n < count; n++) {
            values[n] = array.getRow(n).toDoubleVector();
        }
        return Arrays2d.of(values);
    }

    @Test
    void lossIsMinusTheLogarithmOfThePrediction() {
        OutputBatch batch = batch(9, DataType.DOUBLE, null);
        Prediction prediction = likelihood.predict(batch.forward().moments(), parameters);
        INDArray loss = likelihood.negativeLogLikelihood(batch, parameters);
        assertThat(loss.shape()).containsExactly(9, 1);
        for (int n = 0; n < 9; n++) {
            double expected = 0;
            for (int c = 0; c < OUTPUTS; c++) {
                expected += lossOfEntry(prediction, batch.labels().getDouble(n, c), n, c);
            }
            assertThat(loss.getDouble(n)).as("loss of row %s", n).isCloseTo(expected, within(1e-9));
        }
    }

    @Test
    void importanceWeighsTheLoss() {
        OutputBatch plain = batch(4, DataType.DOUBLE, null);
        OutputBatch weighted = new OutputBatch(plain.forward(), plain.labels(), Arrays2d.filled(4, OUTPUTS, 2.5), null);
        assertThat(Arrays2d.worstDifference(
                        likelihood.negativeLogLikelihood(weighted, parameters),
                        likelihood.negativeLogLikelihood(plain, parameters).mul(2.5)))
                .isLessThan(1e-9);
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT", "DOUBLE"})
    void predictionIsInTheTypeOfTheNetwork(DataType type) {
        Prediction prediction =
                likelihood.predict(batch(3, type, null).forward().moments(), parameters);
        assertThat(prediction.mean().dataType()).isEqualTo(type);
        assertThat(prediction.output().dataType()).isEqualTo(type);
        assertThat(prediction.variance().dataType()).isEqualTo(type);
        assertThat(prediction.entropy().dataType()).isEqualTo(type);
        assertThat(prediction.entropy().shape()).containsExactly(3, 1);
        assertThat(prediction.variance().minNumber().doubleValue()).isPositive();
    }

    @Test
    void observedPotentialsHaveAPrediction() {
        INDArray mean = Arrays2d.uniform(random, 3, OUTPUTS, -1, 1);
        Prediction prediction = likelihood.predict(Moments.pointMass(mean), parameters);
        assertThat(prediction.epistemicVariance().amaxNumber().doubleValue()).isZero();
        assertThat(prediction.output().sumNumber().doubleValue()).isFinite();
    }

    @Test
    void extremePotentialsGiveFiniteMessages() {
        OutputBatch usual = batch(8, DataType.DOUBLE, null);
        for (double size : new double[] {30, 60, 1e3}) {
            INDArray mean = usual.forward().moments().mean().mul(size);
            for (double scale : new double[] {1e-8, 1, 1e4}) {
                Moments moments =
                        new Moments(mean, usual.forward().moments().variance().mul(scale));
                OutputBatch extreme = new OutputBatch(
                        new ForwardMessage(moments, usual.forward().covariance()), usual.labels(), null, null);
                Likelihood.Update update = likelihood.update(extreme, parameters);
                assertThat(update.message().shift().sumNumber().doubleValue())
                        .as("shift at means of size %s, variances of size %s", size, scale)
                        .isFinite();
                assertThat(update.message().curvature().minNumber().doubleValue())
                        .isNotNegative();
                assertThat(likelihood
                                .negativeLogLikelihood(extreme, parameters)
                                .sumNumber()
                                .doubleValue())
                        .isFinite();
            }
        }
    }

    @Test
    void validLabelsPass() {
        likelihood.validate(labels(5), Arrays2d.filled(5, OUTPUTS, 1));
    }

    @Test
    void travelsInJson() throws Exception {
        String json = NeuralNetConfiguration.mapper().writeValueAsString(likelihood);
        Likelihood read = NeuralNetConfiguration.mapper().readValue(json, Likelihood.class);
        assertThat(read).isEqualTo(likelihood).hasSameHashCodeAs(likelihood);
        String yaml = NeuralNetConfiguration.mapperYaml().writeValueAsString(likelihood);
        assertThat(NeuralNetConfiguration.mapperYaml().readValue(yaml, Likelihood.class))
                .isEqualTo(likelihood);
    }

    @Test
    void isAValue() {
        assertThat(likelihood)
                .isEqualTo(likelihood())
                .hasSameHashCodeAs(likelihood())
                .hasToString(likelihood().toString());
        assertThat(likelihood).isNotEqualTo(other()).isNotEqualTo(null);
    }

    @Test
    void pointScaleHasAFactorAndAnOffsetPerOutputOrOne() {
        Likelihood.PointScale scale = likelihood.pointScale(parameters);
        assertThat(scale.factor().length()).isIn(1L, (long) OUTPUTS);
        assertThat(scale.offset().length()).isEqualTo(scale.factor().length());
        assertThat(scale.factor().minNumber().doubleValue()).isPositive();
    }

    private static void assertSame(Likelihood.Update actual, Likelihood.Update expected) {
        assertThat(Arrays2d.worstDifference(
                        actual.message().shift(), expected.message().shift()))
                .isLessThan(1e-7);
        assertThat(Arrays2d.worstDifference(
                        actual.message().curvature(), expected.message().curvature()))
                .isLessThan(1e-12);
        assertThat(actual.statistics().keySet()).isEqualTo(expected.statistics().keySet());
    }
}
