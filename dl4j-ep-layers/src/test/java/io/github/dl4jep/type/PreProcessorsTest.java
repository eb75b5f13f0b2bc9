package io.github.dl4jep.type;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.message.BackwardMessage;
import io.github.dl4jep.message.BatchCovariance;
import io.github.dl4jep.message.ExampleFormat;
import io.github.dl4jep.message.ExampleShape;
import io.github.dl4jep.message.ForwardMessage;
import io.github.dl4jep.message.Moments;
import io.github.dl4jep.vertex.Sites;
import io.github.dl4jep.vertex.Vertex;
import java.util.List;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.preprocessor.BaseInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.Cnn3DToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.ComposableInputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnn3DPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToCnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Rearrangements against DL4J's own preprocessors. */
class PreProcessorsTest {

    /** A preprocessor, what DL4J gives it, and the formats before and behind. */
    record Case(InputPreProcessor preProcessor, ExampleFormat before, ExampleFormat behind, long... shape) {

        @Override
        public String toString() {
            return preProcessor.getClass().getSimpleName() + java.util.Arrays.toString(shape);
        }
    }

    private static final ExampleFormat FIRST = ExampleFormat.CHANNELS_FIRST;
    private static final ExampleFormat LAST = ExampleFormat.CHANNELS_LAST;

