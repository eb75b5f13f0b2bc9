package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.cli.data.split.Split;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpMultiLayerNetwork;
import io.github.dl4jep.samediff.EpSameDiff;
import java.io.File;
import java.nio.file.Path;
import java.util.Map;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/** A SameDiff graph learns what its DL4J twin learns: same seed, same batches, equal means. */
class SameDiffTwinTest {

    @TempDir
    private Path folder;

    @Test
    @Tag("long-running-test")
    void digitsAndTheirMomentsAfterSavingAndLoading() {
        Split split = RealData.digits();
        DataSet rows = (DataSet) split.train().getRange(0, 6_400);
        SameDiff sd = SameDiffTwin.graph(784, 128, 128, 10);
        EpSameDiff ep = SameDiffTwin.trainer(sd);
        Training twin = new Training(split, "mlp:128,128", 64);

        ep.fit(batches(rows, 64), 1);
        twin.passInOrder(6_400);

        assertEqualMeans(sd, twin.network());
        assertMomentsLikeThePredictor(sd, ep, thousandDigits(split));
    }

    @Test
    void energyInTwentyPasses() {
        Split split = RealData.uci("energy").split(0);
        DataSet rows = split.train();
        SameDiff sd = SameDiffTwin.graph((int) rows.getFeatures().size(1), 50, 1);
        EpSameDiff ep = SameDiffTwin.trainer(sd);
        Training twin = new Training(split, "mlp:50", 32);

        for (int pass = 0; pass < 20; pass++) {
            ep.fit(batches(rows, 32), 1);
            twin.passInOrder(rows.numExamples());
        }

        assertEqualMeans(sd, twin.network());
        TestFigures.Numbers figures = TestFigures.ofNumbers(twin.network(), split);
        assertThat(figures.rmse()).isLessThan(1);
        Prediction own = ep.predict(split.test().getFeatures());
        INDArray mean = ep.pointOutput(split.test().getFeatures());
        assertThat(mean.distance2(own.mean()) / own.mean().norm2Number().doubleValue())
                .as("the point network is near the predictive mean")
                .isLessThan(0.1);
    }

    /** Takes a minute or two. */
    @Test
    @Tag("long-running-test")
    void allDigitsInTwoPasses() {
        Split split = RealData.digits();
        SameDiff sd = SameDiffTwin.graph(784, 500, 500, 10);
        EpSameDiff ep = SameDiffTwin.trainer(sd);
        Training twin = new Training(split, "mlp:500,500", 128);

        for (int pass = 0; pass < 2; pass++) {
            ep.fit(batches(split.train(), 128), 1);
            twin.passInOrder(split.train().numExamples());
            assertEqualMeans(sd, twin.network());
            double error = errorOf(ep.predict(split.test().getFeatures()).probabilities(), split);
            assertThat(error)
                    .isEqualTo(TestFigures.ofClasses(twin.network(), split).error());
            assertThat(error).isLessThan(pass == 0 ? 0.03 : 0.022);
        }
        assertMomentsLikeThePredictor(sd, ep, thousandDigits(split));
    }

    private static double errorOf(INDArray probabilities, Split split) {
        INDArray wrong = probabilities.argMax(1).neq(split.test().getLabels().argMax(1));
        return wrong.castTo(DataType.DOUBLE).meanNumber().doubleValue();
    }

    private static DataSetIterator batches(DataSet rows, int size) {
        return new ViewIterator(rows, size);
    }

    private static INDArray thousandDigits(Split split) {
        return ((DataSet) split.test().getRange(0, 1000)).getFeatures();
    }

    private static void assertEqualMeans(SameDiff sd, EpMultiLayerNetwork twin) {
        MultiLayerNetwork point = twin.toPointNetwork();
        for (int layer = 0; layer < point.getnLayers(); layer++) {
            assertClose("w" + layer, sd, point.getParam(layer + "_W"));
            assertClose("b" + layer, sd, point.getParam(layer + "_b"));
        }
    }

    private static void assertClose(String variable, SameDiff sd, INDArray expected) {
        INDArray actual = sd.getVariable(variable).getArr().reshape(expected.shape());
        assertThat(actual.distance2(expected))
                .as(variable)
                .isLessThanOrEqualTo(1e-5 * expected.norm2Number().doubleValue());
    }

    private void assertMomentsLikeThePredictor(SameDiff sd, EpSameDiff ep, INDArray digits) {
        File trained = folder.resolve("trained.fb").toFile();
        File served = folder.resolve("served.fb").toFile();
        sd.save(trained, false);
        EpSameDiff.momentGraph(SameDiff.load(trained, false)).save(served, false);
        Map<String, INDArray> answers = SameDiff.load(served, false)
                .output(Map.of("input", digits), "mean", "epistemicVariance", "probabilities");
        Prediction expected = ep.predict(digits);
        assertRelative("mean", answers, expected.mean());
        assertRelative("epistemicVariance", answers, expected.epistemicVariance());
        assertRelative("probabilities", answers, expected.probabilities());
    }

    /** Of each number, or of a typical one where it is nearer to zero: means cross it. */
    private static void assertRelative(String name, Map<String, INDArray> answers, INDArray predicted) {
        INDArray actual = answers.get(name).dup('c').reshape(-1);
        INDArray expected = predicted.dup('c').reshape(-1);
        double typical = expected.norm2Number().doubleValue() / Math.sqrt(expected.length());
        double worst = 0;
        for (long i = 0; i < expected.length(); i++) {
            double right = expected.getDouble(i);
            worst = Math.max(worst, Math.abs(actual.getDouble(i) - right) / Math.max(Math.abs(right), 0.1 * typical));
        }
        assertThat(worst).as(name).isLessThanOrEqualTo(1e-4);
    }
}
