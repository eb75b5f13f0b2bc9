package io.github.dl4jep.accuracy;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.network.EpMultiLayerNetwork;
import java.util.Arrays;
import java.util.stream.Stream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Fewer weights, and images that are no digits: a network of 500-500 units after two passes over MNIST. Takes minutes. */
@Tag("long-running-test")
class PruningAndUncertaintyFiguresTest {

    private static Training training;

    @BeforeAll
    static void train() {
        training = new Training(RealData.digits(), "mlp:500,500", 128);
        training.pass();
        training.pass();
    }

    @Test
    void nineOfTenWeightsCanGo() {
        double before =
                TestFigures.ofClasses(training.network(), training.split()).error();

        EpMultiLayerNetwork pruned = training.network().prune(0.9);
        double atOnce = TestFigures.ofClasses(pruned, training.split()).error();
        training.pass(pruned);
        training.pass(pruned);
        double retrained = TestFigures.ofClasses(pruned, training.split()).error();

        assertThat(atOnce).as("before retraining").isLessThan(0.1);
        assertThat(retrained).as("after two more passes").isLessThanOrEqualTo(before + 0.003);
        MultiLayerNetwork point = pruned.toPointNetwork();
        assertThat(zeros(point)).isEqualTo(Math.round(0.9 * (784 * 500 + 500 * 500 + 500 * 10)));
        Evaluation evaluation = new Evaluation(10);
        evaluation.eval(
                training.split().test().getLabels(),
                point.output(training.split().test().getFeatures()));
        assertThat(1 - evaluation.accuracy()).as("point network").isLessThanOrEqualTo(before + 0.005);
    }

    private static long zeros(MultiLayerNetwork network) {
        return Stream.of(network.getLayers())
                .mapToLong(layer -> layer.getParam("W")
                        .eq(0)
                        .castTo(DataType.INT64)
                        .sumNumber()
                        .longValue())
                .sum();
    }

    @Test
    void halfOfTheWeightsCanGoWithoutRetraining() {
        double before =
                TestFigures.ofClasses(training.network(), training.split()).error();

        assertThat(TestFigures.ofClasses(training.network().prune(0.5), training.split())
                        .error())
                .as("test error")
                .isLessThanOrEqualTo(before + 0.003);
    }

    @Test
    void entropyTellsDigitsFromNoiseAndFromInvertedDigits() {
        INDArray digits = training.split().test().getFeatures();
        double low = digits.minNumber().doubleValue();
        double high = digits.maxNumber().doubleValue();
        Nd4j.getRandom().setSeed(1);
        INDArray noise =
                Nd4j.rand(DataType.FLOAT, digits.shape()).muli(high - low).addi(low);
        double[] ofDigits = entropies(digits);

        assertThat(areaUnderRoc(ofDigits, entropies(noise))).as("noise").isGreaterThan(0.99);
        assertThat(areaUnderRoc(ofDigits, entropies(digits.rsub(low + high))))
                .as("inverted digits")
                .isGreaterThan(0.99);
    }

    private static double[] entropies(INDArray images) {
        return training.network().predictor().predict(images).entropy().toDoubleVector();
    }

    /** The part of all pairs in which the foreign image is more uncertain; equal ones count half. */
    private static double areaUnderRoc(double[] ordinary, double[] foreign) {
        double[] sorted = ordinary.clone();
        Arrays.sort(sorted);
        double pairs = 0;
        for (double value : foreign) {
            int at = Arrays.binarySearch(sorted, value);
            int below = at >= 0 ? at : -at - 1;
            int above = below;
            while (below > 0 && sorted[below - 1] == value) {
                below--;
            }
            while (above < sorted.length && sorted[above] == value) {
                above++;
            }
            pairs += (below + above) / 2.0;
        }
        return pairs / ordinary.length / foreign.length;
    }
}