    static List<Case> cases() {
        return List.of(
                new Case(new CnnToFeedForwardPreProcessor(3, 4, 2, CNN2DFormat.NCHW), FIRST, FIRST, 5, 2, 3, 4),
                new Case(new CnnToFeedForwardPreProcessor(3, 4, 2, CNN2DFormat.NHWC), LAST, FIRST, 5, 3, 4, 2),
                new Case(new FeedForwardToCnnPreProcessor(3, 4, 2), FIRST, FIRST, 5, 24),
                new Case(new Cnn3DToFeedForwardPreProcessor(2, 3, 4, 2, true), FIRST, FIRST, 5, 2, 2, 3, 4),
                new Case(new FeedForwardToCnn3DPreProcessor(2, 3, 4, 2, true), FIRST, FIRST, 5, 48),
                new Case(
                        new ComposableInputPreProcessor(
                                new CnnToFeedForwardPreProcessor(3, 4, 2, CNN2DFormat.NHWC),
                                new FeedForwardToCnnPreProcessor(4, 2, 3)),
                        LAST,
                        FIRST,
                        5,
                        3,
                        4,
                        2));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void equalsTheStockPreProcessor(Case one) {
        Nd4j.getRandom().setSeed(3);
        INDArray x = Nd4j.randn(DataType.FLOAT, one.shape());
        INDArray expected = one.preProcessor().preProcess(x.dup(), 5, LayerWorkspaceMgr.noWorkspaces());
        Vertex stage = PreProcessors.stage(one.preProcessor());
        Moments moved = stage.predict(List.of(one.before().observed(x)));
        INDArray actual = one.behind().array(moved);
        assertThat(actual.shape()).isEqualTo(expected.shape());
        assertThat(actual).isEqualTo(expected.dup('c'));
        assertThat(stage.sample(List.of(one.before().observed(x))).mean()).isEqualTo(moved.mean());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void variancesGainsAndMessagesMoveAlike(Case one) {
        Nd4j.getRandom().setSeed(4);
        Moments x = one.before().observed(Nd4j.randn(DataType.FLOAT, one.shape()));
        INDArray v = Nd4j.rand(DataType.FLOAT, x.mean().shape()).dup('f');
        Vertex stage = PreProcessors.stage(one.preProcessor());
        ForwardMessage in = new ForwardMessage(
                new Moments(x.mean(), v).shapedAs(x.shape()),
                new BatchCovariance(Nd4j.eye(5).castTo(DataType.FLOAT), v));
        Vertex.Pass pass = stage.forward(List.of(in), Sites.NONE);
        ForwardMessage out = pass.output();
        INDArray movedMean = out.moments().mean();
        INDArray movedVariance = out.moments().variance();
        assertThat(out.covariance().gain()).isEqualTo(movedVariance);
        BackwardMessage message = new BackwardMessage(movedMean, movedVariance);
        BackwardMessage back = pass.back().answer(message).toInputs().get(0);
        assertThat(back.shift()).isEqualTo(x.mean());
        assertThat(back.curvature()).isEqualTo(v);
        assertThat(stage.forward(List.of(new ForwardMessage(x, BatchCovariance.none())), Sites.NONE)
                        .back()
                        .answer(message)
                        .toInputs())
                .containsOnlyNulls();
    }

    @Test
    void imagesOfAnotherShapeAreNamed() {
        Vertex stage = PreProcessors.stage(new FeedForwardToCnnPreProcessor(3, 4, 2));
        assertThatThrownBy(() -> stage.predict(List.of(Moments.pointMass(Nd4j.create(5, 23)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("An example has shape [23], allowed are [2, 3, 4] and [24]; check the data or the input"
                        + " type of the network");
    }

    /** DL4J has a row for each step of each sequence, of which those of a step follow each other. */
    private static INDArray ofRows(INDArray rows, int minibatch) {
        long[] shape = rows.shape();
        INDArray series = rows.dup('c').reshape('c', shape[0] / minibatch, minibatch, rows.length() / shape[0]);
        return series.permute(1, 2, 0).dup('c');
    }

    static List<InputPreProcessor> imagesOfSteps() {
        return List.of(
                new RnnToCnnPreProcessor(3, 4, 2),
                new ComposableInputPreProcessor(
                        new RnnToFeedForwardPreProcessor(), new FeedForwardToCnnPreProcessor(3, 4, 2)));
    }

    @ParameterizedTest
    @MethodSource("imagesOfSteps")
    void imagesAtStepsAreThoseOfTheStockPreProcessor(InputPreProcessor toImages) {
        Nd4j.getRandom().setSeed(3);
        INDArray x = Nd4j.randn(DataType.FLOAT, 5, 24, 6);
        INDArray expected = toImages.preProcess(x.dup(), 5, LayerWorkspaceMgr.noWorkspaces());
        Moments images = PreProcessors.stage(toImages).predict(List.of(FIRST.observed(x)));
        assertThat(images.shape()).isEqualTo(ExampleShape.of(2, 6, 3, 4));
        INDArray rows = FIRST.array(images).permute(2, 0, 1, 3, 4).dup('c').reshape('c', 30, 2, 3, 4);
        assertThat(rows).isEqualTo(expected.dup('c'));

        InputPreProcessor back = new CnnToRnnPreProcessor(3, 4, 2);
        INDArray stock = back.preProcess(expected, 5, LayerWorkspaceMgr.noWorkspaces());
        assertThat(stock.dup('c')).isEqualTo(x);
        InputPreProcessor inTurn = new ComposableInputPreProcessor(
                new CnnToFeedForwardPreProcessor(3, 4, 2), new FeedForwardToRnnPreProcessor());
        for (InputPreProcessor each : List.of(back, inTurn)) {
            Moments series = PreProcessors.stage(each).predict(List.of(images));
            assertThat(FIRST.array(series)).isEqualTo(x);
        }
    }

    @Test
    void stepsStayWhereDl4jMovesThem() {
        Nd4j.getRandom().setSeed(3);
        INDArray x = Nd4j.randn(DataType.FLOAT, 5, 7, 6);
        INDArray rows = new RnnToFeedForwardPreProcessor().preProcess(x.dup(), 5, LayerWorkspaceMgr.noWorkspaces());
        Moments series = PreProcessors.stage(new RnnToFeedForwardPreProcessor()).predict(List.of(FIRST.observed(x)));
        assertThat(FIRST.array(series)).isEqualTo(ofRows(rows, 5));
        assertThat(DataFormats.of(new RnnToFeedForwardPreProcessor(RNNFormat.NWC)))
                .isEqualTo(LAST);
        Vertex back = PreProcessors.stage(new FeedForwardToRnnPreProcessor());
        assertThat(back.predict(List.of(series)).mean()).isSameAs(series.mean());
        assertThat(back.heedsMask(series)).isTrue();
    }

    @Test
    void stepsThatAreNotThereAreNamed() {
        Moments columns = Moments.pointMass(Nd4j.create(5, 24));
        assertThatThrownBy(() ->
                        PreProcessors.stage(new FeedForwardToRnnPreProcessor()).predict(List.of(columns)))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("An example has shape [24], allowed are sequences, with one dimension of steps, between"
                        + " recurrent and feed-forward layers; check the data or the layers before");
        assertThat(PreProcessors.stage(new RnnToFeedForwardPreProcessor())
                        .predict(List.of(columns))
                        .mean())
                .isSameAs(columns.mean());
        assertThatThrownBy(() -> PreProcessors.stage(new RnnToCnnPreProcessor(3, 4, 2))
                        .predict(List.of(Moments.pointMass(Nd4j.create(5, 23, 6)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage("An example has shape [23, 6], allowed are sequences of 24 channel(s), at a preprocessor"
                        + " between recurrent and convolutional layers; check the data or the layers before");
        assertThatThrownBy(() -> PreProcessors.stage(new CnnToRnnPreProcessor(3, 4, 2))
                        .predict(List.of(Moments.pointMass(Nd4j.create(5, 2, 3, 4)))))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "An example has shape [2, 3, 4], allowed are sequences of images, [2, steps, 3, 4], at a"
                                + " preprocessor between recurrent and convolutional layers; check the data or the layers before");
    }

    /** A preprocessor of its own, which may do anything. */
    private static final class Doubling extends BaseInputPreProcessor {

        private static final long serialVersionUID = 1L;

        @Override
        public INDArray preProcess(INDArray input, int minibatch, LayerWorkspaceMgr workspaces) {
            return input.mul(2);
        }

        @Override
        public INDArray backprop(INDArray output, int minibatch, LayerWorkspaceMgr workspaces) {
            return output.mul(2);
        }

        @Override
        public InputType getOutputType(InputType inputType) {
            return inputType;
        }
    }

    @Test
    void whatMayChangeValuesIsRefusedByName() {
        InputPreProcessor both =
                new ComposableInputPreProcessor(new CnnToFeedForwardPreProcessor(3, 4, 2), new Doubling());
        assertThat(PreProcessors.supports(both)).isFalse();
        assertThat(PreProcessors.refusal(both, " of layer 2"))
                .startsWith("preprocessor Doubling of layer 2 may change values, not only their arrangement");
        assertThatThrownBy(() -> PreProcessors.stage(both))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("preprocessor Doubling may change values");
    }
}
