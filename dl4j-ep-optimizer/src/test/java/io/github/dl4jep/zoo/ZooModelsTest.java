package io.github.dl4jep.zoo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.conf.EpObjectLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.ZooDefinitions;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.zoo.InstantiableModel;
import org.deeplearning4j.zoo.model.LeNet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Which models of DL4J's zoo EP trains; {@code docs/zoo.md} says the same in words. */
class ZooModelsTest {

    private static final int CLASSES = 3;

    @Test
    void leNetLearns() {
        EpMultiLayerNetwork network = EpNetworks.from(
                LeNet.builder().inputShape(new int[] {1, 8, 8}).numClasses(2).build());
        network.fit(ImageBlobs.of(40, 8, 8, 1));

        DataSet test = ImageBlobs.of(40, 8, 8, 2);
        assertThat(ImageBlobs.errors(network.output(test.getFeatures()), test)).isLessThan(4);
    }

    @ParameterizedTest
    @CsvSource({"simplecnn, 16, 3", "squeezenet, 48, 3"})
    void smallModelsDoAFit(String name, int size, int channels) {
        fitAndPredict(name, size, channels, 2);
    }

    /** As simplecnn, with twenty million weights. */
    @Tag("long-running-test")
    @Test
    void darknetDoesAFit() {
        fitAndPredict("darknet19", 32, 3, 2);
    }

    /** One fit and one output of images of the models' own size; UNet's, 512, needs more than 18 GB. */
    @Tag("large-memory-test")
    @ParameterizedTest
    @CsvSource({
        "alexnet, 224",
        "darknet19, 224",
        "inceptionresnetv1, 160",
        "resnet50, 224",
        "simplecnn, 48",
        "squeezenet, 227",
        "unet, 64",
        "vgg16, 224",
        "vgg19, 224",
        "xception, 299"
    })
    void modelsDoAFitOnImagesOfTheirOwnSize(String name, int size) {
        fitAndPredict(name, size, 3, 1);
    }

    @Test
    void whatDl4jCannotMakeIsNoDefectOfEp() {
        InstantiableModel model = ZooModels.named("nasnet", new int[] {3, 64, 64}, CLASSES);
        String reason = "Cannot calculate activation types if no inputs have been set";

        assertThatThrownBy(model::init).hasMessageStartingWith(reason);
        assertThatThrownBy(() -> EpNetworks.from(model))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageStartingWith("DL4J cannot make its zoo model NASNet: " + reason);
    }

    private static void fitAndPredict(String name, int size, int channels, int batch) {
        NeuralNetwork network = ZooDefinitions.<NeuralNetwork>of(
                ZooModels.named(name, new int[] {channels, size, size}, CLASSES),
                conf -> EpNetworks.from(withOutput(conf)),
                EpNetworks::from);
        Nd4j.getRandom().setSeed(3);
        INDArray images = Nd4j.randn(DataType.FLOAT, batch, channels, size, size);
        INDArray before = output(network, images);
        INDArray parameters = network.params().dup();
        INDArray labels = Nd4j.zeros(DataType.FLOAT, before.shape());
        labels.get(NDArrayIndex.all(), NDArrayIndex.point(0)).assign(1);
        network.fit(new DataSet(images, labels));

        INDArray after = output(network, images);
        assertThat(network.params()).isNotEqualTo(parameters);
        assertThat(after.shape()).isEqualTo(before.shape());
        assertThat(after.minNumber().doubleValue()).isGreaterThanOrEqualTo(0);
        assertThat(after.maxNumber().doubleValue()).isLessThanOrEqualTo(1 + 1e-5);
    }

    private static MultiLayerConfiguration withOutput(MultiLayerConfiguration conf) {
        boolean open = conf.getConf(conf.getConfs().size() - 1).getLayer() instanceof ActivationLayer;
        return open ? EpNetworks.withOutput(conf) : conf;
    }

    private static INDArray output(NeuralNetwork network, INDArray images) {
        return network instanceof MultiLayerNetwork layers
                ? layers.output(images)
                : ((ComputationGraph) network).outputSingle(images);
    }

