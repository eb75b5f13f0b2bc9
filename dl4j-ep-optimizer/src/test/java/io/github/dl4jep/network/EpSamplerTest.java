package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.network.EpSampler.Acquisition;
import io.github.dl4jep.toy.ToyData;
import io.github.dl4jep.toy.ToyNetworks;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EpSamplerTest {

    private static final INDArray POOL = ToyData.normal(60, 4);

    private final EpMultiLayerNetwork classifier = EpNetworks.from(ToyNetworks.classifier());
    private final EpMultiLayerNetwork regressor = EpNetworks.from(ToyNetworks.regressor());

    @BeforeAll
    void train() {
        classifier.fit(ToyData.batches(ToyData.threeClasses(60, 1), 30), 1);
        regressor.fit(ToyData.batches(ToyData.line(300, 1, 100, 50), 30), 10);
    }

    @Test
    void entropyIsThatOfThePredictionAndTheLargestComeFirst() {
        double[] entropy = Nd4j.toFlattened(
                        classifier.prediction(POOL).entropy().castTo(DataType.DOUBLE))
                .toDoubleVector();

        int[] chosen = new EpSampler(classifier, Acquisition.ENTROPY, 1).choose(POOL, 60);

        assertThat(Arrays.stream(chosen).sorted().toArray())
                .containsExactly(IntStream.range(0, 60).toArray());
        for (int i = 1; i < 60; i++) {
            assertThat(entropy[chosen[i]]).isLessThanOrEqualTo(entropy[chosen[i - 1]]);
        }
        assertThat(new EpSampler(classifier, Acquisition.ENTROPY, 1).choose(POOL, 3))
                .containsExactly(Arrays.copyOf(chosen, 3));
    }

    /** Against stock networks, drawn one by one, 20 at a time as there. */
    @Test
    void informationOfClassesIsTheEntropyThatTheWeightsTakeAway() {
        int groups = 10;
        double[] expected = new double[60];
        for (int group = 0; group < groups; group++) {
            INDArray mean = Nd4j.zeros(DataType.DOUBLE, 60, 3);
            for (int draw = 0; draw < 20; draw++) {
                long seed = 1000 + 20 * group + draw;
                INDArray one = ((MultiLayerNetwork) classifier.sample(seed))
                        .output(POOL)
                        .castTo(DataType.DOUBLE);
                mean.addi(one.div(20));
                for (int row = 0; row < 60; row++) {
                    expected[row] -= entropy(one.getRow(row).toDoubleVector()) / 20 / groups;
                }
            }
            for (int row = 0; row < 60; row++) {
                expected[row] += entropy(mean.getRow(row).toDoubleVector()) / groups;
            }
        }
        INDArray sum = Nd4j.zeros(DataType.DOUBLE, 60);
        EpSampler sampler = new EpSampler(classifier, Acquisition.BALD, 4);
        for (int i = 0; i < 60; i++) {
            sum.addi(sampler.scores(POOL).div(60));
        }

        double largest = 0;
        double difference = 0;
        for (int row = 0; row < 60; row++) {
            assertThat(sum.getDouble(row))
                    .as("row %s", row)
                    .isBetween(0.0, Math.log(3))
                    .isCloseTo(expected[row], within(0.12));
            largest = Math.max(largest, expected[row]);
            difference += (sum.getDouble(row) - expected[row]) / 60;
        }
        assertThat(largest).isGreaterThan(0.1);
        assertThat(difference).isCloseTo(0, within(0.03));
    }

    private static double entropy(double[] probabilities) {
        return -Arrays.stream(probabilities)
                .map(p -> p > 0 ? p * Math.log(p) : 0)
                .sum();
    }

    /** The entropy of the label less that of its noise. */
    @Test
    void informationOfNumbersIsTheEntropyWithoutTheNoise() {
        INDArray pool = ToyData.normal(40, 3);
        Prediction prediction = regressor.prediction(pool);
        INDArray information = new EpSampler(regressor, Acquisition.BALD, 1).scores(pool);

        for (int row = 0; row < 40; row++) {
            double noise = prediction.aleatoricVariance().getDouble(row, 0);
            double expected = prediction.entropy().getDouble(row) - 0.5 * Math.log(2 * Math.PI * Math.E * noise);
            assertThat(information.getDouble(row)).isCloseTo(expected, within(1e-4));
        }
    }

    @ParameterizedTest
    @EnumSource(Acquisition.class)
    void anIteratorGivesWhatTheArrayGivesAndTheSeedRepeatsIt(Acquisition acquisition) {
        DataSet pool = new DataSet(POOL, Nd4j.zeros(60, 3));
        Nd4j.getRandom().setSeed(9);
        int[] fromArray = new EpSampler(classifier, acquisition, 3).choose(POOL, 10);
        double next = Nd4j.getRandom().nextDouble();
        Nd4j.getRandom().setSeed(9);

        assertThat(Nd4j.getRandom().nextDouble()).isEqualTo(next);
        assertThat(fromArray).hasSize(10).doesNotHaveDuplicates();
        assertThat(new EpSampler(classifier, acquisition, 3).choose(POOL, 10)).containsExactly(fromArray);
        int[] fromBatches = new EpSampler(classifier, acquisition, 3).choose(new ViewIterator(pool, 17), 10);
        assertThat(fromBatches).hasSize(10).doesNotHaveDuplicates();
        if (acquisition != Acquisition.RANDOM) {
            assertThat(fromBatches).containsExactly(fromArray);
        } else {
            assertThat(new EpSampler(classifier, acquisition, 4).choose(POOL, 10))
                    .isNotEqualTo(fromArray);
        }
    }

    @Test
    void moreThanThePoolHasAreRefused() {
        EpSampler sampler = new EpSampler(classifier, Acquisition.RANDOM, 1);
        for (int count : new int[] {0, 61}) {
            assertThatThrownBy(() -> sampler.choose(POOL, count))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("number of examples to choose is " + count
                            + ", allowed: 1 to 60, the number of examples in the pool");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ENTROPY", "BALD"})
    void labelsOfPositionsAreRefused(Acquisition acquisition) {
        EpMultiLayerNetwork sequences = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list(
                        new SimpleRnn.Builder().nIn(2).nOut(3).build(),
                        new RnnOutputLayer.Builder().nIn(3).nOut(2).build())
                .build());

        assertThatThrownBy(() -> new EpSampler(sequences, acquisition, 1).choose(Nd4j.ones(DataType.FLOAT, 2, 2, 5), 1))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "EpSampler chooses examples with one label each, but the network labels 5 positions of each; let its"
                                + " last layer read one, for example after LastTimeStep");
    }

    @Test
    void anUnknownAcquisitionIsRefused() {
        assertThat(Acquisition.named("bald")).isEqualTo(Acquisition.BALD);
        assertThatThrownBy(() -> Acquisition.named("margin"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("acquisition is \"margin\", allowed: entropy, bald, random");
    }
}
