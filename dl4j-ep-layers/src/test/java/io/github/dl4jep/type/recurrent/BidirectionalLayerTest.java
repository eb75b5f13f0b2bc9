package io.github.dl4jep.type.recurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.conf.EpBidirectionalLayer;
import io.github.dl4jep.conf.EpRecurrentLayer;
import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.message.StepMask;
import io.github.dl4jep.recurrent.SequenceStates;
import io.github.dl4jep.runtime.EpRuntime;
import io.github.dl4jep.vertex.ParameterKey;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import io.github.dl4jep.weight.GaussianPrior;
import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A layer of two directions against the two layers in it. */
class BidirectionalLayerTest {

    private static final DataType TYPE = DataType.FLOAT;
    private static final int BATCH = 3;
    private static final int STEPS = 4;
    private static final int UNITS = 2;
    private static final String PLACE = "layer \"\" (index 0)";

    private static Bidirectional both(Bidirectional.Mode mode) {
        return new Bidirectional(
                mode,
                new LSTM.Builder()
                        .nIn(2)
                        .nOut(UNITS)
                        .activation(Activation.TANH)
                        .build());
    }

    private static org.deeplearning4j.nn.api.Layer runtime(Layer layer, INDArray params) {
        NeuralNetConfiguration conf = new NeuralNetConfiguration();
        conf.setLayer(layer);
        return layer.instantiate(conf, null, 0, params, false, TYPE);
    }

    private static INDArray turned(INDArray matrix) {
        int channels = matrix.columns() / STEPS;
        INDArray turned = matrix.ulike();
        for (int c = 0; c < channels; c++) {
            for (int t = 0; t < STEPS; t++) {
                turned.putColumn(c * STEPS + STEPS - 1 - t, matrix.getColumn(c * STEPS + t));
            }
        }
        return turned;
    }

    private static Moments turned(Moments moments) {
        return new Moments(turned(moments.mean()), turned(moments.variance())).shapedAs(moments.shape());
    }

    private static BackwardMessage turned(BackwardMessage message) {
        return new BackwardMessage(turned(message.shift()), turned(message.curvature()));
    }

