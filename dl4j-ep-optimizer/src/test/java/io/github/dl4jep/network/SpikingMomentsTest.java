package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.normal.StandardNormal;
import io.github.dl4jep.toy.ToyData;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Moments of networks of spiking units against sums over their units, and against draws of weights and spikes. */
class SpikingMomentsTest {

    private static final int DRAWS = 1000;
    private static final int ROWS = 10;

    /** Standard errors that the largest of 30 means exceeds once in 5,000 times. */
    private static final double STANDARD_ERRORS = 4.5;

    /**
     * A layer of Gaussian weights on the features has Gaussian potentials N(w, V) and independent spikes v, which fire with
     * probability a and have v^2 = v: the sum of weighted spikes has mean sum M a and variance sum (M^2 + S) a - M^2 a^2.
     */
    @Test
    void oneLayerIsExact() {
        check(new ActivationHeaviside(), 0);
        check(new ActivationBernoulliProbit(0.7), 0.7);
        check(new ActivationBernoulliSigmoid(), 8 / Math.PI);
    }

    private static void check(IActivation unit, double thresholdNoise) {
        EpMultiLayerNetwork network = trained(unit, 32);
        INDArray x = ToyData.normal(ROWS, 3);
        Prediction prediction = network.prediction(x);
        Map<String, INDArray> p = network.paramTable();
        for (int row = 0; row < ROWS; row++) {
            for (int output = 0; output < ToyData.CLASSES; output++) {
                // The teacher's weights are taken as known.
                double mean = p.get("1_bAveragedMean").getDouble(output)
                        + p.get("1_readoutbAveragedMean").getDouble(output);
                double variance = 1 / p.get("1_readoutbPrecision").getDouble(output);
                for (int j = 0; j < 32; j++) {
                    double w = p.get("0_bAveragedMean").getDouble(j);
                    double v = 1 / p.get("0_bPrecision").getDouble(j);
                    for (int i = 0; i < ToyData.INPUTS; i++) {
                        w += x.getDouble(row, i) * p.get("0_WAveragedMean").getDouble(i, j);
                        v += Math.pow(x.getDouble(row, i), 2)
                                / p.get("0_WPrecision").getDouble(i, j);
                    }
                    double fires = StandardNormal.cumulative(w / Math.sqrt(v + thresholdNoise));
                    double m = p.get("1_WAveragedMean").getDouble(j, output)
                            + p.get("1_readoutWAveragedMean").getDouble(j, output);
                    double s = 1 / p.get("1_readoutWPrecision").getDouble(j, output);
                    mean += m * fires;
                    variance += (m * m + s) * fires - m * m * fires * fires;
                }

                assertThat(prediction.mean().getDouble(row, output))
                        .as("%s", unit)
                        .isCloseTo(mean, within(1e-4));
                assertThat(prediction.epistemicVariance().getDouble(row, output))
                        .as("%s", unit)
                        .isCloseTo(variance, within(1e-3 * variance));
            }
        }
    }

    /**
     * In a second layer potentials are Gaussian only approximately, to about 1 / 64 units, and moments leave out that its units
     * share the spikes of the first. Measured by 4,000 draws: means to .06 deviations, deviations .88 to 1.01 of those of the draws.
     */
    @Test
    void twoLayersAreClose() {
        for (IActivation unit : new IActivation[] {new ActivationHeaviside(), new ActivationBernoulliSigmoid()}) {
            Agreement agreement = agreement(unit, 64, 64);

            assertThat(agreement.meanInDeviations())
                    .as("%s", unit)
                    .isLessThan(STANDARD_ERRORS / Math.sqrt(DRAWS) + 0.05);
            assertThat(agreement.least()).as("%s", unit).isGreaterThan(0.8);
            assertThat(agreement.most()).as("%s", unit).isLessThan(1.1);
        }
    }

    /** Largest deviation of means in standard deviations, and of the deviation as a share. */
    private record Agreement(double meanInDeviations, double least, double most) {}

    private static Agreement agreement(IActivation unit, int... layers) {
        EpMultiLayerNetwork network = trained(unit, layers);
        INDArray x = ToyData.normal(ROWS, 3);
        Prediction moments = network.predictor().predict(x);
        Nd4j.getRandom().setSeed(11);

        Prediction samples = network.predictor().predictFromSamples(x, DRAWS);

        INDArray deviation = Transforms.sqrt(samples.epistemicVariance(), true);
        INDArray difference = moments.mean().sub(samples.mean()).divi(deviation);
        INDArray ratio = Transforms.sqrt(moments.epistemicVariance(), true).divi(deviation);
        return new Agreement(
                difference.amaxNumber().doubleValue(),
                ratio.minNumber().doubleValue(),
                ratio.maxNumber().doubleValue());
    }

    private static EpMultiLayerNetwork trained(IActivation unit, int... layers) {
        NeuralNetConfiguration.ListBuilder list =
                new NeuralNetConfiguration.Builder().seed(7).list();
        int inputs = ToyData.INPUTS;
        for (int units : layers) {
            list.layer(new DenseLayer.Builder()
                    .nIn(inputs)
                    .nOut(units)
                    .activation(unit)
                    .build());
            inputs = units;
        }
        list.layer(new OutputLayer.Builder(LossFunction.MCXENT)
                .nIn(inputs)
                .nOut(ToyData.CLASSES)
                .activation(Activation.SOFTMAX)
                .build());
        EpMultiLayerNetwork network = EpNetworks.from(list.build());
        // More batches than the shortest memory, so that precisions count every example once.
        network.fit(ToyData.batches(ToyData.threeClasses(300, 1), 10));
        return network;
    }
}
