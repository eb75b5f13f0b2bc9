package io.github.dl4jep.coverage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.network.EpNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.nn.layers.objdetect.Yolo2OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.MultiDataSet;

/** Every example is converted, trained for a few batches, saved and loaded, or refused as {@code docs/examples.md} says. */
class ExamplesCoverageTest {

    private static final int BATCHES = 2;

    @TempDir
    private Path folder;

    static List<Example> examples() {
        return Stream.of(
                        RowExamples.classification(),
                        RowExamples.regression(),
                        RowExamples.withoutLabels(),
                        RowExamples.joined(),
                        ImageExamples.classification(),
                        ImageExamples.pixels(),
                        SequenceExamples.sequences(),
                        SequenceExamples.own())
                .flatMap(List::stream)
                .toList();
    }

    private static EpNetwork converted(Example example) {
        return example.list() != null
                ? EpNetworks.from(example.list())
                : EpNetworks.from(Objects.requireNonNull(example.graph()));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void isTrainedSavedAndLoadedOrRefused(Example example) throws IOException {
        if (example.refusal() != null) {
            assertThatThrownBy(() -> converted(example))
                    .isInstanceOf(DL4JInvalidConfigException.class)
                    .hasMessageContaining(example.refusal());
            return;
        }
        EpNetwork network = converted(example);
        for (int i = 0; i < BATCHES; i++) {
            fit(network, example.data());
            assertThat(network.score()).isFinite();
        }
        File file = folder.resolve("network.zip").toFile();
        network.save(file);

        EpNetwork loaded = EpNetworks.load(file);

        assertThat(outputs(loaded, example.data())).isEqualTo(outputs(network, example.data()));
    }

    private static void fit(EpNetwork network, MultiDataSet data) {
        if (network instanceof EpMultiLayerNetwork list) {
            list.fit(data.getFeatures(0), data.getLabels(0));
        } else {
            ((EpComputationGraph) network).fit(data);
        }
    }

    private static List<INDArray> outputs(EpNetwork network, MultiDataSet data) {
        List<INDArray> outputs = network instanceof EpMultiLayerNetwork list
                ? List.of(list.output(data.getFeatures(0)))
                : List.of(((EpComputationGraph) network).output(data.getFeatures()));
        for (int i = 0; i < outputs.size(); i++) {
            assertThat(outputs.get(i).shape()).isEqualTo(outputShape(network, data.getLabels(i)));
            assertThat(outputs.get(i).sumNumber().doubleValue()).isFinite();
        }
        return outputs;
    }

    /** That of the labels; but a box has five numbers beside its classes, and its label four. */
    private static long[] outputShape(EpNetwork network, INDArray labels) {
        long[] shape = labels.shape().clone();
        if (network instanceof EpMultiLayerNetwork list && list.getOutputLayer() instanceof Yolo2OutputLayer) {
            shape[1]++;
        }
        return shape;
    }

    @Test
    void thePageHasEveryExample() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("..", "docs", "examples.md")).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| group") && !line.startsWith("| ---"))
                .toList();

        assertThat(rows)
                .containsExactlyElementsOf(
                        examples().stream().map(ExamplesCoverageTest::row).toList());
    }

    private static String row(Example example) {
        return "| " + example.group() + " | " + example.name() + " | "
                + (example.refusal() == null ? "yes" : "no: " + example.refusal()) + " |";
    }

    @Test
    void nineteenOfTwentyConvert() {
        long converts = examples().stream().filter(e -> e.refusal() == null).count();

        assertThat(examples()).hasSizeGreaterThanOrEqualTo(60);
        assertThat(20 * converts).isGreaterThanOrEqualTo(19L * examples().size());
    }
}
