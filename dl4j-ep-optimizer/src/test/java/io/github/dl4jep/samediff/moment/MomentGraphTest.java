package io.github.dl4jep.samediff.moment;

import static io.github.dl4jep.samediff.ToySameDiff.INPUT;
import static io.github.dl4jep.samediff.ToySameDiff.LABEL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.samediff.EpSameDiff;
import io.github.dl4jep.samediff.OpsAgainstStockTest;
import io.github.dl4jep.samediff.ToySameDiff;
import io.github.dl4jep.toy.ToyData;
import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** The oracle is the predictor, whose kernels are others. */
public class MomentGraphTest {

    @TempDir
    private Path folder;

    @Test
    void survivesSavingAndLoading() throws Exception {
        DataSet data = ToyData.threeClasses(96, 1);
        SameDiff sd = ToySameDiff.classifier();
        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), 5);
        ep.fit(ToyData.batches(data, 32), 1);
        File trained = folder.resolve("trained.fb").toFile();
        sd.save(trained, false);
        File served = folder.resolve("served.fb").toFile();
        EpSameDiff.momentGraph(SameDiff.load(trained, false)).save(served, false);
        assertSameMoments(SameDiff.load(served, false), ep.predict(data.getFeatures()), data.getFeatures());
    }

    @Test
    void regressionIsInTheUnitsOfTheTargets() {
        DataSet data = ToyData.line(96, 1, 50, 10);
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 3);
        SDVariable hidden = sd.nn.relu(ToySameDiff.linear(sd, input, 0, 3, 8), 0);
        sd.loss.meanSquaredError(
                "loss", sd.placeHolder(LABEL, DataType.FLOAT, -1, 1), ToySameDiff.linear(sd, hidden, 1, 8, 1), null);
        EpSameDiff ep = EpSameDiff.of(ToySameDiff.configured(sd), EpOptions.defaults(), 5);
        ep.fit(ToyData.batches(data, 32), 2);
        assertSameMoments(EpSameDiff.momentGraph(sd), ep.predict(data.getFeatures()), data.getFeatures());
    }

    @Test
    void namesWhatItCannotExpress() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder(INPUT, DataType.FLOAT, -1, 1, 8, 8);
        SDVariable maps = sd.nn.relu(
                sd.cnn.conv2d(
                        input,
                        sd.var("k0", Nd4j.rand(DataType.FLOAT, 3, 3, 1, 4)),
                        Conv2DConfig.builder().kH(3).kW(3).build()),
                0);
        SDVariable pooled = sd.cnn.maxPooling2d(
                "pooled",
                maps,
                Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).build());
        sd.loss.softmaxCrossEntropy(
                "loss",
                sd.placeHolder(LABEL, DataType.FLOAT, -1, 3),
                ToySameDiff.linear(sd, pooled.reshape(-1, 36), 1, 36, 3),
                null);
        ToySameDiff.configured(sd);
        assertThatThrownBy(() -> EpSameDiff.momentGraph(sd))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("holds no posterior");
        EpSameDiff.train(sd, ToyData.batches(OpsAgainstStockTest.images(16, 1, 8, 8), 16), 1);
        assertThatThrownBy(() -> EpSameDiff.momentGraph(sd))
                .isInstanceOf(DL4JInvalidConfigException.class)
                .hasMessageContaining("\"pooled\"")
                .hasMessageContaining("no moments in SameDiff's ops");
    }

    public static void assertSameMoments(SameDiff moments, Prediction expected, INDArray features) {
        SDVariable placeholder = moments.getVariable(INPUT);
        Map<String, INDArray> answers = moments.output(
                Map.of(INPUT, features.castTo(placeholder.dataType())),
                expected.isClassification()
                        ? new String[] {"mean", "epistemicVariance", "aleatoricVariance", "probabilities"}
                        : new String[] {"mean", "epistemicVariance", "aleatoricVariance"});
        assertClose("mean", answers, expected.mean());
        assertClose("epistemicVariance", answers, expected.epistemicVariance());
        assertClose("aleatoricVariance", answers, expected.aleatoricVariance());
        if (expected.isClassification()) {
            assertClose("probabilities", answers, expected.probabilities());
        }
    }

    /** Within 1e-4 of the number itself or of a typical number of the array, whichever is more. */
    private static void assertClose(String name, Map<String, INDArray> answers, INDArray expected) {
        INDArray actual = answers.get(name).castTo(DataType.DOUBLE).dup('c').reshape(-1);
        INDArray right = expected.castTo(DataType.DOUBLE).dup('c').reshape(-1);
        double typical = right.norm2Number().doubleValue() / Math.sqrt(right.length());
        for (long i = 0; i < right.length(); i++) {
            double allowed = 1e-4 * Math.max(Math.abs(right.getDouble(i)), typical);
            assertThat(Math.abs(actual.getDouble(i) - right.getDouble(i)))
                    .as(name + " " + i + ": " + actual.getDouble(i) + ", predictor " + right.getDouble(i))
                    .isLessThanOrEqualTo(allowed);
        }
    }
}
