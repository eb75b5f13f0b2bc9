package io.github.dl4jep.vertex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.conf.EpDenseLayer;
import io.github.dl4jep.conf.EpOutputLayer;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import io.github.dl4jep.likelihood.LearningPhase;
import io.github.dl4jep.params.PosteriorParamInitializer;
import io.github.dl4jep.weight.BinaryPrior;
import io.github.dl4jep.weight.SiteStep;
import io.github.dl4jep.weight.SpikeSlabPrior;
import io.github.dl4jep.weight.TernaryPrior;
import io.github.dl4jep.weight.WeightMoments;
import io.github.dl4jep.weight.WeightPosterior;
import io.github.dl4jep.weight.WeightPrior;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Small networks whose exact posterior is a sum over all settings of their weights. One Gaussian observation of noise R per row;
 * the exact change of every weight's mean is compared with what a batch does to the layers.
 *
 * <p>The messages are of first order in what a batch says, so the comparison is at large R, where their error must fall as 1 / R
 * relative to the change.
 */
class WeightEnumerationTest {

    private static final int INPUTS = 4;
    private static final int BATCH = 3;
    private static final LearningPhase PHASE = new LearningPhase(1, true, 1);
    private static final SiteStep WHOLE = new SiteStep(1, 1, 1);

    private final SplittableRandom random = new SplittableRandom(5);

    /** A weight's support under its current posterior: values and their probabilities. */
    private record Support(double[] values, double[] probabilities) {}

    static Stream<Arguments> priors() {
        return Stream.of(
                Arguments.of(new BinaryPrior(1), (Function<double[], Support>) WeightEnumerationTest::binary),
                Arguments.of(new TernaryPrior(0, 1, 1), (Function<double[], Support>) WeightEnumerationTest::ternary),
                Arguments.of(new SpikeSlabPrior(), (Function<double[], Support>) WeightEnumerationTest::spikeSlab));
    }

    private static Support binary(double[] eta) {
        double c = Math.sqrt(1.0 / INPUTS);
        double plus = 1 / (1 + Math.exp(-2 * eta[0]));
        return new Support(new double[] {-c, c}, new double[] {1 - plus, plus});
    }

    private static Support ternary(double[] eta) {
        double c = Math.sqrt(1.0 / INPUTS);
        double plus = Math.exp(eta[0] - eta[1] / 2);
        double minus = Math.exp(-eta[0] - eta[1] / 2);
        double all = 1 + plus + minus;
        return new Support(new double[] {-c, 0, c}, new double[] {minus / all, 1 / all, plus / all});
    }

    /** The slab by seven Gauss-Hermite nodes, exact for what the likelihood's expansion needs. */
    private static Support spikeSlab(double[] eta) {
        double[] x = {
            -3.750439717725742,
            -2.366759410734541,
            -1.154405394739968,
            0,
            1.154405394739968,
            2.366759410734541,
            3.750439717725742
        };
        double[] p = {
            5.48268855972218e-4,
            3.07571239675865e-2,
            0.240123178605013,
            0.457142857142857,
            0.240123178605013,
            3.07571239675865e-2,
            5.48268855972218e-4
        };
        double slab = 1 / (1 + Math.exp(-eta[2]));
        double[] values = new double[8];
        double[] probabilities = new double[8];
        for (int i = 0; i < 7; i++) {
            values[i] = eta[1] / eta[0] + x[i] / Math.sqrt(eta[0]);
            probabilities[i] = slab * p[i];
        }
        probabilities[7] = 1 - slab;
        return new Support(values, probabilities);
    }

    @ParameterizedTest
    @MethodSource("priors")
    void aLinearLayerMovesAsTheExactPosteriorToFirstOrder(WeightPrior prior, Function<double[], Support> support) {
        double[][] x = new double[BATCH][INPUTS];
        double[] y = new double[BATCH];
        for (int n = 0; n < BATCH; n++) {
            y[n] = random.nextDouble(-2, 2);
            for (int j = 0; j < INPUTS; j++) {
                x[n][j] = random.nextDouble(-1, 1);
            }
        }
        double coarse = errorOfLinearLayer(prior, support, x, y, 200);
        double fine = errorOfLinearLayer(prior, support, x, y, 800);
        assertThat(fine).as("error relative to the change at R = 800").isLessThan(0.01);
        assertThat(fine).as("falls as 1/R from %s at R = 200", coarse).isLessThan(0.35 * coarse + 1e-6);
    }

