package io.github.dl4jep.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpComputationGraph;
import io.github.dl4jep.samediff.EpSameDiff;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.listeners.impl.ScoreListener;
import org.nd4j.autodiff.listeners.records.History;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.TrainingConfig;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** The page docs/guide/samediff.md: its code is here word by word. */
class SameDiffGuideTest {

    private static final int CLASSES = 10;
    private static final int PIXELS = 784;

    private final DataSet train = patterns(640, 1);
    private final DataSet test = patterns(200, 2);
    private final DataSetIterator trainIterator = new ViewIterator(train, 64);
    private final INDArray features = test.getFeatures();

    @TempDir
    private Path folder;

    @Test
    void everyBlockOfThePageIsHere() throws IOException {
        String source = GuidePage.sourceOf(SameDiffGuideTest.class);

        assertThat(GuidePage.blocks("samediff.md"))
                .hasSize(4)
                .allSatisfy(block -> assertThat(source).contains(block));
    }

    @Test
    void defineAndTrain() {
        assertThat(accuracy(trained().outputSingle(Map.of("input", features), "softmax")))
                .isGreaterThan(0.95);
    }

    private SameDiff trained() {
        SameDiff sd = SameDiff.create();
        SDVariable input = sd.placeHolder("input", DataType.FLOAT, -1, 784);
        SDVariable label = sd.placeHolder("label", DataType.FLOAT, -1, 10);
        SDVariable w0 = sd.var("w0", DataType.FLOAT, 784, 128);
        SDVariable b0 = sd.var("b0", DataType.FLOAT, 128);
        SDVariable w1 = sd.var("w1", DataType.FLOAT, 128, 10);
        SDVariable b1 = sd.var("b1", DataType.FLOAT, 10);
        SDVariable hidden = sd.nn.relu(input.mmul(w0).add(b0), 0);
        SDVariable logits = hidden.mmul(w1).add(b1);
        sd.nn.softmax("softmax", logits);
        sd.loss.softmaxCrossEntropy("loss", label, logits, null);
        sd.setTrainingConfig(TrainingConfig.builder()
                .updater(new Adam())
                .dataSetFeatureMapping("input")
                .dataSetLabelMapping("label")
                .build());

        History history = EpSameDiff.train(sd, trainIterator, 2);
        INDArray probabilities = sd.outputSingle(Map.of("input", features), "softmax");

        assertThat(history.trainingEpochs()).isEqualTo(2);
        assertThat(probabilities.sum(1).meanNumber().doubleValue()).isCloseTo(1, within(1e-4));
        return sd;
    }

    @Test
    void uncertainty() {
        SameDiff sd = trained();

        EpSameDiff ep = EpSameDiff.of(sd, EpOptions.defaults(), 1);
        ep.fit(trainIterator, 2, new ScoreListener(10));
        Prediction prediction = ep.predict(features);
        EpComputationGraph network = ep.network();

        assertThat(accuracy(prediction.probabilities())).isGreaterThan(0.95);
        assertThat(network.getLayer("w0")).isNotNull();
    }

    @Test
    void saveLoadAndServe() {
        SameDiff sd = trained();
        File file = folder.resolve("graph.fb").toFile();
        File servedFile = folder.resolve("moments.fb").toFile();

        sd.save(file, false);
        SameDiff loaded = SameDiff.load(file, false);
        EpSameDiff.train(loaded, trainIterator, 1);

        assertThat(loaded.getTrainingConfig().getEpochCount()).isEqualTo(3);

        SameDiff moments = EpSameDiff.momentGraph(sd);
        moments.save(servedFile, false);
        SameDiff served = SameDiff.load(servedFile, false);
        Map<String, INDArray> answers =
                served.output(Map.of("input", features), "mean", "epistemicVariance", "probabilities");

        Prediction expected = EpSameDiff.of(sd).predict(features);
        assertThat(answers.get("probabilities").equalsWithEps(expected.probabilities(), 1e-4))
                .isTrue();
    }

    private double accuracy(INDArray probabilities) {
        Evaluation evaluation = new Evaluation();
        evaluation.eval(test.getLabels(), probabilities);
        return evaluation.accuracy();
    }

    /** A bright block of pixels in each class's own place. */
    private static DataSet patterns(int rows, long seed) {
        Random random = new Random(seed);
        float[][] pixels = new float[rows][PIXELS];
        float[][] labels = new float[rows][CLASSES];
        for (int n = 0; n < rows; n++) {
            int label = random.nextInt(CLASSES);
            labels[n][label] = 1;
            for (int i = 0; i < PIXELS; i++) {
                pixels[n][i] = (float) (0.3 * random.nextDouble() + (i / 78 == label ? 0.5 : 0));
            }
        }
        return new DataSet(Nd4j.createFromArray(pixels), Nd4j.createFromArray(labels));
    }
}
