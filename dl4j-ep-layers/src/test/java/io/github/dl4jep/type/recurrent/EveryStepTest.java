package io.github.dl4jep.type.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.linear.LinearFactor;
import io.github.dl4jep.linear.WeightGroups;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.InducingExamples;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepCovariance;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.recurrent.MappedSteps;
import io.github.dl4jep.recurrent.SeenSteps;
import io.github.dl4jep.unit.ReluUnit;
import io.github.dl4jep.vertex.EmbeddingMap;
import io.github.dl4jep.vertex.LayerWeights;
import io.github.dl4jep.vertex.LinearVertex;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.UnitVertex;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.GaussianPrior;
import io.github.dl4jep.weight.PriorScale;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Feed-forward layers at every step of sequences against the same layers on a row for each step of each sequence. */
class EveryStepTest {

    private static final DataType TYPE = DataType.FLOAT;
    private static final int BATCH = 3;
    private static final int STEPS = 4;
    private static final int INPUTS = 5;
    private static final int UNITS = 6;

    private static LayerWeights weights() {
        Nd4j.getRandom().setSeed(7);
        PosteriorParamInitializer layout = new PosteriorParamInitializer(
                new GaussianPrior(), new PriorScale(INPUTS, 1), INPUTS, UNITS, true, null);
        Map<String, INDArray> parameters =
                layout.init(new NeuralNetConfiguration(), Nd4j.zeros(TYPE, 1, layout.numParams((Layer) null)), true);
        return new LayerWeights(() -> "dense", layout, () -> parameters);
    }

    private static Vertex dense(LayerWeights weights) {
        return new LinearVertex(INPUTS, weights);
    }

    /** [minibatch, columns x steps] of [steps x minibatch, columns], the minibatch fastest: as DL4J's preprocessor orders rows. */
    private static INDArray series(INDArray rows) {
        return rows.dup('f').reshape('f', BATCH, STEPS * rows.columns());
    }

    private static Moments series(Moments rows) {
        INDArray variance = rows.variance();
        return new Moments(series(rows.mean()), variance == null ? null : series(variance))
                .shapedAs(ExampleShape.of(rows.mean().columns(), STEPS));
    }

    private static INDArray rows(INDArray series) {
        return series.dup('f').reshape('f', (long) BATCH * STEPS, series.columns() / STEPS);
    }

    private static Moments random(boolean observed) {
        INDArray mean = Nd4j.randn(TYPE, BATCH * STEPS, INPUTS).dup('f');
        return new Moments(
                mean, observed ? null : Nd4j.rand(TYPE, BATCH * STEPS, INPUTS).dup('f'));
    }

    /** The covariance of all rows due to weights before, as a map of observed steps gives it. */
    private static StepCovariance before() {
        INDArray seen = Nd4j.randn(TYPE, BATCH * STEPS, 2).dup('f');
        SeenSteps steps = new SeenSteps(
                seen, BatchCovariance.none(), Nd4j.rand(TYPE, 2, 1).addi(0.1), Nd4j.rand(TYPE, 2, 1));
        return new MappedSteps(steps, BATCH, 0.2, INPUTS);
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(2e-5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDenseLayerOnSequencesIsTheSameOnRows(boolean observed) {
        LayerWeights weights = weights();
        Moments x = random(observed);
        StepCovariance given = before();
        INDArray gain = Nd4j.rand(TYPE, BATCH * STEPS, INPUTS).dup('f');
        BatchCovariance ofSteps = observed
                ? BatchCovariance.none()
                : BatchCovariance.of(given, InducingExamples.all()).through(gain);
        BatchCovariance ofRows = observed ? BatchCovariance.none() : new BatchCovariance(given.pairs(), gain);
        Vertex.Pass sequences = dense(weights).forward(List.of(new ForwardMessage(series(x), ofSteps)), Sites.NONE);
        Vertex.Pass plain = dense(weights).forward(List.of(new ForwardMessage(x, ofRows)), Sites.NONE);

        Moments u = sequences.output().moments();
        Moments expected = plain.output().moments();
        assertThat(u.shape()).isEqualTo(ExampleShape.of(UNITS, STEPS));
        assertSame(rows(u.mean()), expected.mean());
        assertSame(rows(Objects.requireNonNull(u.variance())), Objects.requireNonNull(expected.variance()));
        StepCovariance steps =
                Objects.requireNonNull(sequences.output().covariance().steps());
        assertSame(
                steps.pairs(),
                Objects.requireNonNull(plain.output().covariance().covariance()));

        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(TYPE, BATCH * STEPS, UNITS).dup('f'),
                Nd4j.rand(TYPE, BATCH * STEPS, UNITS).dup('f'));
        Vertex.Answer answer =
                sequences.back().answer(new BackwardMessage(series(message.shift()), series(message.curvature())));
        Vertex.Answer ofPlain = plain.back().answer(message);
        for (ParameterKey key : List.of(weights.weightKey(), weights.biasKey())) {
            assertSame(
                    Objects.requireNonNull(answer.sites().site(key)).shift(),
                    Objects.requireNonNull(ofPlain.sites().site(key)).shift());
            assertSame(
                    Objects.requireNonNull(answer.sites().site(key)).requiredPrecision(),
                    Objects.requireNonNull(ofPlain.sites().site(key)).requiredPrecision());
        }
        BackwardMessage toInput = answer.toInputs().get(0);
        BackwardMessage toRows = ofPlain.toInputs().get(0);
        if (observed) {
            assertThat(toInput).isNull();
            assertThat(toRows).isNull();
        } else {
            assertSame(
                    rows(Objects.requireNonNull(toInput).shift()),
                    Objects.requireNonNull(toRows).shift());
            assertSame(rows(toInput.curvature()), toRows.curvature());
        }
    }

    /** Two dense layers with a unit between: the covariance of all pairs goes through both. */
    @Test
    void theCovarianceOfAllPairsGoesThroughAUnit() {
        LayerWeights weights = weights();
        Moments x = random(true);
        ForwardMessage ofSteps = dense(weights)
                .forward(List.of(new ForwardMessage(series(x), BatchCovariance.none())), Sites.NONE)
                .output();
        ForwardMessage ofRows = dense(weights)
                .forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE)
                .output();
        UnitVertex relu = new UnitVertex(new ReluUnit(), () -> "relu");
        ForwardMessage a = relu.forward(List.of(ofSteps), Sites.NONE).output();
        ForwardMessage b = relu.forward(List.of(ofRows), Sites.NONE).output();
        INDArray q = Nd4j.rand(TYPE, UNITS, 1);
        float[][] blocks = Objects.requireNonNull(a.covariance().steps())
                .passedOn(null, q.data().asFloat(), StepCovariance.Pairs.ALL);
        INDArray expected =
                Objects.requireNonNull(LinearFactor.passedOn(b.covariance(), q).columns());
        for (int t = 0; t < STEPS; t++) {
            for (int column = 0; column < (t + 1) * BATCH; column++) {
                for (int n = 0; n < BATCH; n++) {
                    assertThat(blocks[t][column * BATCH + n])
                            .isCloseTo(expected.getFloat(t * BATCH + n, column), within(1e-5f));
                }
            }
        }
    }