    /** Largest error of a mean's change relative to the largest change. */
    private double errorOfLinearLayer(
            WeightPrior prior, Function<double[], Support> support, double[][] x, double[] y, double noise) {
        MultiLayerNetwork network = network(
                13,
                new EpOutputLayer.Builder(LossFunction.MSE)
                        .nIn(INPUTS)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .hasBias(false)
                        .weightPrior(prior)
                        .likelihood(new GaussianLikelihood(noise, false))
                        .build());
        double[][] eta = eta(network, 0, prior);
        Change change = learn(network, x, y);
        List<Support> supports = Stream.of(eta).map(support).toList();
        double[] exact = exactMeans(supports, w -> logLikelihood(w, x, y, noise));
        double largest = 0;
        double error = 0;
        for (int j = 0; j < INPUTS; j++) {
            double before = change.before.mean().getDouble(j);
            double moved = change.after.mean().getDouble(j) - before;
            double expected = exact[j] - before;
            if (prior instanceof BinaryPrior) {
                // The update leaves a weight's own part T M of its residual out: docs/algorithm.md, section 6.
                double precision = 0;
                for (double[] row : x) {
                    precision += row[j] * row[j] / noise;
                }
                expected -= change.before.variance().getDouble(j) * precision * before;
            }
            largest = Math.max(largest, Math.abs(expected));
            error = Math.max(error, Math.abs(moved - expected));
        }
        return error / largest;
    }

    private static double logLikelihood(double[] w, double[][] x, double[] y, double noise) {
        double sum = 0;
        for (int n = 0; n < y.length; n++) {
            double residual = y[n];
            for (int j = 0; j < w.length; j++) {
                residual -= x[n][j] * w[j];
            }
            sum -= residual * residual / (2 * noise);
        }
        return sum;
    }

    /**
     * Three inputs, three spiking units, one output, all weights binary: 12 weights, 4,096 networks. Three inputs are far from the
     * Gaussian that the moments assume, so only the direction of the change is compared.
     */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aSpikingNetworkOfBinaryWeightsMovesInTheDirectionOfTheExactPosterior(long seed) {
        int inputs = 3;
        int units = 3;
        double noise = 5;
        MultiLayerNetwork network = network(
                seed,
                new EpDenseLayer.Builder()
                        .nIn(inputs)
                        .nOut(units)
                        .activation(new ActivationHeaviside())
                        .hasBias(false)
                        .weightPrior(new BinaryPrior(1))
                        .build(),
                new EpOutputLayer.Builder(LossFunction.MSE)
                        .nIn(units)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .hasBias(false)
                        .weightPrior(new BinaryPrior(1))
                        .likelihood(new GaussianLikelihood(noise, false))
                        .build());
        double[][] x = {{1, -0.4, 0.7}};
        double[] y = {2.5};
        List<double[]> eta = new ArrayList<>();
        eta.addAll(List.of(eta(network, 0, new BinaryPrior(1))));
        eta.addAll(List.of(eta(network, 1, new BinaryPrior(1))));
        List<Support> supports = new ArrayList<>();
        for (double[] h : eta) {
            supports.add(binaryOf(h[0], Math.sqrt(1.0 / 3)));
        }
        double[] prior = exactMeans(supports, w -> 0.0);
        double[] exact = exactMeans(supports, w -> spikingLogLikelihood(w, inputs, units, x[0], y[0], noise));
        learn(network, x, y);
        double dot = 0;
        double squares = 0;
        double exactSquares = 0;
        List<double[]> after = new ArrayList<>(List.of(eta(network, 0, new BinaryPrior(1))));
        after.addAll(List.of(eta(network, 1, new BinaryPrior(1))));
        for (int k = 0; k < eta.size(); k++) {
            double moved = Math.sqrt(1.0 / 3) * (Math.tanh(after.get(k)[0]) - Math.tanh(eta.get(k)[0]));
            double expected = exact[k] - prior[k];
            dot += moved * expected;
            squares += moved * moved;
            exactSquares += expected * expected;
        }
        assertThat(dot / Math.sqrt(squares * exactSquares))
                .as("cosine of the angle")
                .isGreaterThan(0.85);
        assertThat(Math.sqrt(squares / exactSquares)).as("length, relative").isCloseTo(1, within(0.5));
    }