    private static void assertSame(INDArray actual, INDArray expected) {
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual.sub(expected).amaxNumber().doubleValue()).isLessThan(1e-5);
    }

    private static INDArray both(INDArray first, INDArray second, Bidirectional.Mode mode) {
        return switch (mode) {
            case ADD -> first.add(second);
            case AVERAGE -> first.add(second).mul(0.5);
            case MUL -> first.mul(second);
            case CONCAT -> Nd4j.hstack(first, second);
        };
    }

    @ParameterizedTest
    @EnumSource(Bidirectional.Mode.class)
    void isTwoLayersOfWhichOneReadsBackwards(Bidirectional.Mode mode) {
        Nd4j.getRandom().setSeed(3);
        EpBidirectionalLayer conf = new EpBidirectionalLayer(both(mode), new GaussianPrior(), 1);
        EpRecurrentLayer one = conf.forward();
        long half = one.initializer().numParams(one);
        INDArray params = Nd4j.rand(TYPE, 1, 2 * half).addi(0.5);
        Vertex two = ((EpRuntime) runtime(conf, params)).vertex();
        Vertex forwards = ((EpRuntime) runtime(
                        one,
                        params.get(
                                org.nd4j.linalg.indexing.NDArrayIndex.all(),
                                org.nd4j.linalg.indexing.NDArrayIndex.interval(0, half))))
                .vertex();
        Vertex backwards = ((EpRuntime) runtime(
                        one,
                        params.get(
                                org.nd4j.linalg.indexing.NDArrayIndex.all(),
                                org.nd4j.linalg.indexing.NDArrayIndex.interval(half, 2 * half))))
                .vertex();
        Moments x = new Moments(
                        Nd4j.randn(TYPE, BATCH, 2 * STEPS).dup('f'),
                        Nd4j.rand(TYPE, BATCH, 2 * STEPS).dup('f'))
                .shapedAs(ExampleShape.of(2, STEPS));
        Vertex.Pass pass = two.forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE);
        Vertex.Pass first = forwards.forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE);
        Vertex.Pass second =
                backwards.forward(List.of(new ForwardMessage(turned(x), BatchCovariance.none())), Sites.NONE);
        INDArray ofFirst = first.output().moments().mean();
        INDArray ofSecond = turned(second.output().moments().mean());
        assertSame(pass.output().moments().mean(), both(ofFirst, ofSecond, mode));
        assertThat(pass.output().covariance().covariance().shape()).containsExactly(BATCH, BATCH);
        if (mode != Bidirectional.Mode.ADD) {
            return;
        }
        BackwardMessage message = new BackwardMessage(
                Nd4j.randn(TYPE, BATCH, UNITS * STEPS).dup('f'),
                Nd4j.rand(TYPE, BATCH, UNITS * STEPS).dup('f'));
        // Of a sum, the covariances of the steps are added.
        assertSame(
                pass.output().covariance().steps().pairs(),
                first.output()
                        .covariance()
                        .steps()
                        .pairs()
                        .add(turnedPairs(second.output().covariance().steps().pairs())));
        Vertex.Answer answer = pass.back().answer(message);
        Vertex.Answer toFirst = first.back().answer(message);
        Vertex.Answer toSecond = second.back().answer(turned(message));
        assertSame(
                answer.toInputs().get(0).shift(),
                toFirst.toInputs()
                        .get(0)
                        .shift()
                        .add(turned(toSecond.toInputs().get(0).shift())));
        assertSame(site(answer, "forwardrecurrentW"), site(toFirst, "recurrentW"));
        assertSame(site(answer, "backwardrecurrentW"), site(toSecond, "recurrentW"));
    }

    private static INDArray site(Vertex.Answer answer, String name) {
        return answer.sites().site(new ParameterKey(PLACE, name)).shift();
    }

    private static INDArray turnedPairs(INDArray pairs) {
        INDArray turned = pairs.ulike();
        for (int row = 0; row < pairs.rows(); row++) {
            for (int column = 0; column < pairs.columns(); column++) {
                turned.putScalar(turnedRow(row), turnedRow(column), pairs.getDouble(row, column));
            }
        }
        return turned;
    }

    private static int turnedRow(int row) {
        return (STEPS - 1 - row / BATCH) * BATCH + row % BATCH;
    }

    /** Steps that are not there stay where they are; the others change places. */
    @Test
    void onlyWhatIsThereIsTurnedRound() {
        ReversedVertex vertex = new ReversedVertex(() -> "reversed");
        Moments x = Moments.pointMass(Nd4j.createFromArray(new float[][][] {{{1, 2, 3, 4}}, {{5, 6, 7, 8}}}))
                .masked(StepMask.of(Nd4j.createFromArray(new float[][] {{1, 1, 0, 1}, {0, 1, 1, 0}})));
        Moments turned = vertex.predict(List.of(x));
        assertThat(turned.mean()).isEqualTo(Nd4j.createFromArray(new float[][] {{4, 2, 3, 1}, {5, 7, 6, 8}}));
        assertThat(vertex.predict(List.of(turned)).mean()).isEqualTo(x.mean());
        assertThatThrownBy(() -> vertex.continuing(new SequenceStates()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("Sequences are read backwards at reversed, so there is no state to go on from");
    }

    /** Columns at every step; messages of all steps add up. */
    @Test
    void columnsAreRepeatedForEveryStep() {
        RepeatedVertex vertex = new RepeatedVertex(() -> "repeated");
        Moments x = new Moments(
                Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}),
                Nd4j.createFromArray(new float[][] {{.1f, .2f}, {.3f, .4f}}));
        Moments series = Moments.pointMass(Nd4j.zeros(TYPE, 2, 5, 3));
        Vertex.Pass pass = vertex.forward(
                List.of(
                        new ForwardMessage(x, BatchCovariance.of(Nd4j.eye(2).castTo(TYPE))),
                        new ForwardMessage(series, BatchCovariance.none())),
                Sites.NONE);
        assertThat(pass.output().moments().shape()).isEqualTo(ExampleShape.of(2, 3));
        assertThat(pass.output().moments().mean()).isEqualTo(Nd4j.createFromArray(new float[][] {
            {1, 1, 1, 2, 2, 2}, {3, 3, 3, 4, 4, 4}
        }));
        INDArray z = Nd4j.createFromArray(new float[][] {{1, 2, 3, 4, 5, 6}, {7, 8, 9, 0, 1, 2}});
        Vertex.Answer answer = pass.back().answer(new BackwardMessage(z, z));
        assertThat(answer.toInputs().get(0).shift()).isEqualTo(Nd4j.createFromArray(new float[][] {{6, 15}, {24, 3}}));
        assertThat(answer.toInputs().get(1)).isNull();
        assertThatThrownBy(() -> vertex.predict(List.of(series, series)))
                .hasMessageStartingWith("Examples have shapes [5, 3] and [5, 3], allowed are columns and sequences");
    }
}
