package io.github.dl4jep.convert;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;

/** Model files that are not whole. */
class DamagedModelFileTest {
    @TempDir
    private Path folder;

    private final EpMultiLayerNetwork network = EpNetworks.from(ToyNetworks.classifier());
    private File file;

    @BeforeEach
    void save() throws IOException {
        file = folder.resolve("network.zip").toFile();
        network.fit(ToyData.batches(ToyData.threeClasses(40, 1), 40));
        network.save(file);
    }

    private byte[] damaged(byte[] whole, Random random) {
        byte[] copy = whole.clone();
        switch (random.nextInt(3)) {
            case 0 -> copy = Arrays.copyOf(copy, random.nextInt(copy.length));
            case 1 -> copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
            default -> {
                int at = random.nextInt(copy.length - 4);
                Arrays.fill(copy, at, at + 1 + random.nextInt(4), (byte) random.nextInt());
            }
        }
        return copy;
    }

    @Test
    void aDamagedFileIsOneClearErrorOrReadsAsBefore() throws IOException {
        damageBytes(100);
    }

    @Test
    @Tag("long-running-test")
    void aThousandDamagedFilesAreOneClearErrorOrReadAsBefore() throws IOException {
        damageBytes(1000);
    }

    private void damageBytes(int damages) throws IOException {
        byte[] whole = Files.readAllBytes(file.toPath());
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        for (int seed = 0; seed < damages; seed++) {
            Files.write(file.toPath(), damaged(whole, new Random(seed)));
            try {
                // Names, times and the like, that nothing reads.
                if (!EpNetworks.load(file, EpMultiLayerNetwork.class).params().equals(network.params())) {
                    wrong.add("seed " + seed + " reads as another network");
                }
            } catch (IOException | DL4JInvalidConfigException e) {
                refused++;
                if (!String.valueOf(e.getMessage()).startsWith("The file " + file + " ")) {
                    wrong.add("seed " + seed + ": " + e);
                }
            } catch (RuntimeException e) {
                wrong.add("seed " + seed + ": " + e);
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(refused).isGreaterThan(damages / 2);
    }

    private static List<EpMultiLayerNetwork> networks() {
        return List.of(
                EpNetworks.from(ToyNetworks.classifier()),
                EpNetworks.from(ToyNetworks.multiLabel()),
                EpNetworks.from(
                        ToyNetworks.classifier(),
                        EpOptions.builder().weightPrior(new TernaryPrior()).build()),
                EpNetworks.from(
                        ToyNetworks.classifier(),
                        EpOptions.builder().weightPrior(new SpikeSlabPrior()).build()),
                EpNetworks.from(ToyNetworks.classifier()).prune(0.5));
    }

    /** Numbers of the parameters are anything, with a checksum that is right: an error, or an answer in numbers. */
    private void damageNumbers(int damages) throws IOException {
        INDArray features = ToyData.threeClasses(20, 3).getFeatures();
        List<String> wrong = new ArrayList<>();
        int refused = 0;
        List<EpMultiLayerNetwork> networks = networks();
        for (int seed = 0; seed < damages; seed++) {
            EpMultiLayerNetwork whole = networks.get(seed % networks.size());
            Random random = new Random(seed);
            INDArray before = whole.params().dup();
            for (int i = 0; i <= random.nextInt(3); i++) {
                long at = random.nextInt((int) before.length());
                float value = whole.params().getFloat(at);
                whole.params().putScalar(at, damagedNumber(value, random));
            }
            whole.save(file);
            whole.params().assign(before);
            try {
                Prediction prediction = EpNetworks.load(file).prediction(features);
                for (INDArray answer :
                        List.of(prediction.mean(), prediction.epistemicVariance(), prediction.probabilities())) {
                    if (!Double.isFinite(answer.sumNumber().doubleValue())
                            || prediction.epistemicVariance().minNumber().doubleValue() < 0) {
                        wrong.add("seed " + seed + " answers " + answer);
                    }
                }
            } catch (IOException e) {
                refused++;
                if (!String.valueOf(e.getMessage())
                        .startsWith("The file " + file + " cannot be read as a model (param")) {
                    wrong.add("seed " + seed + ": " + e);
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(refused).isBetween(damages / 5, damages * 9 / 10);
    }

    private static float damagedNumber(float value, Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> Float.intBitsToFloat(Float.floatToIntBits(value) ^ (1 << random.nextInt(32)));
            case 1 -> -value;
            case 2 -> random.nextBoolean() ? 0 : Float.POSITIVE_INFINITY;
            default -> (float) (value * Math.pow(10, 30 * random.nextGaussian()));
        };
    }

    @Test
    void damagedNumbersAreRefusedOrAnsweredInNumbers() throws IOException {
        damageNumbers(100);
    }

    @Test
    @Tag("long-running-test")
    void aThousandDamagedNumbersAreRefusedOrAnsweredInNumbers() throws IOException {
        damageNumbers(1000);
    }

    @ParameterizedTest
    @ValueSource(floats = {-0.5f, 0, 1e30f})
    void aPrecisionThatNoPosteriorHasIsRefused(float precision) throws IOException {
        network.getLayer(0).getParam("WPrecision").putScalar(1, 2, precision);
        network.save(file);

        assertThatThrownBy(() -> EpNetworks.load(file))
                .isInstanceOf(IOException.class)
                .hasMessage("The file " + file + " cannot be read as a model (parameter WPrecision of layer \"hidden\""
                        + " (index 0) is " + (double) precision + " somewhere, allowed: 1.0E-15 to 1.0E15); allowed are"
                        + " files that network.save(file) wrote, whole and unchanged");
    }

    @Test
    void parametersThatAreNotFiniteAreRefused() throws IOException {
        network.params().putScalar(17, Double.NaN);
        network.save(file);

        assertThatThrownBy(() -> EpNetworks.load(file, EpMultiLayerNetwork.class))
                .isInstanceOf(IOException.class)
                .hasMessage(
                        "The file " + file + " cannot be read as a model (parameter 17 is NaN, but all must be finite"
                                + " numbers); allowed are files that network.save(file) wrote, whole and unchanged");
    }

    @Test
    void parametersOfAnotherNetworkAreRefused() throws IOException {
        EpMultiLayerNetwork other = network.clone();
        ((org.deeplearning4j.nn.conf.layers.FeedForwardLayer)
                        other.getLayerWiseConfigurations().getConf(0).getLayer())
                .setNOut(1_000_000_000);
        other.save(file);

        assertThatThrownBy(() -> EpNetworks.load(file, EpMultiLayerNetwork.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(
                        "definition and parameters do not make a network: Invalid parameters: expected length");
    }

    @Test
    void loadModelReadsEitherKindAndIgnoresWhatElseIsInTheFile() throws IOException {
        NormalizerMinMaxScaler normalizer = new NormalizerMinMaxScaler();
        normalizer.fit(ToyData.threeClasses(40, 1));
        ModelSerializer.addNormalizerToModel(file, normalizer);
        ModelSerializer.addObjectToFile(file, "note", "anything");

        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class)).isEqualTo(network);
        assertThat(EpNetworks.load(file, EpMultiLayerNetwork.class).params()).isEqualTo(network.params());
    }

    @Test
    void whatIsNoFileIsAnIoException() {
        assertThatThrownBy(() -> EpNetworks.load(folder.toFile(), EpMultiLayerNetwork.class))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> EpNetworks.load(folder.resolve("none.zip").toFile(), EpMultiLayerNetwork.class))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("none.zip");
    }
}