    private static Support binaryOf(double h, double c) {
        double plus = 1 / (1 + Math.exp(-2 * h));
        return new Support(new double[] {-c, c}, new double[] {1 - plus, plus});
    }

    /** Weights unit by unit, then the output's. */
    private static double spikingLogLikelihood(double[] w, int inputs, int units, double[] x, double y, double noise) {
        double output = 0;
        for (int i = 0; i < units; i++) {
            double u = 0;
            for (int j = 0; j < inputs; j++) {
                u += x[j] * w[i * inputs + j];
            }
            output += u >= 0 ? w[units * inputs + i] : 0;
        }
        return -(y - output) * (y - output) / (2 * noise);
    }

    /** Posterior mean of every weight, by the sum over all settings. */
    private static double[] exactMeans(List<Support> supports, Function<double[], Double> logLikelihood) {
        double[] sums = new double[supports.size()];
        double[] setting = new double[supports.size()];
        double total = sum(supports, 0, setting, 1, logLikelihood, sums);
        for (int j = 0; j < sums.length; j++) {
            sums[j] /= total;
        }
        return sums;
    }

    private static double sum(
            List<Support> supports,
            int at,
            double[] setting,
            double probability,
            Function<double[], Double> logLikelihood,
            double[] sums) {
        if (at == supports.size()) {
            double weight = probability * Math.exp(logLikelihood.apply(setting));
            for (int j = 0; j < sums.length; j++) {
                sums[j] += weight * setting[j];
            }
            return weight;
        }
        double total = 0;
        Support support = supports.get(at);
        for (int k = 0; k < support.values.length; k++) {
            setting[at] = support.values[k];
            total += sum(supports, at + 1, setting, probability * support.probabilities[k], logLikelihood, sums);
        }
        return total;
    }

    private record Change(WeightMoments before, WeightMoments after) {}

    private static Change learn(MultiLayerNetwork network, double[][] x, double[] y) {
        int last = network.getnLayers() - 1;
        WeightMoments before = posterior(network, last).moments(null);
        INDArray labels = Nd4j.createFromArray(y).reshape(y.length, 1);
        new OneBatch(network, Nd4j.createFromArray(x), labels).commit(WHOLE, PHASE);
        return new Change(before, posterior(network, last).moments(null));
    }

    private static WeightPosterior posterior(MultiLayerNetwork network, int layer) {
        PosteriorParamInitializer layout = (PosteriorParamInitializer)
                network.getLayer(layer).conf().getLayer().initializer();
        return layout.weights(network.getLayer(layer).paramTable());
    }

    /** Natural parameters of every weight of a layer, unit by unit; without the averages. */
    private static double[][] eta(MultiLayerNetwork network, int layer, WeightPrior prior) {
        List<String> names = prior.parameterNames();
        int parameters = names.size() / 2;
        int weights = (int) network.getLayer(layer).getParam("W" + names.get(0)).length();
        double[][] eta = new double[weights][parameters];
        for (int k = 0; k < parameters; k++) {
            INDArray values =
                    network.getLayer(layer).getParam("W" + names.get(k)).dup('f');
            for (int j = 0; j < weights; j++) {
                eta[j][k] = values.data().getDouble(j);
            }
        }
        return eta;
    }

    private static MultiLayerNetwork network(long seed, org.deeplearning4j.nn.conf.layers.Layer... layers) {
        NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder()
                .seed(seed)
                .dataType(DataType.DOUBLE)
                .list();
        for (org.deeplearning4j.nn.conf.layers.Layer layer : layers) {
            list.layer(layer);
        }
        MultiLayerNetwork network = new MultiLayerNetwork(list.build());
        network.init();
        return network;
    }
}
