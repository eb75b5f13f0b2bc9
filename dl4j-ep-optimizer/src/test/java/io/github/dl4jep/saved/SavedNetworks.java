package io.github.dl4jep.saved;

import io.github.dl4jep.network.EpNetwork;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;

/**
 * Writes the files of {@code src/test/resources/io/github/dl4jep/saved}: run it once for each release and never again, since later
 * versions must load what this one wrote. After {@code ./mvnw install}:
 *
 * <pre>
 * ./mvnw -q test-compile org.codehaus.mojo:exec-maven-plugin:java -pl dl4j-ep-optimizer -Dexec.classpathScope=test \
 *     -Dexec.mainClass=io.github.dl4jep.saved.SavedNetworks -Dexec.args=VERSION
 * </pre>
 */
public final class SavedNetworks {

    private static final Path RESOURCES =
            Path.of("dl4j-ep-optimizer", "src", "test", "resources", "io", "github", "dl4jep", "saved");

    private SavedNetworks() {}

    /** Writes the files of a version, which must not be there yet. */
    public static void main(String[] version) throws IOException {
        Path folder = RESOURCES.resolve(version[0]);
        Files.createDirectory(folder);
        for (SavedCase each : SavedCase.all()) {
            write(each, folder);
        }
    }

    /** One pass and two batches: the counters are in the middle of a pass. */
    private static void write(SavedCase each, Path folder) throws IOException {
        NormalizerStandardize normalizer = new NormalizerStandardize();
        DataSet data = each.data();
        INDArray features = each.features().dup();
        if (each.normalized()) {
            normalizer.fit(data);
            normalizer.preProcess(data);
            normalizer.transform(features);
        }
        EpNetwork network = each.network().get();
        for (DataSet batch : data.batchBy(SavedCase.BATCH)) {
            network.fit(batch);
        }
        network.incrementEpochCount();
        network.fit(data.batchBy(SavedCase.BATCH).get(0));
        network.fit(data.batchBy(SavedCase.BATCH).get(1));
        File file = folder.resolve(each.name() + ".zip").toFile();
        ModelSerializer.writeModel(network, file, true);
        if (each.normalized()) {
            ModelSerializer.addNormalizerToModel(file, normalizer);
        }
        Files.write(
                folder.resolve(each.name() + ".txt"),
                SavedPrediction.of(network, each.features(), features).lines());
    }
}
