package io.github.dl4jep.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.dl4jep.cli.data.source.ImageFolderFixture;
import io.github.dl4jep.zoo.EpResNet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class CompareImagesTest {
    @TempDir
    private Path folder;

    private final CommandRun command = new CommandRun();

    @ParameterizedTest
    @ValueSource(strings = {"lenet", "zoo:lenet"})
    void foldersOfImagesAreLearned(String net) throws IOException {
        images(12, 8, 8);

        run("--net", net, "--trainers", "ep,adam", "--passes", "2", "--batch", "8");

        assertThat(json().get("network").asText()).isEqualTo(net);
        assertThat(json().at("/runs/0/passes/1/testError").asDouble()).isLessThan(0.2);
        assertThat(json().at("/runs/0/passes/1/pointTestError").asDouble()).isLessThan(0.2);
        assertThat(json().at("/runs/1/passes/1/nll").isNumber()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ep,surrogate --units heaviside",
                "ep,ste --weights binary",
                "ste --units heaviside --weights ternary"
            })
    void unitsAndWeightsReachConvolutions(String options) throws IOException {
        images(12, 8, 8);

        run(("--net lenet:avg --passes 2 --batch 8 --trainers " + options).split(" "));

        boolean spikes = options.contains("heaviside");
        assertThat(json().at("/runs/0/options/units").asText()).isEqualTo(spikes ? "heaviside" : "relu");
        for (JsonNode result : json().get("runs")) {
            assertThat(result.at("/passes/1/testError").asDouble()).isLessThan(0.6);
        }
    }

    /** A definition whose first layer takes images of [rows, 1, height, width], and nothing else. */
    @Test
    void definitionsMayTakeImagesOrRows() throws IOException {
        images(6, 8, 8);
        for (InputType type :
                new InputType[] {InputType.convolutional(8, 8, 1), InputType.convolutionalFlat(8, 8, 1)}) {
            String json = new NeuralNetConfiguration.Builder()
                    .list()
                    .layer(new ConvolutionLayer.Builder(3, 3)
                            .nOut(4)
                            .activation(Activation.RELU)
                            .build())
                    .layer(output(2))
                    .setInputType(type)
                    .build()
                    .toJson();
            Path net = Files.writeString(folder.resolve("net.json"), json);

            run("--net", net.toString(), "--trainers", "ep,adam,sgd", "--passes", "1", "--batch", "4");

            assertThat(json().get("runs").findValuesAsText("trainer")).containsExactly("ep", "adam", "sgd");
            assertThat(json().at("/runs/0/passes/0/testError").asDouble()).isLessThan(0.3);
        }
    }

    @Test
    void graphOfAFileIsTrainedByAll() throws IOException {
        ComputationGraphConfiguration graph = new NeuralNetConfiguration.Builder()
                .activation(Activation.RELU)
                .graphBuilder()
                .addInputs("in")
                .addLayer("a", new DenseLayer.Builder().nIn(4).nOut(12).build(), "in")
                .addLayer("b", new DenseLayer.Builder().nIn(12).nOut(12).build(), "a")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
                .addLayer("out", output(3), "sum")
                .setOutputs("out")
                .setInputTypes(InputType.feedForward(4))
                .build();
        Path net = Files.writeString(folder.resolve("graph.json"), graph.toJson());

        assertThat(compareIris("--net", net.toString(), "--passes", "3")).isZero();

        assertThat(json().get("parameters").asInt()).isEqualTo(4 * 12 + 12 + 12 * 12 + 12 + 12 * 3 + 3);
        assertThat(json().get("runs").findValuesAsText("trainer")).containsExactly("ep", "adam", "sgd");
        assertThat(json().at("/runs/0/passes/2/testError").asDouble()).isLessThan(0.3);
        assertThat(json().at("/runs/0/passes/2/sampledTestError").asDouble()).isLessThan(0.3);

        assertThat(compareIris(
                        "--net", net.toString(), "--passes", "3", "--units", "heaviside", "--weights", "hidden=binary"))
                .isZero();
        assertThat(json().get("runs").findValuesAsText("trainer")).containsExactly("ep", "ste");
        assertThat(json().at("/runs/0/options/units").asText()).isEqualTo("heaviside");

        assertRefused(
                compareIris("--net", net.toString(), "--units", "bernoulli-sigmoid"),
                "The network is a graph with random spikes, but only networks that are a list of layers run for several time"
                        + " steps: choose units that are not random, for example --units heaviside.");
    }

    @Test
    void smallResidualNetworkIsTrainedByAll() throws IOException {
        images(8, 8, 8);

        run("--net", "resnet:8", "--trainers", "ep,adam", "--passes", "2", "--batch", "8");

        long parameters = json().get("parameters").asLong();
        assertThat(parameters)
                .isEqualTo(stockParameters(EpResNet.builder()
                        .depth(8)
                        .inputShape(new int[] {1, 8, 8})
                        .numClasses(2)
                        .build()
                        .conf()));
        assertThat(json().at("/runs/0/passes/1/testError").asDouble()).isLessThan(0.6);
    }

    private static long stockParameters(ComputationGraphConfiguration conf) {
        org.deeplearning4j.nn.graph.ComputationGraph graph = new org.deeplearning4j.nn.graph.ComputationGraph(conf);
        graph.init();
        return graph.numParams();
    }

    @Test
    void digitsAreLearned() throws IOException {
        compareDigits("mlp:32", 400);

        assertThat(json().get("parameters").asLong()).isEqualTo(784 * 32 + 32 + 32 * 10 + 10);
        assertThat(json().at("/runs/0/passes/0/testError").asDouble()).isLessThan(0.5);
    }

    @Test
    @Tag("long-running-test")
    void leNetLearnsDigits() throws IOException {
        compareDigits("lenet", 600);

        assertThat(json().get("parameters").asLong()).isEqualTo(1_256_080);
        assertThat(json().at("/runs/0/passes/0/testError").asDouble()).isLessThan(0.3);
    }

    private void compareDigits(String net, int digits) throws IOException {
        Path data = Path.of(System.getProperty("dl4jep.data.dir", "../../shared/data"));
        assumeThat(data.resolve("mnist/train-images-idx3-ubyte.gz")).as("MNIST").exists();
        MnistExcerpt.write(data.resolve("mnist"), folder.resolve("mnist"), digits, 200);

        assertThat(command.compare(
                        folder.resolve("out"),
                        "--data",
                        "mnist",
                        "--data-dir",
                        folder.toString(),
                        "--net",
                        net,
                        "--trainers",
                        "ep",
                        "--passes",
                        "1",
                        "--batch",
                        "50"))
                .as(command.err.toString())
                .isZero();
    }

    @Test
    void imagesAreNeededForNetworksOfImages() {
        for (String net : new String[] {"lenet", "resnet", "zoo:vgg16"}) {
            assertRefused(
                    compareIris("--net", net),
                    "--net " + net + " is for classes of images, but the data has none: choose --data mnist or --data"
                            + " images:DIR, or a network such as --net mlp:50.");
        }
        assertRefused(
                compareIris("--image-size", "8x8x1"), "--image-size is for --data images:DIR, but the data is iris.");
    }

    @Test
    void settingsOfNetworksThatAreNotUnderstoodAreNamed() throws IOException {
        images(2, 8, 8);
        assertRefused(
                compareImages("--net", "lenet:min"),
                "--net lenet:min: there are lenet:max, which is lenet, and lenet:avg.");
        assertRefused(
                compareImages("--net", "resnet:21"),
                "--net resnet:21: depth is 21, allowed are 6 n + 2 layers for n blocks a stage: 8, 14, 20, 26, 32, ...");
        assertThat(compareImages("--net", "zoo:nothing")).isEqualTo(2);
        assertThat(command.err.toString())
                .startsWith("--net zoo:nothing: DL4J's zoo has no such model; there are alexnet, darknet19, ")
                .endsWith("xception, yolo2.\n");
    }

    @Test
    void batchThatDoesNotFitIntoMemorySaysWhatWould() throws IOException {
        images(2, 8, 8);

        assertThat(compareImages("--net", "lenet", "--batch", "2000000")).isEqualTo(2);

        assertThat(command.err.toString())
                .matches(
                        "A batch of 2000000 takes about [\\d,]+ MB of memory with this network, but [\\d,]+ MB are allowed:"
                                + " choose --batch \\d+ or less, or start Java with a larger -Xmx or with"
                                + " -Dorg.bytedeco.javacpp.maxbytes=\\d+g and -Dorg.bytedeco.javacpp.maxphysicalbytes twice as"
                                + " large\\.\n");
    }

    @Test
    void definitionThatTakesImagesNeedsThem() throws IOException {
        Path net = Files.writeString(
                folder.resolve("net.json"),
                new NeuralNetConfiguration.Builder()
                        .list()
                        .layer(new ConvolutionLayer.Builder(1, 1).nOut(4).build())
                        .layer(output(3))
                        .setInputType(InputType.convolutional(2, 2, 1))
                        .build()
                        .toJson());
        assertRefused(
                compareIris("--net", net.toString()),
                "The network " + net
                        + " does not fit: layer 0 (layer0) takes images, but the data has none: set an input type of"
                        + " convolutionalFlat in the definition if rows are images, or choose --data mnist or --data images:DIR.");
    }

    private static OutputLayer output(int classes) {
        return new OutputLayer.Builder(LossFunction.MCXENT)
                .nOut(classes)
                .activation(Activation.SOFTMAX)
                .build();
    }

    private void images(int perClass, int height, int width) throws IOException {
        ImageFolderFixture.write(folder.resolve("images"), perClass, height, width);
    }

    private void run(String... options) {
        assertThat(compareImages(options)).as(command.err.toString()).isZero();
        assertThat(command.err.toString()).isEmpty();
    }

    private int compareImages(String... options) {
        return compare("images:" + folder.resolve("images"), options);
    }

    private int compareIris(String... options) {
        return compare("iris", options);
    }

    private int compare(String data, String... options) {
        command.err.getBuffer().setLength(0);
        java.util.List<String> all = new java.util.ArrayList<>(java.util.List.of("--data", data));
        all.addAll(java.util.List.of(options));
        return command.compare(folder.resolve("out"), all.toArray(String[]::new));
    }

    private void assertRefused(int exitCode, String sentence) {
        assertThat(command.err.toString()).isEqualTo(sentence + "\n");
        assertThat(exitCode).isEqualTo(2);
    }

    private JsonNode json() throws IOException {
        return CommandRun.json(folder.resolve("out"));
    }
}
