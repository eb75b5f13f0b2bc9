package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.definition.WeightKinds;
import io.github.dl4jep.cli.failure.UserException;
import io.github.dl4jep.cli.trainer.straightthrough.DiscreteWeights;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class SpikingTrainersTest {
    @ParameterizedTest
    @ValueSource(strings = {"ep", "surrogate", "ste"})
    void moreTimeStepsGiveSteadierPredictions(String trainer) {
        double few = spread(trainer, 2);
        double many = spread(trainer, 128);

        // A standard deviation an eighth as large.
        assertThat(many).isPositive().isLessThan(few / 4);
    }

    /** Mean absolute difference of two runs of the same network on the same rows. */
    private static double spread(String trainer, int timeSteps) {
        WeightKinds weights = trainer.equals("ste") ? WeightKinds.parse("binary") : WeightKinds.DEFAULT;
        Nd4j.getRandom().setSeed(6);
        INDArray features = Nd4j.randn(DataType.FLOAT, 48, 4);
        INDArray labels = Nd4j.tile(Nd4j.eye(3).castTo(DataType.FLOAT), 16, 1);
        TrainingSession session =
                start(trainer, new NetworkVariant(new ActivationBernoulliProbit(), weights, timeSteps));
        session.trainPass(new ViewIterator(new DataSet(features, labels), 16));
        INDArray first = output(trainer, session, features);
        INDArray second = output(trainer, session, features);
        return first.sub(second).amean().getDouble(0);
    }

    private static INDArray output(String trainer, TrainingSession session, INDArray features) {
        if (trainer.equals("ep")) {
            return session.pointScores(new DataSet(features, null)).orElseThrow();
        }
        INDArray probabilities = ((Predictive.Classes) session.predict(features)).probabilities();
        assertThat(probabilities.sum(1).sub(1).amaxNumber().doubleValue()).isLessThan(1e-5);
        return probabilities;
    }

    @Test
    void surrogateNeedsSpikes() {
        assertThatThrownBy(() -> start("surrogate", NetworkVariant.NONE))
                .isInstanceOf(UserException.class)
                .hasMessage("The trainer surrogate is for spiking units, but the hidden units are relu: choose spiking"
                        + " ones, for example --units heaviside, or the trainer adam.");
    }

    @Test
    void steNeedsDiscreteWeights() {
        assertThatThrownBy(() -> start("ste", NetworkVariant.NONE))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "The trainer ste is for discrete weights, but --weights is gaussian: choose --weights binary"
                                + " or --weights ternary, or for continuous weights the trainer adam.");
        assertThatThrownBy(() -> start(
                        "ste", new NetworkVariant(new ActivationHeaviside(), WeightKinds.parse("spike-slab"), null)))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--weights is spike-slab")
                .hasMessageEndingWith("or for continuous weights the trainer surrogate.");
    }

    @Test
    void valueOfDiscreteWeightsKeepsTheScaleOfTheUnitsBehind() {
        MultiLayerConfiguration definition = new NeuralNetConfiguration.Builder()
                .list()
                .layer(dense(8, 4, Activation.IDENTITY.getActivationFunction()))
                .layer(new DropoutLayer(0.5))
                .layer(new ActivationLayer(Activation.RELU))
                .layer(dense(4, 9, new ActivationHeaviside()))
                .layer(dense(9, 5, Activation.RELU.getActivationFunction()))
                .layer(new OutputLayer.Builder()
                        .nIn(5)
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .build();

        DiscreteWeights.apply(
                Definition.of(definition), WeightKinds.parse("hidden=ternary,output=binary"), new Adam(0.1));

        assertThat(noise(definition, 0)).contains("TERNARY").contains(String.valueOf(Math.sqrt(2 / 8.0)));
        assertThat(noise(definition, 3)).contains("TERNARY").contains(String.valueOf(Math.sqrt(1 / 4.0)));
        assertThat(noise(definition, 4)).contains("TERNARY").contains(String.valueOf(Math.sqrt(2 / 9.0)));
        assertThat(noise(definition, 5)).contains("BINARY").contains(String.valueOf(Math.sqrt(1 / 5.0)));
    }

    @Test
    void continuousParametersGetTheRateOfTheDiscreteValue() {
        MultiLayerConfiguration definition = definition();
        BackPropagationSession.replaceUpdaters(Definition.of(definition), new Adam(0.1));
        DiscreteWeights.apply(Definition.of(definition), WeightKinds.parse("hidden=binary"), new Adam(0.1));

        FeedForwardLayer hidden = (FeedForwardLayer) definition.getConf(0).getLayer();
        FeedForwardLayer output = (FeedForwardLayer) definition.getConf(1).getLayer();
        assertThat(hidden.getWeightNoise()).isNotNull();
        assertThat(output.getWeightNoise()).isNull();
        assertThat(hidden.getUpdaterByParam("W")).isEqualTo(new Adam(0.1));
        assertThat(hidden.getUpdaterByParam("b")).isEqualTo(new Adam(0.1 * Math.sqrt(2 / 4.0)));
        assertThat(output.getUpdaterByParam("W")).isEqualTo(new Adam(0.1 * Math.sqrt(1 / 20.0)));
        assertThat(output.getUpdaterByParam("b")).isEqualTo(new Adam(0.1 * Math.sqrt(1 / 20.0)));
    }

    @Test
    void valueOfDiscreteKernelsCountsTheirPositions() {
        MultiLayerConfiguration definition = images(new ConvolutionLayer.Builder(2, 2)
                .nOut(2)
                .activation(Activation.RELU)
                .build());

        DiscreteWeights.apply(Definition.of(definition), WeightKinds.parse("binary"), new Adam(0.1));

        // One channel of 2 x 2.
        assertThat(noise(definition, 0)).contains("BINARY").contains(String.valueOf(Math.sqrt(2 / 4.0)));
    }

    @Test
    void convolutionOfAnotherKindIsRefusedBySte() {
        MultiLayerConfiguration definition =
                images(new SeparableConvolution2D.Builder(2, 2).nOut(2).build());

        assertThatThrownBy(() ->
                        DiscreteWeights.apply(Definition.of(definition), WeightKinds.parse("binary"), new Adam(0.1)))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "ste cannot train this network: layer 0 (layer0) is a SeparableConvolution2D, but only dense,"
                                + " convolution and output layers have discrete weights.");
    }

    private static MultiLayerConfiguration images(Layer first) {
        return new NeuralNetConfiguration.Builder()
                .list()
                .layer(first)
                .layer(new OutputLayer.Builder()
                        .nOut(3)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutionalFlat(3, 3, 1))
                .build();
    }

    private static String noise(MultiLayerConfiguration definition, int layer) {
        return ((FeedForwardLayer) definition.getConf(layer).getLayer())
                .getWeightNoise()
                .toString();
    }

    private static DenseLayer dense(int inputs, int outputs, IActivation activation) {
        return new DenseLayer.Builder()
                .nIn(inputs)
                .nOut(outputs)
                .activation(activation)
                .build();
    }

    private static TrainingSession start(String trainer, NetworkVariant variant) {
        DataSet none = new DataSet(Nd4j.zeros(1, 4), Nd4j.zeros(1, 3));
        return Trainers.named(trainer)
                .start(new TrainingJob(
                        Definition.of(definition()), Task.CLASSIFICATION, none, LearningRates.DEFAULTS, variant, 16));
    }

    private static MultiLayerConfiguration definition() {
        return NetworkDefinition.of("mlp:20", new DataShape(4, 3, Task.CLASSIFICATION), 1)
                .configuration();
    }
}
