package io.github.dl4jep.cli.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.data.split.FloatRows;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import io.github.dl4jep.cli.definition.NetworkVariant;
import io.github.dl4jep.cli.failure.UserException;
import java.util.List;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** AdamW, Monte Carlo dropout, and ensembles. */
class AdamTrainersTest {
    private static final INDArray INPUTS =
            Nd4j.linspace(-1, 1, 12).castTo(DataType.FLOAT).reshape(12, 1);
    private static final DataSet LINE = new DataSet(INPUTS, INPUTS.mul(2).addi(0.5));
    private static final DataSet SIDES = new DataSet(
            INPUTS,
            Nd4j.hstack(INPUTS.lt(0).castTo(DataType.FLOAT), INPUTS.gte(0).castTo(DataType.FLOAT)));

    /** A line's slope and offset, by the paper's formulas. */
    @Test
    void adamwTakesThePaperSteps() {
        int passes = 3;
        TrainingSession session = Trainers.named("adamw:0.3").start(job(linear(), LINE, "0.05", passes));
        double[] parameters = parameters(session);
        double[] first = new double[2];
        double[] second = new double[2];
        int steps = passes * 3;
        for (int step = 0; step < steps; step++) {
            double[] gradient = new double[2];
            for (int i = 0; i < 4; i++) {
                int row = step % 3 * 4 + i;
                double x = LINE.getFeatures().getDouble(row, 0);
                double error =
                        parameters[0] * x + parameters[1] - LINE.getLabels().getDouble(row, 0);
                gradient[0] += 2 * error * x / 4;
                gradient[1] += 2 * error / 4;
            }
            double rate = 0.05 * (1 + Math.cos(Math.PI * step / steps)) / 2;
            for (int p = 0; p < 2; p++) {
                first[p] = 0.9 * first[p] + 0.1 * gradient[p];
                second[p] = 0.999 * second[p] + 0.001 * gradient[p] * gradient[p];
                double mean = first[p] / (1 - Math.pow(0.9, step + 1));
                double square = second[p] / (1 - Math.pow(0.999, step + 1));
                double decay = p == 0 ? 0.3 * parameters[0] : 0;
                parameters[p] -= rate * (mean / (Math.sqrt(square) + 1e-8) + decay);
            }
        }

        for (int pass = 0; pass < passes; pass++) {
            session.trainPass(new ViewIterator(LINE, 4));
        }

        assertThat(parameters(session)).containsExactly(parameters, within(2e-5));
        assertThat(session.options())
                .containsEntry("learningRate", 0.05)
                .containsEntry("weightDecay", 0.3)
                .containsEntry("schedule", "cosine");
    }

    private static double[] parameters(TrainingSession session) {
        INDArray outputs = ((Predictive.Gaussian) session.predict(Nd4j.create(new float[][] {{0}, {1}}))).mean();
        return new double[] {outputs.getDouble(1) - outputs.getDouble(0), outputs.getDouble(0)};
    }

    @Test
    void ensembleMixesNetworksOfDifferentSeeds() {
        TrainingSession ensemble = Trainers.named("ensemble:2").start(job(network(1), SIDES, "0.01", 1));
        TrainingSession one = Trainers.named("adam").start(job(network(1), SIDES, "0.01", 1));
        TrainingSession other = Trainers.named("adam").start(job(network(1 + 1_000_003), SIDES, "0.01", 1));
        for (TrainingSession session : List.of(ensemble, one, other)) {
            session.trainPass(new ViewIterator(SIDES, 4));
        }

        INDArray first = classes(one, INPUTS);
        INDArray second = classes(other, INPUTS);
        assertThat(first.sub(second).norm2Number().doubleValue()).isGreaterThan(0.01);
        assertThat(classes(ensemble, INPUTS).castTo(DataType.FLOAT).ravel().toFloatVector())
                .containsExactly(first.add(second).div(2).ravel().toFloatVector(), within(1e-6f));
        assertThat(ensemble.options()).containsEntry("members", 2).containsEntry("learningRate", 0.01);
    }

    @Test
    void dropoutPredictsTheMeanOfDrawsAndLearns() {
        TrainingSession session = Trainers.named("dropout:0.4").start(job(network(1), SIDES, "0.05", 60));
        for (int pass = 0; pass < 60; pass++) {
            session.trainPass(new ViewIterator(SIDES, 4));
        }

        INDArray once = classes(session, INPUTS);
        INDArray again = classes(session, INPUTS);
        assertThat(once).isNotEqualTo(again);
        assertThat(once.sum(1).toDoubleVector()).containsOnly(new double[] {1}, within(1e-5));
        assertThat(once.argMax(1)).isEqualTo(SIDES.getLabels().argMax(1));
        assertThat(session.options()).containsEntry("dropped", 0.4).containsEntry("draws", 20);
    }