    @Test
    void tinyYoloConverts() {
        EpComputationGraph network = EpNetworks.from(ZooModels.named("tinyyolo", new int[] {3, 64, 64}, CLASSES));
        assertThat(network.getOutputLayer(0).conf().getLayer()).isInstanceOf(EpObjectLayer.class);
        assertThat(network.layerSize("outputs")).isEqualTo(5 * (5 + CLASSES));
    }

    /** Its loss is the squared error of a softmax. */
    @Test
    void squaredErrorOfProbabilitiesIsLearnedAsClasses() {
        EpComputationGraph network =
                EpNetworks.from(ZooModels.named("facenetnn4small2", new int[] {3, 96, 96}, CLASSES));
        EpOutputLayer output = (EpOutputLayer) network.getOutputLayer(0).conf().getLayer();
        assertThat(output.effectiveLikelihood()).isInstanceOf(ClassLikelihood.class);
    }

    @Test
    void textGenerationLearnsSegmentsAndGoesOnStepByStep() {
        EpMultiLayerNetwork network = EpNetworks.from(ZooModels.named("textgenerationlstm", new int[] {3, 64, 64}, 47));
        INDArray characters = Nd4j.zeros(2, 47, 4);
        for (int t = 0; t < 4; t++) {
            characters.putScalar(0, t, t, 1);
            characters.putScalar(1, 7, t, 1);
        }
        network.fit(new DataSet(characters, characters));
        assertThat(Double.isFinite(network.params().sumNumber().doubleValue())).isTrue();
        INDArray next = network.rnnTimeStep(characters);
        assertThat(next.shape()).containsExactly(2, 47, 4);
        assertThat(next.sum(1).sub(1).amaxNumber().doubleValue()).isLessThan(1e-4);
    }

    @Test
    void simpleCnnSaysWhatIsMissing() {
        assertThat(reasons(ZooModels.named("simplecnn", new int[] {3, 16, 16}, CLASSES)))
                .containsExactly(
                        "layer \"layer32\" (index 32, ActivationLayer): it takes no labels; make it an output with"
                                + " EpNetworks.withOutput(configuration), or put an output layer behind it");
    }

    private static List<String> reasons(InstantiableModel model) {
        try {
            EpNetworks.from(model);
        } catch (DL4JInvalidConfigException e) {
            List<String> lines = e.getMessage().lines().toList();
            assertThat(lines.get(0))
                    .isEqualTo("This definition cannot be trained by EP, for " + (lines.size() - 1) + " reason(s):");
            return lines.stream()
                    .skip(1)
                    .map(line -> line.substring(" - ".length()))
                    .toList();
        }
        throw new AssertionError(model.modelName() + " converts");
    }

    /** The definitions that are read without the stock network make the same network. */
    @ParameterizedTest
    @ValueSource(strings = {"lenet", "simplecnn", "squeezenet"})
    void definitionIsThatOfTheModelsOwnNetwork(String name) {
        InstantiableModel model = ZooModels.named(name, new int[] {3, 64, 64}, CLASSES);
        NeuralNetwork ours = ZooDefinitions.<NeuralNetwork>of(model, MultiLayerNetwork::new, ComputationGraph::new);
        ours.init();

        assertThat(json(ours)).isEqualTo(json(model.init()));
    }

    private static String json(Object network) {
        return network instanceof MultiLayerNetwork layers
                ? layers.getLayerWiseConfigurations().toJson()
                : ((ComputationGraph) network).getConfiguration().toJson();
    }

    @Test
    void namesAreThoseOfTheClassesInAnyCase() {
        assertThat(ZooModels.names()).hasSize(16).contains("ResNet50", "YOLO2");
        for (String name : ZooModels.names()) {
            assertThat(ZooModels.named(name.toUpperCase(Locale.ROOT), new int[] {3, 64, 64}, 10)
                            .getClass()
                            .getSimpleName())
                    .isEqualTo(name);
        }
        assertThatThrownBy(() -> ZooModels.named("resnet", new int[] {3, 64, 64}, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The zoo has no model \"resnet\", allowed are [AlexNet, Darknet19, ");
    }
}