    /** Some columns of it, and its diagonal. */
    @Test
    void pairsAreKeptWithInducingOnes() {
        StepCovariance steps = before();
        INDArray all = steps.pairs();
        assertSame(all, all.transpose());
        InducingExamples inducing = InducingExamples.of((long) BATCH * STEPS, 5);
        ExampleCovariance some = steps.pairs(inducing);
        int[] numbers = inducing.numbers(BATCH * STEPS);
        assertThat(numbers).hasSize(5);
        for (int i = 0; i < numbers.length; i++) {
            assertSame(Objects.requireNonNull(some.columns()).getColumn(i), all.getColumn(numbers[i]));
        }
        assertSame(some.variances(), Nd4j.diag(all).reshape(BATCH * STEPS, 1));
    }

    /** An index is a column of ones and zeros. */
    @Test
    void anEmbeddingIsADenseLayerOnOneHotSteps() {
        LayerWeights weights = weights();
        INDArray indices = Nd4j.create(TYPE, BATCH, STEPS);
        INDArray oneHot = Nd4j.zeros(TYPE, BATCH, INPUTS, STEPS);
        for (int n = 0; n < BATCH; n++) {
            for (int t = 0; t < STEPS; t++) {
                int index = (2 * n + t * t) % INPUTS;
                indices.putScalar(n, t, index);
                oneHot.putScalar(n, index, t, 1);
            }
        }
        ForwardMessage rows = new ForwardMessage(Moments.pointMass(indices), BatchCovariance.none());
        ForwardMessage ones = new ForwardMessage(Moments.pointMass(oneHot), BatchCovariance.none());
        Vertex embedding = new EmbeddingMap(weights, INPUTS, true);
        Vertex.Pass chosen = embedding.forward(List.of(rows), Sites.NONE);
        Vertex.Pass product = dense(weights).forward(List.of(ones), Sites.NONE);
        assertSame(chosen.output().moments().mean(), product.output().moments().mean());
        assertSame(
                Objects.requireNonNull(chosen.output().moments().variance()),
                Objects.requireNonNull(product.output().moments().variance()));
        assertSame(
                Objects.requireNonNull(chosen.output().covariance().steps()).pairs(),
                Objects.requireNonNull(product.output().covariance().steps()).pairs());
        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(TYPE, BATCH, UNITS * STEPS).dup('f'),
                Nd4j.rand(TYPE, BATCH, UNITS * STEPS).dup('f'));
        Vertex.Answer ofChosen = chosen.back().answer(message);
        Vertex.Answer ofProduct = product.back().answer(message);
        for (ParameterKey key : List.of(weights.weightKey(), weights.biasKey())) {
            assertSame(
                    Objects.requireNonNull(ofChosen.sites().site(key)).shift(),
                    Objects.requireNonNull(ofProduct.sites().site(key)).shift());
            assertSame(
                    Objects.requireNonNull(ofChosen.sites().site(key)).requiredPrecision(),
                    Objects.requireNonNull(ofProduct.sites().site(key)).requiredPrecision());
        }
        assertThat(ofChosen.toInputs()).containsOnlyNulls();
    }

    @Test
    void anOutputLayerOnSequencesSaysWhatToUse() {
        Vertex output = new LinearVertex(INPUTS, null, WeightGroups.NONE, weights());
        assertThatThrownBy(() -> output.predict(List.of(series(random(true)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "An example has shape [5, 4], allowed is [5] at dense; labels at every step need an"
                                + " RnnOutputLayer, a label for a sequence a LastTimeStep or global pooling before the output layer");
        Moments wide = Moments.pointMass(Nd4j.zeros(TYPE, BATCH, 2, STEPS));
        assertThatThrownBy(() -> dense(weights()).predict(List.of(wide)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "An example has shape [2, 4], allowed is [5] at dense; check the number of feature columns or"
                                + " nIn of the layer, and flatten images by setInputType(...) or a preprocessor");
    }
}
