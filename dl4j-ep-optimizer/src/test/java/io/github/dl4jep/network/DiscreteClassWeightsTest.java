package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.convert.EpOptions;
import io.github.dl4jep.learned.Parameters;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;

/** One array of discrete weights that is both teacher and softmax: what one layer learns from a batch has oracles. */
class DiscreteClassWeightsTest {

    private static final int INPUTS = 3;
    private static final int CLASSES = 2;
    /** sqrt(1 / inputs), four times. */
    private static final double MAGNITUDE = 4 / Math.sqrt(INPUTS);

    private final SplittableRandom random = new SplittableRandom(29);

    private static EpMultiLayerNetwork network(WeightPrior prior) {
        return EpNetworks.from(
                new NeuralNetConfiguration.Builder()
                        .seed(3)
                        .list()
                        .layer(new OutputLayer.Builder(new LossMCXENT())
                                .nIn(INPUTS)
                                .nOut(CLASSES)
                                .hasBias(false)
                                .activation(Activation.SOFTMAX)
                                .build())
                        .build(),
                EpOptions.builder()
                        .weightPrior(prior)
                        .likelihood(new ClassLikelihood(0))
                        .batchesPerPass(1)
                        .build());
    }

    private DataSet batch(int rows, double size) {
        INDArray x = Nd4j.create(DataType.FLOAT, rows, INPUTS);
        INDArray y = Nd4j.create(DataType.FLOAT, rows, CLASSES);
        for (int n = 0; n < rows; n++) {
            for (int j = 0; j < INPUTS; j++) {
                x.putScalar(n, j, random.nextDouble(-size, size));
            }
            y.putScalar(n, random.nextInt(CLASSES), 1);
        }
        return new DataSet(x, y);
    }

    private static INDArray parameter(EpMultiLayerNetwork network, String name) {
        return network.getLayer(0)
                .paramTable()
                .get(name)
                .castTo(DataType.DOUBLE)
                .dup();
    }

    static Stream<WeightPrior> discrete() {
        return Stream.of(new BinaryPrior(), new TernaryPrior());
    }

    /** Log p(w) of w in {-1, 0, 1}, up to a constant: binary weights are never 0. */
    private static double logPrior(Map<String, INDArray> natural, int j, int c, int w) {
        INDArray precision = natural.get("WScaledPrecision");
        if (precision == null && w == 0) {
            return Double.NEGATIVE_INFINITY;
        }
        double e = precision == null ? 0 : precision.getDouble(j, c);
        return w * Parameters.get(natural, "WHalfLogOdds").getDouble(j, c) - w * w * e / 2;
    }

    /** Posterior means of all weights, over all 3^6 settings. */
    private static double[] enumerated(Map<String, INDArray> natural, DataSet data) {
        int weights = INPUTS * CLASSES;
        double total = 0;
        double[] mean = new double[weights];
        int settings = (int) Math.round(Math.pow(3, weights));
        int[] w = new int[weights];
        for (int setting = 0; setting < settings; setting++) {
            double log = 0;
            for (int i = 0, rest = setting; i < weights; i++, rest /= 3) {
                w[i] = rest % 3 - 1;
                log += logPrior(natural, i / CLASSES, i % CLASSES, w[i]);
            }
            for (int n = 0; n < data.numExamples(); n++) {
                double[] l = new double[CLASSES];
                double ofLabel = 0;
                for (int i = 0; i < weights; i++) {
                    l[i % CLASSES] += MAGNITUDE * w[i] * data.getFeatures().getDouble(n, i / CLASSES);
                }
                for (int c = 0; c < CLASSES; c++) {
                    ofLabel += l[c] * data.getLabels().getDouble(n, c);
                }
                log += ofLabel - Math.log(Math.exp(l[0]) + Math.exp(l[1]));
            }
            double weight = Math.exp(log);
            total += weight;
            for (int i = 0; i < weights; i++) {
                mean[i] += weight * MAGNITUDE * w[i];
            }
        }
        for (int i = 0; i < weights; i++) {
            mean[i] /= total;
        }
        return mean;
    }

    private static double[] columnsOf(INDArray weights) {
        double[] values = new double[INPUTS * CLASSES];
        for (int i = 0; i < values.length; i++) {
            values[i] = weights.getDouble(i / CLASSES, i % CLASSES);
        }
        return values;
    }

    /** A batch that says little is learned once, though the teacher speaks of the same weights. */
    @ParameterizedTest
    @MethodSource("discrete")
    void aWeakBatchIsWhatEnumerationSays(WeightPrior prior) {
        EpMultiLayerNetwork network = network(prior);
        Map<String, INDArray> before = new LinkedHashMap<>();
        network.getLayer(0).paramTable().forEach((name, value) -> before.put(name, value.dup()));
        DataSet data = batch(3, 0.02);
        double[] unmoved = enumerated(before, new DataSet(data.getFeatures().mul(0), data.getLabels()));
        double[] expected = enumerated(before, data);
        network.fit(data);
        // Without examples: the moments of what the first batch has left.
        double[] found = enumerated(
                network.getLayer(0).paramTable(), new DataSet(data.getFeatures().mul(0), data.getLabels()));
        double size = 0;
        double difference = 0;
        for (int i = 0; i < expected.length; i++) {
            size += Math.pow(expected[i] - unmoved[i], 2);
            difference += Math.pow(expected[i] - found[i], 2);
        }
        assertThat(Math.sqrt(difference / size)).isLessThan(0.05);
    }