    /** The more a unit's output is worth, the more its loss is felt: variance grows away from 0. */
    @Test
    void dropoutIsLessSureThanItsResiduals() {
        TrainingSession session =
                Trainers.named("dropout:0.4").start(job(network(1, Task.REGRESSION), LINE, "0.02", 200));
        for (int pass = 0; pass < 200; pass++) {
            session.trainPass(new ViewIterator(LINE, 4));
        }

        Predictive.Gaussian near = (Predictive.Gaussian) session.predict(Nd4j.create(new float[][] {{0.1f}, {8}}));
        assertThat(near.variance().getDouble(1))
                .isGreaterThan(4 * near.variance().getDouble(0));
        assertThat(near.mean().getDouble(0)).isCloseTo(0.7, within(0.6));
    }

    @Test
    void dropoutSaysWhichLayerItCannotWorkWith() {
        assertThatThrownBy(() -> Trainers.named("dropout").start(job(linear(), LINE, "0.1", 1)))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "dropout cannot train this network: after layer 0 (layer0) there is no further layer with weights, so it"
                                + " has no hidden units to drop.");
        MultiLayerConfiguration normalized = new NeuralNetConfiguration.Builder()
                .list(
                        new BatchNormalization.Builder().nOut(1).build(),
                        new OutputLayer.Builder().nIn(1).nOut(2).build())
                .build();
        assertThatThrownBy(() -> Trainers.named("dropout").start(job(Definition.of(normalized), SIDES, "0.1", 1)))
                .isInstanceOf(UserException.class)
                .hasMessage(
                        "dropout cannot train this network: layer 0 (layer0) is a BatchNormalization, which would take its"
                                + " statistics from the rows that are predicted while units are dropped: choose another trainer, for"
                                + " example ensemble.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "adam:3 | The trainer adam takes no value, but --trainers names adam:3.",
                "ensemble:0 | --trainers ensemble:0: \"0\" is not a number of networks from 1 to 9999.",
                "ensemble: | --trainers ensemble:: \"\" is not a number of networks from 1 to 9999.",
                "dropout:1 | --trainers dropout:1: the part of dropped units \"1\" is not a number between 0 and 1.",
                "dropout:x | --trainers dropout:x: the part of dropped units \"x\" is not a number between 0 and 1.",
                "sparse:100 | --trainers sparse:100: the percentage of zeros \"100\" is not a number between 0 and 100.",
                "sparse:many | --trainers sparse:many: the percentage of zeros \"many\" is not a number between 0 and 100.",
                "adamw:-1 | --trainers adamw:-1: the weight decay \"-1\" is not a number of at least 0.",
                "adamw:NaN | --trainers adamw:NaN: the weight decay \"NaN\" is not a number of at least 0.",
                "adamw:Infinity | --trainers adamw:Infinity: the weight decay \"Infinity\" is not a number of at least 0.",
                "adamw:0.01f | --trainers adamw:0.01f: the weight decay \"0.01f\" is not a number of at least 0.",
                "dropout:0x1p-1 | --trainers dropout:0x1p-1: the part of dropped units \"0x1p-1\" is not a number between 0 and 1.",
                "sparse:90d | --trainers sparse:90d: the percentage of zeros \"90d\" is not a number between 0 and 100.",
            })
    void valuesThatMakeNoSenseAreRefused(String name, String message) {
        assertThatThrownBy(() -> Trainers.named(name))
                .isInstanceOf(UserException.class)
                .hasMessage(message);
    }

    @Test
    void namesSayWhatDiffersFromTheDefault() {
        assertThat(List.of(
                        "ensemble",
                        "ensemble:5",
                        "ensemble:3",
                        "dropout:0.5",
                        "adamw:0.01",
                        "sparse:90",
                        "sparse:95.5"))
                .extracting(name -> Trainers.named(name).name())
                .containsExactly("ensemble", "ensemble", "ensemble:3", "dropout:0.5", "adamw", "sparse", "sparse:95.5");
    }

    private static INDArray classes(TrainingSession session, INDArray features) {
        return ((Predictive.Classes) session.predict(features)).probabilities();
    }

    private static TrainingJob job(Definition definition, DataSet train, String rate, int passes) {
        Task task = train.getLabels().size(1) == 1 ? Task.REGRESSION : Task.CLASSIFICATION;
        return new TrainingJob(
                definition, task, new FloatRows(train), LearningRates.parse(rate), NetworkVariant.NONE, 4, passes);
    }

    private static Definition network(long seed) {
        return network(seed, Task.CLASSIFICATION);
    }

    private static Definition network(long seed, Task task) {
        return NetworkDefinition.of("mlp:16", new DataShape(1, task == Task.REGRESSION ? 1 : 2, task), seed)
                .definition();
    }

    private static Definition linear() {
        return Definition.of(new NeuralNetConfiguration.Builder()
                .seed(3)
                .list(new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    }
}
