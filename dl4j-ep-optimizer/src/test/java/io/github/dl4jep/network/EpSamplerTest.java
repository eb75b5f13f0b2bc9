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
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.ViewIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.lossfunctions.LossFunctions;
import org.nd4j.linalg.ops.transforms.Transforms;

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

        EpSampler sampler = new EpSampler(classifier, Acquisition.ENTROPY, 1).withPower(Double.POSITIVE_INFINITY);
        int[] chosen = sampler.choose(POOL, 60);

        assertThat(Arrays.stream(chosen).sorted().toArray())
                .containsExactly(IntStream.range(0, 60).toArray());
        for (int i = 1; i < 60; i++) {
            assertThat(entropy[chosen[i]]).isLessThanOrEqualTo(entropy[chosen[i - 1]]);
        }
        assertThat(sampler.choose(POOL, 3)).containsExactly(Arrays.copyOf(chosen, 3));
    }

    /** Of two classes and of independent outputs, counted by hand. */
    @Test
    void marginIsHowCloseTheTwoMostProbableClassesAre() {
        INDArray margin = new EpSampler(classifier, Acquisition.MARGIN, 1).scores(POOL);
        INDArray probabilities = classifier.prediction(POOL).probabilities();
        for (int row = 0; row < 60; row++) {
            double[] sorted = Arrays.stream(probabilities.getRow(row).toDoubleVector())
                    .sorted()
                    .toArray();
            assertThat(margin.getDouble(row)).isCloseTo(1 - sorted[2] + sorted[1], within(1e-6));
        }

        EpMultiLayerNetwork independent = EpNetworks.from(new NeuralNetConfiguration.Builder()
                .list(new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                        .activation(Activation.SIGMOID)
                        .nIn(3)
                        .nOut(2)
                        .build())
                .build());
        margin = new EpSampler(independent, Acquisition.MARGIN, 1).scores(POOL);
        probabilities = independent.prediction(POOL).probabilities();
        for (int row = 0; row < 60; row++) {
            double p = probabilities.getDouble(row, 0);
            double q = probabilities.getDouble(row, 1);
            double expected = Math.min(2 * p, 2 - 2 * p) + Math.min(2 * q, 2 - 2 * q);
            assertThat(margin.getDouble(row)).isCloseTo(expected, within(1e-6));
        }
    }

    /** How often each row is the first of three chosen, against the power of its score. */
    @ParameterizedTest
    @CsvSource({"MARGIN,0", "MARGIN,1", "ENTROPY,2", "BALD,1"})
    void rowsAreDrawnInProportionToThePowerOfTheirScore(Acquisition acquisition, double power) {
        INDArray pool = POOL.get(NDArrayIndex.interval(0, 6), NDArrayIndex.all());
        double[] weights = new double[6];
        int[] first = new int[6];
        int draws = 300;
        for (int seed = 0; seed < draws; seed++) {
            EpSampler sampler = new EpSampler(classifier, acquisition, seed).withPower(power);
            first[sampler.choose(pool, 3)[0]]++;
            double[] powers = Transforms.pow(new EpSampler(classifier, acquisition, seed).scores(pool), power)
                    .toDoubleVector();
            double sum = Arrays.stream(powers).sum();
            for (int row = 0; row < 6; row++) {
                weights[row] += powers[row] / sum;
            }
        }
        for (int row = 0; row < 6; row++) {
            assertThat((double) first[row])
                    .as("row %s", row)
                    .isCloseTo(weights[row], within(4 * Math.sqrt(weights[row]) + 1));
        }
    }

    /** The entropy of a Gaussian is the log of its deviation and a constant, and may be negative; its power is 4. */
    @Test
    void numbersAreDrawnInProportionToThePowerOfTheirSpread() {
        INDArray pool = ToyData.normal(4, 3).muli(5);
        double[] weights = Transforms.pow(regressor.prediction(pool).variance().castTo(DataType.DOUBLE), 2)
                .reshape(4)
                .toDoubleVector();
        double sum = Arrays.stream(weights).sum();
        int[] first = new int[4];
        for (int seed = 0; seed < 500; seed++) {
            first[new EpSampler(regressor, Acquisition.ENTROPY, seed).choose(pool, 2)[0]]++;
        }
        for (int row = 0; row < 4; row++) {
            double expected = 500 * weights[row] / sum;
            assertThat((double) first[row]).as("row %s", row).isCloseTo(expected, within(4 * Math.sqrt(expected) + 1));
        }
    }

    @Test
    void marginsOfNumbersAndPowersBelowZeroAreRefused() {
        assertThatThrownBy(() -> new EpSampler(regressor, Acquisition.MARGIN, 1).choose(ToyData.normal(4, 3), 1))
                .isInstanceOf(DL4JInvalidInputException.class)
                .hasMessage(
                        "MARGIN compares the probabilities of classes, but the network predicts numbers; choose by ENTROPY or BALD");
        for (double power : new double[] {-1, Double.NaN}) {
            assertThatThrownBy(() -> new EpSampler(regressor, Acquisition.BALD, 1).withPower(power))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the power of the score is " + power
                            + ", allowed: 0 and more, infinity for the rows of the largest scores");
        }
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
        }
        EpSampler other = new EpSampler(classifier, acquisition, 4);
        if (acquisition == Acquisition.MARGIN) {
            assertThat(other.choose(POOL, 10)).containsExactly(fromArray);
        } else {
            assertThat(other.choose(POOL, 10)).isNotEqualTo(fromArray);
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
    @EnumSource(names = {"ENTROPY", "MARGIN", "BALD"})
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
        assertThatThrownBy(() -> Acquisition.named("variance"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("acquisition is \"variance\", allowed: entropy, margin, bald, random");
    }
}
