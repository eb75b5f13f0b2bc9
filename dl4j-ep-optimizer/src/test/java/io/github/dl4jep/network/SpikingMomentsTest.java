package io.github.dl4jep.network;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dl4jep.activation.ActivationBernoulliProbit;
import io.github.dl4jep.activation.ActivationBernoulliSigmoid;
import io.github.dl4jep.activation.ActivationHeaviside;
import io.github.dl4jep.convert.EpNetworks;
import io.github.dl4jep.likelihood.Prediction;
import io.github.dl4jep.toy.ToyData;
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

/** Moments of networks of spiking units against draws of weights and spikes. */
class SpikingMomentsTest {

    private static final int DRAWS = 4000;
    private static final int ROWS = 10;

    /**
     * Of the 30 means of a test, in standard errors: the largest exceeds this once in 5,000 times. Deviations have a relative
     * standard error of 1 / sqrt(2 draws) = 1.1 %, and so stay within 5 %.
     */
    private static final double STANDARD_ERRORS = 4.5;

    private static final double SHARE = 0.05;

    /** A layer of Gaussian weights on the features has Gaussian potentials and independent units: the moments are exact. */
    @Test
    void oneLayerOfThresholdsIsExact() {
        for (IActivation unit : new IActivation[] {new ActivationHeaviside(), new ActivationBernoulliProbit()}) {
            Agreement agreement = agreement(unit, 32);

            assertThat(agreement.meanInErrors()).as("%s", unit).isLessThan(STANDARD_ERRORS);
            assertThat(agreement.least()).as("%s", unit).isGreaterThan(1 - SHARE);
            assertThat(agreement.most()).as("%s", unit).isLessThan(1 + SHARE);
        }
    }

    /** The probit in place of the sigmoid errs by up to .02 for each unit. Measured: 4.9 standard errors, .96 to 1.01. */
    @Test
    void oneLayerOfSigmoidsIsNearlyExact() {
        Agreement agreement = agreement(new ActivationBernoulliSigmoid(), 32);

        assertThat(agreement.meanInDeviations()).isLessThan(STANDARD_ERRORS / Math.sqrt(DRAWS) + 0.05);
        assertThat(agreement.least()).isGreaterThan(1 - 2 * SHARE);
        assertThat(agreement.most()).isLessThan(1 + 2 * SHARE);
    }

    /**
     * In a second layer potentials are Gaussian only approximately, to about 1 / 64 units, and moments leave out that its units
     * share the spikes of the first. Measured: means to .06 deviations, deviations .88 to 1.01 of those of the draws.
     */
    @Test
    void twoLayersAreClose() {
        for (IActivation unit : new IActivation[] {
            new ActivationHeaviside(), new ActivationBernoulliProbit(), new ActivationBernoulliSigmoid()
        }) {
            Agreement agreement = agreement(unit, 64, 64);

            assertThat(agreement.meanInDeviations())
                    .as("%s", unit)
                    .isLessThan(STANDARD_ERRORS / Math.sqrt(DRAWS) + 0.05);
            assertThat(agreement.least()).as("%s", unit).isGreaterThan(0.8);
            assertThat(agreement.most()).as("%s", unit).isLessThan(1 + SHARE);
        }
    }

    /** Largest deviations: of means in standard errors and in standard deviations, of the deviation as a share. */
    private record Agreement(double meanInErrors, double meanInDeviations, double least, double most) {}

    private static Agreement agreement(IActivation unit, int... layers) {
        EpMultiLayerNetwork network = trained(unit, layers);
        INDArray x = ToyData.normal(ROWS, 3);
        Prediction moments = network.predictor().predict(x);
        Nd4j.getRandom().setSeed(11);

        Prediction samples = network.predictor().predictFromSamples(x, DRAWS);

        INDArray deviation = Transforms.sqrt(samples.epistemicVariance(), true);
        INDArray difference = moments.mean().sub(samples.mean()).divi(deviation);
        double largest = difference.amaxNumber().doubleValue();
        INDArray ratio = Transforms.sqrt(moments.epistemicVariance(), true).divi(deviation);
        return new Agreement(
                largest * Math.sqrt(DRAWS),
                largest,
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
        network.fit(ToyData.batches(ToyData.threeClasses(300, 1), 30), 2);
        return network;
    }
}