    /** The message is taken at the joint maximum of the potentials that moments of binary weights make. */
    @Test
    void theMessageIsTheJointMaximumOfOneArray() {
        EpMultiLayerNetwork network = network(new BinaryPrior());
        DataSet data = batch(30, 1.5);
        INDArray before = parameter(network, "WHalfLogOdds");
        double[] moved = ascended(before, data);
        network.fit(data);
        INDArray after = parameter(network, "WHalfLogOdds");
        double[] found = columnsOf(after.sub(before));
        double size = 0;
        double difference = 0;
        for (int i = 0; i < found.length; i++) {
            size += Math.pow(moved[i], 2);
            difference += Math.pow(moved[i] - found[i], 2);
        }
        // Iterations end when no potential moves by more than .1.
        assertThat(Math.sqrt(difference / size)).isLessThan(0.05);
    }

    /**
     * What the half log-odds move by, c x'(y - p), at the most probable weights under normal ones with the same means and, in all units, the
     * mean variances: by gradient ascent with backtracking.
     */
    private static double[] ascended(INDArray halfLogOdds, DataSet data) {
        double[] mean = new double[INPUTS * CLASSES];
        double[] variance = new double[INPUTS];
        for (int i = 0; i < mean.length; i++) {
            double tanh = Math.tanh(halfLogOdds.getDouble(i / CLASSES, i % CLASSES));
            mean[i] = MAGNITUDE * tanh;
            variance[i / CLASSES] += MAGNITUDE * MAGNITUDE * (1 - tanh * tanh) / CLASSES;
        }
        double[] w = mean.clone();
        double rate = 1;
        for (int iteration = 0; iteration < 3_000; iteration++) {
            double[] slope = ofLabels(w, data);
            double[] next = w.clone();
            for (int i = 0; i < w.length; i++) {
                slope[i] -= (w[i] - mean[i]) / variance[i / CLASSES];
                next[i] += rate * slope[i];
            }
            boolean better = objective(next, mean, variance, data) > objective(w, mean, variance, data);
            w = better ? next : w;
            rate *= better ? 1.1 : 0.5;
        }
        double[] moved = ofLabels(w, data);
        for (int i = 0; i < moved.length; i++) {
            moved[i] *= MAGNITUDE;
        }
        return moved;
    }

    private static double objective(double[] w, double[] mean, double[] variance, DataSet data) {
        double sum = 0;
        for (int i = 0; i < w.length; i++) {
            sum -= Math.pow(w[i] - mean[i], 2) / variance[i / CLASSES] / 2;
        }
        for (int n = 0; n < data.numExamples(); n++) {
            double[] l = potentials(w, data, n);
            sum -= Math.log(Math.exp(l[0]) + Math.exp(l[1]));
            sum += data.getLabels().getDouble(n, 0) == 1 ? l[0] : l[1];
        }
        return sum;
    }

    private static double[] potentials(double[] w, DataSet data, int n) {
        double[] l = new double[CLASSES];
        for (int i = 0; i < w.length; i++) {
            l[i % CLASSES] += w[i] * data.getFeatures().getDouble(n, i / CLASSES);
        }
        return l;
    }

    /** x'(y - p). */
    private static double[] ofLabels(double[] w, DataSet data) {
        double[] slope = new double[w.length];
        for (int n = 0; n < data.numExamples(); n++) {
            double[] l = potentials(w, data, n);
            double first = 1 / (1 + Math.exp(l[1] - l[0]));
            for (int i = 0; i < w.length; i++) {
                double p = i % CLASSES == 0 ? first : 1 - first;
                slope[i] += data.getFeatures().getDouble(n, i / CLASSES)
                        * (data.getLabels().getDouble(n, i % CLASSES) - p);
            }
        }
        return slope;
    }

    /** No second array, one teacher's noise: and the likelihood of every kind of weights is the same. */
    @Test
    void thereIsOneArrayOfWeights() {
        for (WeightPrior prior : new WeightPrior[] {new BinaryPrior(), new TernaryPrior(), new SpikeSlabPrior()}) {
            EpMultiLayerNetwork network = network(prior);
            assertThat(network.getLayer(0).paramTable().keySet())
                    .noneMatch(name -> name.startsWith("readout"))
                    .contains("teacherNoiseVariance");
            EpOutputLayer layer = (EpOutputLayer) network.getLayer(0).conf().getLayer();
            assertThat(layer.whyNoTeacher()).isNull();
        }
    }
}
