package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.cli.data.format.DataShape;
import io.github.dl4jep.cli.data.format.Task;
import io.github.dl4jep.cli.definition.Definition;
import io.github.dl4jep.cli.definition.HiddenLayers;
import io.github.dl4jep.cli.definition.NetworkDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;

/** {@code compare} with spiking units and discrete weights. */
class CompareSpikingTest {
    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--units heaviside | ep,surrogate",
                "--units relu | ep,adam,sgd",
                "--weights binary | ep,ste",
                "--weights output=ternary | ep,ste",
                "--units bernoulli-sigmoid --weights ternary | ep,ste",
                "--units heaviside --weights spike-slab | ep,surrogate",
                "--weights spike-slab | ep,adam,sgd",
            })
    void trainersThatFitAreTheDefault(String options, String trainers) throws IOException {
        compare(options + " --passes 1 --net mlp:5");

        assertThat(json().get("runs").findValuesAsText("trainer")).containsExactly(trainers.split(","));
    }

    @Test
    void optionsSayWhatWasTrained() throws IOException {
        compare("--units bernoulli-probit:0.7 --weights hidden=binary --time-steps 3 --passes 1 --net mlp:5"
                + " --trainers ep,ste,surrogate,adam");

        assertOptions(0, "bernoulli-probit(noiseVariance=0.7)", "hidden=binary,output=gaussian", 3);
        assertOptions(1, "bernoulli-probit(noiseVariance=0.7)", "hidden=binary,output=gaussian", 3);
        assertOptions(2, "bernoulli-probit(noiseVariance=0.7)", "continuous", 3);
        assertOptions(3, "relu", "continuous", 1);
    }

    @Test
    void timeStepsAreForRandomSpikesOnly() throws IOException {
        compare("--units heaviside --time-steps 9 --passes 1 --net mlp:5 --trainers ep,surrogate");
        assertOptions(0, "heaviside", "gaussian", 1);
        assertOptions(1, "heaviside", "continuous", 1);

        compare("--units bernoulli-sigmoid --passes 1 --net mlp:5 --trainers ep");
        assertOptions(0, "bernoulli-sigmoid", "gaussian", 25);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--units heaviside --trainers ep,surrogate --lr 0.01",
                "--units bernoulli-probit:0.5 --trainers ep,surrogate --lr 0.01",
                "--units heaviside --weights hidden=binary --trainers ep,ste --lr 0.03",
                "--weights ternary --trainers ste --lr 0.03",
            })
    void everyTrainerLearnsIris(String options) throws IOException {
        compare(options + " --passes 10");

        for (JsonNode run : json().get("runs")) {
            JsonNode last = run.get("passes").get(9);
            assertThat(last.get("testError").asDouble())
                    .as(run.get("trainer").asText())
                    .isLessThan(0.3);
        }
    }

    @Test
    void regressionSpikes() throws IOException {
        Path csv = folder.resolve("sine.csv");
        Random random = new Random(4);
        StringBuilder rows = new StringBuilder("x,y\n");
        for (int i = 0; i < 300; i++) {
            double x = 6 * random.nextDouble() - 3;
            rows.append(x)
                    .append(',')
                    .append(Math.sin(x) + 0.05 * random.nextGaussian())
                    .append('\n');
        }
        Files.writeString(csv, rows);
        for (String units : new String[] {"heaviside", "bernoulli-sigmoid"}) {
            compare("--data csv:" + csv + " --units " + units + " --passes 15 --batch 16 --time-steps 5");

            // The standard deviation of a sine is 0.7.
            assertThat(json().at("/runs/0/passes/14/rmse").asDouble()).isLessThan(0.45);
            assertThat(json().at("/runs/1/passes/14/rmse").asDouble()).isLessThan(0.6);
            assertThat(json().at("/runs/1/passes/14/logLikelihood").isNumber()).isTrue();
        }
    }

    @Test
    void definitionMaySpikeByItselfAndAdamTrainsItAsItStands() throws IOException {
        MultiLayerConfiguration definition = NetworkDefinition.of(
                        "mlp:6,6", new DataShape(4, 3, Task.CLASSIFICATION), 1)
                .configuration();
        Definition spiking = new HiddenLayers(definition).with(new ActivationBernoulliSigmoid());
        ((BaseLayer) spiking.layers().get(1).conf().getLayer()).setActivationFn(new ActivationSigmoid());
        Path net = Files.writeString(folder.resolve("net.json"), spiking.toJson());

        compare("--passes 1 --net " + net);
        assertThat(json().get("runs").findValuesAsText("trainer")).containsExactly("ep", "surrogate");
        assertOptions(0, "bernoulli-sigmoid,sigmoid", "gaussian", 25);

        compare("--passes 1 --trainers adam --time-steps 2 --net " + net);
        assertOptions(0, "bernoulli-sigmoid,sigmoid", "continuous", 2);

        compare("--passes 1 --trainers adam,ep --units relu --net " + net);
        assertOptions(0, "bernoulli-sigmoid,sigmoid", "continuous", 25);
        assertOptions(1, "relu", "gaussian", 1);
    }

    private void assertOptions(int run, String units, String weights, int timeSteps) throws IOException {
        JsonNode options = json().at("/runs/" + run + "/options");
        assertThat(options.get("units").asText()).isEqualTo(units);
        assertThat(options.get("weights").asText()).isEqualTo(weights);
        assertThat(options.get("timeSteps").asInt()).isEqualTo(timeSteps);
    }

    private void compare(String options) {
        int exitCode = command.compare(folder.resolve("out"), options.split(" "));
        assertThat(command.err.toString()).isEmpty();
        assertThat(exitCode).isZero();
    }

    private JsonNode json() throws IOException {
        return CommandRun.json(folder.resolve("out"));
    }
}
