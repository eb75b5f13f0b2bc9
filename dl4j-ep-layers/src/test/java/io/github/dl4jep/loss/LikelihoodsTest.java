package io.github.dl4jep.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.dl4jep.density.ActivatedLikelihood;
import io.github.dl4jep.density.LaplaceLikelihood;
import io.github.dl4jep.density.Link;
import io.github.dl4jep.density.MixtureDensityLikelihood;
import io.github.dl4jep.density.PoissonLikelihood;
import io.github.dl4jep.density.SparseLabels;
import io.github.dl4jep.likelihood.Arrays2d;
import io.github.dl4jep.likelihood.BinaryLikelihood;
import io.github.dl4jep.likelihood.CategoricalLikelihood;
import io.github.dl4jep.likelihood.ClassLikelihood;
import io.github.dl4jep.likelihood.GaussianLikelihood;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.linalg.lossfunctions.impl.LossL1;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMAPE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossMSLE;
import org.nd4j.linalg.lossfunctions.impl.LossMixtureDensity;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossWasserstein;

/** Which likelihood a loss stands for; the whole table is compared with docs/losses.md elsewhere. */
class LikelihoodsTest {

    /** A loss that nobody has registered. */
    private static class Own extends LossMSE {

        private static final long serialVersionUID = 1L;
    }

    /** One that a test registers. */
    private static final class Registered extends Own {

        private static final long serialVersionUID = 1L;
    }

    @Test
    void lossAndActivationSelectTheLikelihood() {
        assertThat(Likelihoods.of(new LossMSE(), new ActivationIdentity())).isEqualTo(new GaussianLikelihood());
        assertThat(Likelihoods.of(new LossL2(), new ActivationSigmoid()))
                .isEqualTo(new ActivatedLikelihood(new ActivationSigmoid(), new GaussianLikelihood()));
        assertThat(Likelihoods.of(new LossMAE(), new ActivationIdentity())).isEqualTo(new LaplaceLikelihood());
        assertThat(Likelihoods.of(new LossPoisson(), new ActivationReLU())).isEqualTo(new PoissonLikelihood(Link.RELU));
        assertThat(Likelihoods.of(new LossMCXENT(), new ActivationSoftmax())).isEqualTo(new CategoricalLikelihood());
        assertThat(Likelihoods.of(new LossNegativeLogLikelihood(), new ActivationSoftmax()))
                .isEqualTo(new CategoricalLikelihood());
        assertThat(Likelihoods.of(new LossBinaryXENT(), new ActivationSigmoid()))
                .isEqualTo(new BinaryLikelihood());
        assertThat(Likelihoods.ofWeights(new LossSparseMCXENT(), new ActivationSoftmax()))
                .isEqualTo(new SparseLabels(new ClassLikelihood()));
        assertThat(Likelihoods.of(
                        LossMixtureDensity.builder().gaussians(3).labelWidth(2).build(), new ActivationIdentity()))
                .isEqualTo(new MixtureDensityLikelihood(3, 2));
    }

    @Test
    void everyLossOfDl4jIsKnown() {
        for (LossFunction loss : LossFunction.values()) {
            try {
                Likelihoods.of(loss.getILossFunction(), new ActivationIdentity());
            } catch (UnsupportedOperationException e) {
                assertThat(e).hasMessageContaining("has no likelihood: it").hasMessageContaining("; use ");
            }
        }
    }

    @Test
    void aRefusalSaysWhyAndWhatToUse() {
        assertThatThrownBy(() -> Likelihoods.of(new LossPoisson(), new ActivationIdentity()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("loss LossPoisson with output activation ActivationIdentity has no likelihood: it takes the"
                        + " logarithm of the output, which can be negative or is a share of several outputs; use the"
                        + " activation softplus, ReLU or sigmoid");
        assertThatThrownBy(() -> Likelihoods.of(new LossWasserstein(), new ActivationIdentity()))
                .hasMessageContaining("has no smallest value")
                .hasMessageEndingWith(
                        "use the binary cross-entropy loss (XENT) with a sigmoid, as the first adversarial"
                                + " networks did");
        assertThatThrownBy(() -> Likelihoods.of(new LossL1(), new ActivationSoftmax()))
                .hasMessageEndingWith("use the cross-entropy loss (MCXENT)");
    }

    @Test
    void aLossOfTheUserIsRefusedUntilItsDensityIsRegistered() {
        assertThatThrownBy(() -> Likelihoods.of(new Own(), new ActivationIdentity()))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage(
                        "loss Own is none of DL4J's, so that its likelihood is not known; write its log density, which"
                                + " is minus the loss up to a constant, and register it:\n"
                                + "  public final class MyLikelihood extends io.github.dl4jep.density.ScalarLikelihood {\n"
                                + "      @Override protected double logDensity(double label, double potential, double[] scales)"
                                + " { return ...; } }\n"
                                + "  io.github.dl4jep.loss.Likelihoods.register(Own.class, (loss, activation) -> new"
                                + " MyLikelihood());");
        Likelihoods.register(Registered.class, (loss, activation) -> new LaplaceLikelihood());
        assertThat(Likelihoods.of(new Registered(), new ActivationIdentity())).isEqualTo(new LaplaceLikelihood());
    }

    @Test
    void weightsOfTheLossAreFound() {
        INDArray weights = Arrays2d.of(new double[] {1, 2, 3});
        assertThat(Likelihoods.outputWeights(new LossMCXENT(weights))).isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossNegativeLogLikelihood(weights)))
                .isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossMSE(weights))).isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossMAE(weights))).isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossMAPE(weights))).isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossMSLE(weights))).isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossBinaryXENT(weights))).isEqualTo(weights);
        assertThat(Likelihoods.outputWeights(new LossMCXENT())).isNull();
        assertThat(Likelihoods.outputWeights(new LossPoisson())).isNull();
    }
}
