package io.github.dl4jep.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.dl4jep.density.Link;
import io.github.dl4jep.density.PoissonLikelihood;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftPlus;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.ops.transforms.Transforms;

class LossLogPoissonTest {

    private final LossLogPoisson loss = new LossLogPoisson();
    private final INDArray labels = Nd4j.createFromArray(new double[][] {{0, 3}, {1, 7}});
    private final INDArray outputs = Nd4j.createFromArray(new double[][] {{-0.4, 1.2}, {0.3, 2.1}});

    @Test
    void itIsTheLossOfRatesThatAreExponential() {
        ActivationIdentity identity = new ActivationIdentity();
        double ofRates = new LossPoisson().computeScore(labels, Transforms.exp(outputs, true), identity, null, true);

        INDArray scores = loss.computeScoreArray(labels, outputs, identity, null);

        assertThat(scores.getDouble(0)).isCloseTo(Math.exp(-0.4) + Math.exp(1.2) - 3 * 1.2, within(1e-9));
        assertThat(scores.meanNumber().doubleValue()).isCloseTo(ofRates, within(1e-9));
        assertThat(loss.computeScore(labels, outputs, identity, null, true)).isCloseTo(ofRates, within(1e-9));
    }

    @Test
    void theGradientIsTheDerivative() {
        ActivationTanH tanh = new ActivationTanH();
        INDArray mask = Nd4j.createFromArray(new double[][] {{1}, {0}});
        INDArray gradient = loss.computeGradient(labels, outputs.dup(), tanh, mask);
        for (int n = 0; n < 2; n++) {
            for (int c = 0; c < 2; c++) {
                INDArray up = outputs.dup();
                up.putScalar(n, c, outputs.getDouble(n, c) + 1e-5);
                INDArray down = outputs.dup();
                down.putScalar(n, c, outputs.getDouble(n, c) - 1e-5);
                double slope = (loss.computeScore(labels, up, tanh, mask, false)
                                - loss.computeScore(labels, down, tanh, mask, false))
                        / 2e-5;
                assertThat(gradient.getDouble(n, c)).isCloseTo(slope, within(1e-6));
            }
        }
    }

    @Test
    void itStandsForCountsOfAnExponentialRate() {
        assertThat(Likelihoods.of(loss, new ActivationIdentity())).isEqualTo(new PoissonLikelihood(Link.EXPONENTIAL));
        assertThatThrownBy(() -> Likelihoods.of(loss, new ActivationSoftPlus()))
                .hasMessageContaining(
                        "its outputs are logarithms of rates; use the identity, or LossPoisson for rates after softplus");
    }
}
