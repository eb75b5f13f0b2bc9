package io.github.dl4jep.saved;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.network.EpNetwork;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.factory.Nd4j;

/** Files that earlier versions wrote predict what they predicted then, and train on. {@link SavedNetworks} wrote them. */
class SavedNetworksTest {

    private static final List<String> VERSIONS = List.of("0.1.0");
    private static final double ROUNDING = 1e-4;

    private static List<SavedCase> cases() {
        return SavedCase.all();
    }

    private static Path resource(String version, String name) throws URISyntaxException {
        URL url = SavedNetworksTest.class.getResource(version + "/" + name);
        assertThat(url).as(name).isNotNull();
        return Path.of(url.toURI());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyVersionsFilePredictsAndTrainsOn(SavedCase each) throws IOException, URISyntaxException {
        for (String version : VERSIONS) {
            File file = resource(version, each.name() + ".zip").toFile();
            SavedPrediction saved = SavedPrediction.parse(Files.readAllLines(resource(version, each.name() + ".txt")));
            INDArray raw = Nd4j.create(saved.features()).castTo(DataType.FLOAT).reshape(saved.shape());
            INDArray features = raw.dup();
            DataSet data = each.data();
            if (each.normalized()) {
                DataNormalization normalizer = ModelSerializer.restoreNormalizerFromFile(file);
                normalizer.transform(features);
                normalizer.preProcess(data);
            }

            EpNetwork network = EpNetworks.load(file);

            assertClose(SavedPrediction.of(network, raw, features).predictions(), saved.predictions());
            assertThat(network.getIterationCount()).isEqualTo(7);
            network.fit(data.batchBy(SavedCase.BATCH).get(2));
            assertThat(network.score()).isFinite();
            assertThat(network.getIterationCount()).isEqualTo(8);
        }
    }

    private static void assertClose(double[][] actual, double[][] expected) {
        assertThat(actual).hasDimensions(expected.length, expected[0].length);
        for (int row = 0; row < expected.length; row++) {
            for (int i = 0; i < expected[row].length; i++) {
                assertThat(actual[row][i])
                        .as("row %s, number %s", row, i)
                        .isCloseTo(expected[row][i], within(ROUNDING * (1 + Math.abs(expected[row][i]))));
            }
        }
    }
}
