package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

class BackPropagationSessionTest {
    @ParameterizedTest
    @ValueSource(strings = {"adam", "sgd"})
    void learnsAndPredictsWithTheTrainingResiduals(String trainer) {
        INDArray inputs = Nd4j.linspace(-1, 1, 33).castTo(DataType.FLOAT).reshape(33, 1);
        DataSet train = new DataSet(inputs, inputs.mul(2));
        TrainingSession session = start(trainer, train, LearningRates.parse("0.05"));
        Predictive.Gaussian before = (Predictive.Gaussian) session.predict(inputs);
        for (int pass = 0; pass < 50; pass++) {
            session.trainPass(new ViewIterator(train, 8));
        }
        Predictive.Gaussian after = (Predictive.Gaussian) session.predict(inputs);

        double squares = after.mean().sub(train.getLabels()).norm2Number().doubleValue();
        assertThat(after.variance().getDouble(32, 0)).isCloseTo(squares * squares / 33, within(1e-6));
        assertThat(after.variance().getDouble(0, 0))
                .isLessThan(before.variance().getDouble(0, 0) / 20);
        assertThat(session.options()).containsEntry("learningRate", 0.05);
    }

    @ParameterizedTest
    @ValueSource(strings = {"adam", "sgd"})
    void definitionIsLeftAsItIs(String trainer) {
        DataSet train = new DataSet(Nd4j.ones(3, 1), Nd4j.ones(3, 1));
        MultiLayerConfiguration definition = definition();
        String before = definition.toJson();

        Trainers.named(trainer)
                .start(new TrainingJob(
                        Definition.of(definition),
                        Task.REGRESSION,
                        train,
                        LearningRates.DEFAULTS,
                        NetworkVariant.NONE,
                        2))
                .trainPass(new ViewIterator(train, 2));

        assertThat(definition.toJson()).isEqualTo(before);
    }

    private static TrainingSession start(String trainer, DataSet train, LearningRates rates) {
        return Trainers.named(trainer)
                .start(new TrainingJob(
                        Definition.of(definition()), Task.REGRESSION, train, rates, NetworkVariant.NONE, 8));
    }

    private static MultiLayerConfiguration definition() {
        return NetworkDefinition.of("mlp:8", new DataShape(1, 1, Task.REGRESSION), 1)
                .configuration();
    }

    @Test
    void bothDirectionsAndLayersInsideOfOthersGetTheUpdater() {
        LSTM lstm = new LSTM.Builder().nIn(2).nOut(3).build();
        Definition definition = Definition.of(new NeuralNetConfiguration.Builder()
                .list(
                        new Bidirectional(lstm),
                        new LastTimeStep(new LSTM.Builder().nIn(6).nOut(3).build()),
                        new OutputLayer.Builder().nIn(3).nOut(2).build())
                .build());
        BackPropagationSession.replaceUpdaters(definition, new Adam(0.5));

        List<Layer> inner = definition.layers().stream()
                .flatMap(place -> place.inner().stream())
                .toList();
        assertThat(inner).hasSize(4);
        assertThat(inner)
                .allSatisfy(
                        layer -> assertThat(((BaseLayer) layer).getIUpdater()).isEqualTo(new Adam(0.5)));
    }
}
